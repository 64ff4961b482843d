//! How fast the log is proved: `cargo bench --bench audit`.
//!
//! On a log of 1,000,000 made events (`ZHANGGUI_BENCH_EVENTS`; unset it afterwards, the program refuses it): tiling and
//! signing, the export, offline verification by the program itself as another process, the latency of proofs; the same
//! proofs on a log of 10,000,000 bare leaves; and what the tree costs an append.

mod appends;
#[path = "../common/mod.rs"]
#[expect(dead_code, reason = "the other benches say more of a round")]
mod common;
mod files;
mod latency;
#[path = "../../it/audit/made.rs"]
mod made;

use std::time::Instant;

use common::cluster::{Cluster, settings};
use common::report::{Report, digits};
use common::{Fault, float};
use sqlx::{Connection, PgConnection};
use zhanggui::app;
use zhanggui::audit::checkpoints::Checkpoints;
use zhanggui::database;
use zhanggui::ports::Ports;

/// The events of a stream.
const LENGTH: i64 = 5;
/// How many checkpoints lie among the events.
const SIGNED: i64 = 50;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    if std::env::args().any(|word| word == "--list") {
        return Ok(());
    }
    let cluster = Cluster::start("audit").await?;
    let done = run(&cluster).await;
    cluster.stop().await?;
    done
}

async fn run(cluster: &Cluster) -> Result<(), Fault> {
    cluster.prepare().await?;
    let events: i64 = std::env::var("ZHANGGUI_BENCH_EVENTS").map_or(Ok(1_000_000), |text| text.parse())?;
    let mut report = Report::new("audit");
    report.say(&format!(
        "`cargo bench --bench audit`: {events} events; {}; {} cores shared by program and database.",
        cluster.describe().await?,
        std::thread::available_parallelism()?,
    ))?;
    let options = database::as_service(&cluster.app()).options([("statement_timeout", "0")]);
    let mut connection = PgConnection::connect_with(&options).await?;
    let (ports, settings) = (Ports::system(), settings(&cluster.data_dir)?);
    let checkpoints = app::checkpoints(&app::master_key(&settings, &ports)?, &settings, &ports)?;
    appends::measure(cluster, &options, &checkpoints, &mut report).await?;
    empty(cluster).await?;
    let signing = fill(&mut connection, &checkpoints, events).await?;
    report.say(&format!(
        "\nTiling and signing: {} µs an event in all, at {SIGNED} checkpoints.",
        digits(signing * 1e6 / float(usize::try_from(events)?))
    ))?;
    files::measure(cluster, &mut connection, &mut report).await?;
    latency::measure(&mut connection, "of events", &mut report).await?;
    empty(cluster).await?;
    latency::fill(cluster, &mut connection, &mut report).await?;
    latency::measure(&mut connection, "of bare leaves", &mut report).await?;
    report.write()
}

/// Takes everything out of the log again.
async fn empty(cluster: &Cluster) -> Result<(), Fault> {
    let mut superuser = PgConnection::connect_with(&cluster.superuser(common::cluster::DATABASE)).await?;
    sqlx::raw_sql(
        "SET session_replication_role = replica; \
         TRUNCATE events, log_tiles, checkpoints, checkpoint_signatures, log_keys, log_key_secrets; \
         UPDATE log_head SET position = 0, frontier = '', recorded_at = '1970-01-01T00:00:00Z'; \
         CHECKPOINT",
    )
    .execute(&mut superuser)
    .await?;
    Ok(())
}

/// Makes the log, signed now and then. Gives how long the signing took, in seconds.
async fn fill(connection: &mut PgConnection, checkpoints: &Checkpoints, events: i64) -> Result<f64, Fault> {
    let mut signing = 0.0;
    for _ in 0..SIGNED {
        made::append(connection, events / SIGNED, LENGTH).await?;
        let begun = Instant::now();
        checkpoints.make(connection).await?;
        signing += begun.elapsed().as_secs_f64();
    }
    sqlx::raw_sql("ANALYZE log_tiles").execute(connection).await?;
    Ok(signing)
}
