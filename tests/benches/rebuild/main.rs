//! How fast read models are built from a million events, and what readers notice: `cargo bench --bench rebuild`.
//!
//! A year of accounts, logins, stores and products is written directly into the log of a throw-away cluster, sealed as
//! commands would. Then every read model is rebuilt twice: alone, for its speed, and beside readers who ask at a steady
//! pace, for what they wait. `ZHANGGUI_BENCH_EVENTS` is another number of events than 1,000,000.

#[path = "../common/mod.rs"]
#[expect(dead_code, reason = "the other benches measure in rounds")]
mod common;
mod copying;
mod history;
mod readers;

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use zhanggui::app;
use zhanggui::database::builder;
use zhanggui::eventstore::seal::Sealer;
use zhanggui::ports::Ports;
use zhanggui::projections::engine::ReadModel;
use zhanggui::projections::rebuild::{Builder, When};

use common::cluster::{Cluster, DATABASE, settings};
use common::report::{Report, digits};
use common::{Fault, cpu, float};
use history::History;
use readers::Readers;

/// How long the readers ask before anything is built.
const BEFORE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Result<(), Fault> {
    if std::env::args().any(|word| word == "--list") {
        return Ok(());
    }
    let cluster = Cluster::start("rebuild").await?;
    let done = run(&cluster).await;
    cluster.stop().await?;
    done
}

fn events() -> Result<usize, Fault> {
    let given = std::env::var("ZHANGGUI_BENCH_EVENTS").ok();
    Ok(given.map_or(Ok(1_000_000), |text| text.parse())?)
}

async fn run(cluster: &Cluster) -> Result<(), Fault> {
    cluster.prepare().await?;
    let ports = Ports::system();
    let sealer = Sealer::new(&app::master_key(&settings(&cluster.data_dir)?, &ports)?, ports)?;
    let events = events()?;
    let people = write(cluster, &sealer, events).await?;
    let mut report = Report::new("rebuild");
    report.say(&format!(
        "`cargo bench --bench rebuild`: {events} events of {people} people; {}; {} cores shared by everything.",
        cluster.describe().await?,
        std::thread::available_parallelism()?,
    ))?;
    let builder = builder(&cluster.app(), &sealer);
    let postmaster = cluster.postmaster()?;
    let mut alone = Vec::new();
    for model in ReadModel::all()? {
        alone.push(build(&builder, &model, postmaster).await?);
    }
    let readers = Readers::open(cluster).await?;
    let before = readers.ask_for(BEFORE).await?;
    let mut rows = vec![
        [
            "read model",
            "events in the log",
            "heard",
            "seconds",
            "events/s",
            "beside readers",
            "p50 / p99 ms before",
            "during",
            "p99 ×",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for (model, alone) in ReadModel::all()?.iter().zip(alone) {
        let (beside, during) = readers.ask_while(build(&builder, model, postmaster)).await?;
        let beside = beside?;
        report.fact(&serde_json::json!({
            "read_model": model.name, "heard": alone.heard, "seconds": alone.seconds, "seconds_beside_readers": beside.seconds,
            "p50_ms": [before.p50, during.p50], "p99_ms": [before.p99, during.p99],
        }))?;
        rows.push(vec![
            model.name.to_owned(),
            events.to_string(),
            alone.heard.to_string(),
            digits(alone.seconds),
            digits(float(events) / alone.seconds),
            format!("{} + {}", micros(alone.postgres, events), micros(alone.program, events)),
            digits(float(events) / beside.seconds),
            format!("{} / {}", digits(before.p50), digits(before.p99)),
            format!("{} / {}", digits(during.p50), digits(during.p99)),
            digits(during.p99 / before.p99),
        ]);
    }
    report.table(&format!("Rebuilds; readers ask {} times a second", readers::RATE), &rows)?;
    report.write()
}

/// Processor time an event.
fn micros(time: Duration, events: usize) -> String {
    digits(time.as_secs_f64() * 1e6 / float(events))
}

/// Writes the log; gives the number of people in it.
async fn write(cluster: &Cluster, sealer: &Sealer, events: usize) -> Result<usize, Fault> {
    let begun = Instant::now();
    let mut superuser = PgConnection::connect_with(&cluster.superuser(DATABASE)).await?;
    let people = History::new(sealer).write(&mut superuser, events).await?;
    println!("{events} events written in {:?}", begun.elapsed());
    Ok(people)
}

/// What a build took: in all, and in processor time of the two sides, which other programs do not change much.
struct Took {
    heard: u64,
    seconds: f64,
    postgres: Duration,
    program: Duration,
}

async fn build(builder: &Builder, model: &ReadModel, postmaster: u32) -> Result<Took, Fault> {
    let own = std::process::id();
    let (postgres, program) = (cpu::of_postgres(postmaster)?, cpu::of_process(own)?);
    let begun = Instant::now();
    let built = builder.rebuild(model, When::Always).await?.ok_or("nothing was built")?;
    let seconds = begun.elapsed().as_secs_f64();
    let postgres = cpu::of_postgres(postmaster)?.saturating_sub(postgres);
    let program = cpu::of_process(own)?.saturating_sub(program);
    println!("{}: {} heard in {seconds:.1} s, {postgres:?} + {program:?}", model.name, built.heard);
    Ok(Took { heard: built.heard, seconds, postgres, program })
}
