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
    let exporting = export(&cluster.data_dir)?;
    let (mut rates, mut cores, mut memory) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let Cost { wall, processor, peak } = verify(&file, &key)?;
        rates.push(events / wall.as_secs_f64());
        cores.push(events / processor.as_secs_f64());
        memory = memory.max(peak);
    }
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    let rows = [
        row(["what", "events/s", "beside"]),
        row(["export", &digits(median(exports)), &format!("{} bytes a line", digits(bytes / events))]),
        row([
            "export by the program",
            &digits(events / exporting.wall.as_secs_f64()),
            &format!("peak of resident memory {} MB", exporting.peak / 1024),
        ]),
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

/// What a run of the program took: time, processor time, and the most memory in KB.
struct Cost {
    wall: Duration,
    processor: Duration,
    peak: u64,
}

/// Runs the program on the file.
fn verify(file: &Path, key: &Path) -> Result<Cost, Fault> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhanggui"));
    command.args(["audit", "verify", "--log"]).arg(file).arg("--key").arg(key).env_clear();
    watched(command)
}

/// Runs the program beside the server of this folder, for a file more.
fn export(data_dir: &Path) -> Result<Cost, Fault> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhanggui"));
    command.args(["audit", "export", "--out"]).arg(data_dir.join("by-program.ndjson"));
    command.env_remove("ZHANGGUI_BENCH_EVENTS").env("ZHANGGUI_DATA_DIR", data_dir);
    watched(command)
}

fn watched(mut command: Command) -> Result<Cost, Fault> {
    let begun = Instant::now();
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
        return Err("the program refused".into());
    }
    Ok(Cost { wall: begun.elapsed(), processor, peak })
}

/// `VmHWM` of a process in KB.
fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok())
}
