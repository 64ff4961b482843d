//! Resident memory of processes, from `/proc`.

use std::fs;

use crate::common::Fault;

/// Resident memory of a process in MB: now, and the most there ever was.
pub(crate) fn of(process: u32) -> Result<(f64, f64), Fault> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = |name: &str| {
        let value = text.lines().find_map(|line| line.strip_prefix(name))?;
        value.trim().strip_suffix(" kB")?.parse::<f64>().ok()
    };
    let (now, most) = line("VmRSS:").zip(line("VmHWM:")).ok_or("a process without memory")?;
    Ok((now / 1024.0, most / 1024.0))
}
