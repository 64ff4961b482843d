//! How fast commands become durable events: `cargo bench --bench eventstore`.
//!
//! Commands that begin a new stream, with 1, 32 and 256 of them waiting: through our store (hashing,
//! claims, an inline read model), through stock postgres-es on its own table, and as rows of one
//! multi-row INSERT by one connection, which is the limit. Then commands on streams of some length.

#[path = "../common/mod.rs"]
mod common;
mod compare;
mod note;
mod ours;
mod peers;
mod streams;
mod syncs;

use common::cluster::Cluster;
use common::report::{Report, digits};
use common::{Fault, ROUNDS, median, span};
use compare::Comparison;
use ours::Ours;
use streams::Streams;

/// How many commands wait at a time.
const WAITING: [usize; 3] = [1, 32, 256];
/// Streams by their length: as many as keep about that length while they are asked.
const LENGTHS: [(usize, usize); 3] = [(1, 4_000), (10, 3_000), (100, 1_000)];

#[tokio::main]
async fn main() -> Result<(), Fault> {
    if std::env::args().any(|word| word == "--list") {
        return Ok(());
    }
    let cluster = Cluster::start("eventstore").await?;
    let done = run(&cluster).await;
    cluster.stop().await?;
    done
}

async fn run(cluster: &Cluster) -> Result<(), Fault> {
    cluster.prepare().await?;
    let mut report = Report::new("eventstore");
    report.say(&format!(
        "`cargo bench --bench eventstore`: medians of {ROUNDS} rounds of {:?}, systems in turn; {}; {} cores shared by client and server.",
        span()?,
        cluster.describe().await?,
        std::thread::available_parallelism()?,
    ))?;
    let ours = Ours::open(cluster).await?;
    let comparison = Comparison::open(cluster, &ours).await?;
    for waiting in WAITING {
        comparison.at(waiting, &mut report).await?;
    }
    lengths(&comparison, &ours, &mut report).await?;
    report.write()
}

async fn lengths(comparison: &Comparison<'_>, ours: &Ours, report: &mut Report) -> Result<(), Fault> {
    let mut rows = vec![
        ["events in the stream", "memory", "commands/s", "p50 ms", "p99 ms", "PostgreSQL µs", "our µs"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (length, amount) in LENGTHS {
        let remembering = Streams::make(ours, length, amount, true).await?;
        let forgetful = Streams::make(ours, length, amount, false).await?;
        let mut samples = [Vec::new(), Vec::new()];
        for nth in 0..ROUNDS {
            for ((streams, name), kept) in
                [(&remembering, "memory"), (&forgetful, "no memory")].into_iter().zip(&mut samples)
            {
                let workers = (0..32).map(|_| streams.worker());
                let sample = common::load::round(workers, span()?, 1.0, comparison.meter()).await?;
                report.raw(&format!("streams of {length}"), name, nth, &sample)?;
                kept.push(sample);
            }
        }
        for (name, kept) in ["yes", "no"].iter().zip(&samples) {
            let middle = |pick: fn(&common::load::Sample) -> f64| digits(median(kept.iter().map(pick)));
            rows.push(vec![
                length.to_string(),
                (*name).to_owned(),
                middle(|it| it.rate),
                middle(|it| it.p50),
                middle(|it| it.p99),
                middle(|it| it.postgres),
                middle(|it| it.program),
            ]);
        }
    }
    report.table("Commands on existing streams, 32 waiting", &rows)
}
