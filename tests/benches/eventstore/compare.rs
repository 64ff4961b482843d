//! The systems side by side, in turns.

use std::time::Duration;

use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, PgPool};
use tokio::sync::Mutex;

use crate::common::cluster::{Cluster, DATABASE};
use crate::common::load::{Meter, Sample, round};
use crate::common::report::{Report, digits};
use crate::common::{Fault, ROUNDS, float, median, span};
use crate::ours::{Door, Ours};
use crate::peers::{LIMIT_TABLE, Limit, STOCK_TABLE, Stock, database, limit_pool, stock_pool};
use crate::syncs;

/// How much text a note holds: its payload is then about 280 bytes.
const TEXT: usize = 200;
/// PostgreSQL's processes tell their counts at most once a second.
const COUNTS_COME: Duration = Duration::from_millis(1_100);
/// So many commands at once use every connection there is.
const ALL_CONNECTIONS: usize = 64;

/// Who is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum System {
    /// Ours.
    Ours(Door),
    /// postgres-es with payloads as large as a note's or an account's.
    Stock(Size),
    /// One INSERT.
    Limit(Size),
}

/// How large a payload is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Note,
    Account,
}

/// In turn; each of ours is compared with the peers of its size.
const SYSTEMS: [(&str, System, Size); 7] = [
    ("ours: account, sealed, 3 claims", System::Ours(Door::Accounts), Size::Account),
    ("stock postgres-es, account's size", System::Stock(Size::Account), Size::Account),
    ("one INSERT, account's size", System::Limit(Size::Account), Size::Account),
    ("ours: note, 1 claim", System::Ours(Door::Notes), Size::Note),
    ("ours: note, writer alone", System::Ours(Door::Writer), Size::Note),
    ("stock postgres-es, note's size", System::Stock(Size::Note), Size::Note),
    ("one INSERT, note's size", System::Limit(Size::Note), Size::Note),
];

/// Everything that is compared.
pub(crate) struct Comparison<'a> {
    ours: &'a Ours,
    stock: PgPool,
    limit: PgPool,
    watch: Mutex<PgConnection>,
    meter: Meter,
    account_text: usize,
}

impl<'a> Comparison<'a> {
    /// Makes the peers' tables and finds out how large an account's payload is.
    pub(crate) async fn open(cluster: &Cluster, ours: &'a Ours) -> Result<Self, Fault> {
        let meter = Meter { postmaster: cluster.postmaster()?, program: std::process::id() };
        let stock = stock_pool(database(cluster, "stock", STOCK_TABLE).await?).await?;
        let limit = limit_pool(database(cluster, "multirow", LIMIT_TABLE).await?).await?;
        let watch = Mutex::new(cluster.superuser(DATABASE).connect().await?);
        let mut comparison = Self { ours, stock, limit, watch, meter, account_text: 0 };
        for (_, system, _) in SYSTEMS {
            comparison.round(system, 32, Duration::from_millis(300)).await?;
        }
        let size: i32 = sqlx::query_scalar(
            "SELECT coalesce(avg(length(payload::text)), 0)::int FROM events WHERE event_type = 'account.registered'",
        )
        .fetch_one(&mut *comparison.watch.lock().await)
        .await?;
        // A note has some 80 bytes besides its text.
        comparison.account_text = usize::try_from(size)?.saturating_sub(80);
        Ok(comparison)
    }

    /// Whose processor time is counted.
    pub(crate) fn meter(&self) -> Meter {
        self.meter
    }

    /// Compares with so many commands waiting.
    pub(crate) async fn at(&self, waiting: usize, report: &mut Report) -> Result<(), Fault> {
        let what = format!("{waiting} waiting");
        let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); SYSTEMS.len()];
        self.ours.think_up_people()?;
        for nth in 0..ROUNDS {
            for ((name, system, _), kept) in SYSTEMS.iter().zip(&mut samples) {
                let sample = self.round(*system, waiting, span()?).await?;
                report.raw(&what, name, nth, &sample)?;
                kept.push(sample);
            }
        }
        let mut rows = vec![
            [
                "system",
                "commands/s",
                "p50 ms",
                "p99 ms",
                "× stock",
                "× one INSERT",
                "syncs a command",
                "PostgreSQL µs",
                "our µs",
            ]
            .map(str::to_owned)
            .to_vec(),
        ];
        for (_, system, _) in SYSTEMS {
            self.counted(system).await?;
        }
        for ((name, system, size), kept) in SYSTEMS.iter().zip(&samples) {
            let peer = |wanted: System| {
                SYSTEMS
                    .iter()
                    .zip(&samples)
                    .find(|((_, it, _), _)| *it == wanted)
                    .map(|(_, kept)| kept.as_slice())
            };
            let against = |peer: Option<&[Sample]>| {
                let pairs = kept.iter().zip(peer.unwrap_or_default());
                digits(median(pairs.map(|(ours, theirs)| ours.rate / theirs.rate)))
            };
            let middle = |pick: fn(&Sample) -> f64| digits(median(kept.iter().map(pick)));
            let syncs = self.syncs(*system, waiting).await?;
            report.fact(&json!({"what": what, "system": name, "syncs_a_command": syncs}))?;
            rows.push(vec![
                (*name).to_owned(),
                middle(|it| it.rate),
                middle(|it| it.p50),
                middle(|it| it.p99),
                against(peer(System::Stock(*size))),
                against(peer(System::Limit(*size))),
                digits(syncs),
                middle(|it| it.postgres),
                middle(|it| it.program),
            ]);
        }
        report.table(&format!("New streams, {what}"), &rows)
    }

    async fn round(&self, system: System, waiting: usize, span: Duration) -> Result<Sample, Fault> {
        let text = |size| if size == Size::Note { TEXT } else { self.account_text };
        match system {
            System::Ours(door) => {
                round((0..waiting).map(|_| self.ours.worker(door, TEXT)), span, 1.0, self.meter).await
            }
            System::Stock(size) => {
                let worker = Stock::new(&self.stock, text(size));
                round((0..waiting).map(|_| worker.clone()), span, 1.0, self.meter).await
            }
            System::Limit(size) => {
                let worker = Limit::new(&self.limit, waiting, text(size));
                round([worker], span, float(waiting), self.meter).await
            }
        }
    }

    /// Syncs of the log a command.
    async fn syncs(&self, system: System, waiting: usize) -> Result<f64, Fault> {
        let (_, before) = self.counted(system).await?;
        let asked = self.round(system, waiting, span()?).await?.answers;
        let (more, after) = self.counted(system).await?;
        Ok(f64::from(i32::try_from(after - before)?) / (asked + more))
    }

    /// The count of syncs, once every process has told its own: each does so with one command more.
    async fn counted(&self, system: System) -> Result<(f64, i64), Fault> {
        tokio::time::sleep(COUNTS_COME).await;
        let commands = if matches!(system, System::Limit(_)) { 1 } else { ALL_CONNECTIONS };
        let answers = self.round(system, commands, Duration::ZERO).await?.answers;
        Ok((answers, syncs::so_far(&mut *self.watch.lock().await).await?))
    }
}
