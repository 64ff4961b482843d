//! The export, and the program that verifies it as another process.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::PgConnection;
use zhanggui::audit::export::{begin, write};
use zhanggui::audit::keys::{self, KeyDocument};
use zhanggui::audit::proofs::log_size;

use crate::common::cluster::Cluster;
use crate::common::report::{Report, digits};
use crate::common::{Fault, cpu, median};

/// How often each is done.
const ROUNDS: usize = 3;

pub(crate) async fn measure(
    cluster: &Cluster,
    connection: &mut PgConnection,
    report: &mut Report,
) -> Result<(), Fault> {
    let file = cluster.data_dir.join("log.ndjson");
    let key = cluster.data_dir.join("keys.json");
    std::fs::write(&key, serde_json::to_string(&KeyDocument::of(&keys::all(&mut *connection).await?))?)?;
    let size = log_size(&mut *connection).await?;
    let events = f64::from(u32::try_from(size)?);
    let mut exports = Vec::new();
    for _ in 0..ROUNDS {
        drop(std::fs::remove_file(&file));
        let begun = Instant::now();
        let mut out = begin(&file, 0)?;
        write(&mut *connection, &mut out, 0, size).await?;
        exports.push(events / begun.elapsed().as_secs_f64());
    }
    let bytes = f64::from(u32::try_from(std::fs::metadata(&file)?.len() / 1024)?) * 1024.0;
    let (mut rates, mut cores, mut memory) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let (wall, processor, peak) = verify(&file, &key)?;
        rates.push(events / wall.as_secs_f64());
        cores.push(events / processor.as_secs_f64());
        memory = memory.max(peak);
    }
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    let rows = [
        row(["what", "events/s", "beside"]),
        row(["export", &digits(median(exports)), &format!("{} bytes a line", digits(bytes / events))]),
        row([
            "offline verification",
            &digits(median(rates)),
            &format!("peak of resident memory {} MB", memory / 1024),
        ]),
        row(["the same a second of one core", &digits(median(cores)), "one thread"]),
    ];
    report.table("Files", &rows)?;
    Ok(())
}

/// Runs the program on the file; gives the time, the processor time and the most memory in KB.
fn verify(file: &Path, key: &Path) -> Result<(Duration, Duration, u64), Fault> {
    let begun = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhanggui"));
    command.args(["audit", "verify", "--log"]).arg(file).arg("--key").arg(key).env_clear();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn()?;
    let (mut processor, mut peak) = (Duration::ZERO, 0);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // It may end between two looks.
        processor = cpu::of_process(child.id()).unwrap_or(processor).max(processor);
        peak = peak_of(child.id()).unwrap_or(peak).max(peak);
        std::thread::sleep(Duration::from_millis(5));
    };
    if !status.success() {
        return Err("the log does not verify".into());
    }
    Ok((begun.elapsed(), processor, peak))
}

/// `VmHWM` of a process in KB.
fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())
}
