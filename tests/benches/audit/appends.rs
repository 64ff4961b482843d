//! What the tree costs an append: hashing in the writer, and a job that tiles and signs beside it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use zhanggui::audit::checkpoints::Checkpoints;
use zhanggui::eventstore::merkle::many::Leaves;
use zhanggui::eventstore::merkle::{Envelope, Frontier};
use zhanggui::eventstore::{Append, NewEvent, Writer};
use zhanggui::ports::Ports;

use crate::common::cluster::Cluster;
use crate::common::load::{Meter, Sample, Worker, round};
use crate::common::report::{Report, digits};
use crate::common::{Fault, ROUNDS, median, span};

/// How many appends wait at a time.
const WAITING: usize = 256;
/// How often the job signs here; in earnest it is once a minute.
const EVERY: Duration = Duration::from_millis(250);
/// How many leaves are hashed to time one.
const HASHED: i64 = 200_000;
/// How many of them share an append, as the bench of the event store counts.
const TOGETHER: i64 = 125;

/// Somebody who appends one event after the other, each a new stream.
struct Appender {
    writer: Writer,
    ports: Ports,
}

/// Canonical already, as the writer takes it.
const PAYLOAD: &str = "{\"name\":\"a note of some length\",\"text\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",\"type\":\"bench.noted\"}";
/// The ids beside every event.
const METADATA: &str = "{\"actor_id\":\"01890000-0000-7000-8000-000000000000\",\"correlation_id\":\"01890000-0000-7000-8000-000000000000\",\"request_id\":\"01890000-0000-7000-8000-000000000000\"}";

impl Worker for Appender {
    async fn once(&mut self) -> Result<(), Fault> {
        let id = self.ports.id()?;
        let event = NewEvent {
            event_id: id,
            event_type: "bench.noted".to_owned(),
            event_version: "1".to_owned(),
            sealed: PAYLOAD.to_owned(),
            open: None,
        };
        let append = Append {
            aggregate_type: "note",
            aggregate_id: id.to_string(),
            after: 0,
            epoch: self.writer.epoch(),
            events: vec![event],
            metadata: METADATA.to_owned(),
            releases: Vec::new(),
            takes: Vec::new(),
            keys: Vec::new(),
            destroys: Vec::new(),
        };
        self.writer.append(append).await?;
        Ok(())
    }
}

pub(crate) async fn measure(
    cluster: &Cluster,
    options: &PgConnectOptions,
    checkpoints: &Checkpoints,
    report: &mut Report,
) -> Result<(), Fault> {
    let ports = Ports::system();
    let (writer, _task) = Writer::start(options.clone(), Arc::clone(&ports.clock));
    let meter = Meter { postmaster: cluster.postmaster()?, program: std::process::id() };
    let mut samples: [Vec<Sample>; 2] = [Vec::new(), Vec::new()];
    for nth in 0..ROUNDS * 2 {
        let workers = (0..WAITING).map(|_| Appender { writer: writer.clone(), ports: ports.clone() });
        let with_job = nth % 2 == 1;
        let job = with_job.then(|| tokio::spawn(sign(options.clone(), checkpoints.clone())));
        let sample = round(workers, span()?, 1.0, meter).await?;
        if let Some(job) = job {
            job.abort();
        }
        if let Some(kept) = samples.get_mut(usize::from(with_job)) {
            kept.push(sample);
        }
    }
    let middle = |samples: &[Sample], pick: fn(&Sample) -> f64| median(samples.iter().map(pick));
    let row = |cells: [String; 5]| cells.to_vec();
    let mut rows =
        vec![["", "appends/s", "p50 ms", "p99 ms", "CPU µs: PostgreSQL + ours"].map(str::to_owned).to_vec()];
    let [alone, beside] = &samples;
    for (name, samples) in [("alone", alone), ("beside a job that tiles and signs every 0.25 s", beside)] {
        let both = middle(samples, |it| it.postgres) + middle(samples, |it| it.program);
        let cells = [
            name.to_owned(),
            digits(middle(samples, |it| it.rate)),
            digits(middle(samples, |it| it.p50)),
            digits(middle(samples, |it| it.p99)),
            digits(both),
        ];
        rows.push(row(cells));
    }
    report.table(&format!("Appends, {WAITING} waiting"), &rows)?;
    let hashing = hash();
    let cost = middle(alone, |it| it.postgres) + middle(alone, |it| it.program);
    report.say(&format!(
        "\nLeaf hash and tree: {} µs an event, {} % of the processor time of an append.",
        digits(hashing),
        digits(hashing / cost * 100.0)
    ))
}

/// The job, at a pace that shows.
async fn sign(options: PgConnectOptions, checkpoints: Checkpoints) -> Result<(), Fault> {
    let mut connection = PgConnection::connect_with(&options).await?;
    loop {
        checkpoints.make(&mut connection).await?;
        tokio::time::sleep(EVERY).await;
    }
}

/// Microseconds for one leaf and its way into the tree, as many at once as share an append.
fn hash() -> f64 {
    let mut frontier = Frontier::default();
    let id = uuid::Uuid::nil();
    let text = id.to_string();
    let begun = Instant::now();
    for batch in 0..HASHED / TOGETHER {
        let mut leaves = Leaves::default();
        for nth in 0..TOGETHER {
            leaves.push(&Envelope {
                aggregate_id: &text,
                aggregate_type: "note",
                event_id: id,
                event_type: "bench.noted",
                event_version: "1",
                metadata: METADATA,
                payload: PAYLOAD,
                position: batch * TOGETHER + nth,
                recorded_at: chrono::DateTime::UNIX_EPOCH,
                sequence: 1,
            });
        }
        frontier.extend(&leaves.hashes());
    }
    let took = begun.elapsed().as_secs_f64() * 1e6 / f64::from(i32::try_from(HASHED).unwrap_or(1));
    // The tree is used, or the compiler would leave it out.
    if frontier.size() == 0 { 0.0 } else { took }
}
