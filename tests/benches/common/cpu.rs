//! Processor time of processes, from `/proc`.

use std::fs;
use std::time::Duration;

use super::Fault;

/// What `/proc/<id>/stat` counts in, on every Linux: 1/100 s.
const TICK: Duration = Duration::from_millis(10);

/// A process, as far as we look.
struct Stat {
    parent: u32,
    own: u32,
    of_dead_children: u32,
}

fn stat(process: u32) -> Result<Stat, Fault> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the name, which may hold spaces.
    let (_, fields) = text.rsplit_once(") ").ok_or("a process without a name")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let number = |place: usize| Ok::<u32, Fault>(fields.get(place).ok_or("a short line")?.parse()?);
    Ok(Stat {
        parent: number(1)?,
        own: number(11)? + number(12)?,
        of_dead_children: number(13)? + number(14)?,
    })
}

/// The processor time that a process has used so far.
pub(crate) fn of_process(process: u32) -> Result<Duration, Fault> {
    Ok(TICK * stat(process)?.own)
}

/// The processor time that a PostgreSQL server has used so far, with all its processes, dead and alive.
pub(crate) fn of_postgres(postmaster: u32) -> Result<Duration, Fault> {
    let server = stat(postmaster)?;
    let mut ticks = server.own + server.of_dead_children;
    for entry in fs::read_dir("/proc")? {
        let Some(process) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end while we look.
        ticks += stat(process).ok().filter(|child| child.parent == postmaster).map_or(0, |child| child.own);
    }
    Ok(TICK * ticks)
}
