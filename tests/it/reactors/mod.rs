//! The reactor engine against real PostgreSQL, with counters for a log and reactors that do as a test says.

mod effects;
mod queueing;
mod running;
mod sharing;
mod working;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::FromRow;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zhanggui::eventstore::Metadata;
use zhanggui::eventstore::reactor::{Outcome, Reaction, Reactor, Reactors, Task};
use zhanggui::eventstore::upcast::Upcasters;

use crate::eventstore::counter::{Command, counters};
use crate::support::site::TestSite;

/// The name of the tests' reactor.
const NAME: &str = "scripted";

type Script = dyn Fn(Task) -> BoxFuture<'static, Outcome> + Send + Sync;

/// A reactor that tells what it was given and then does what its script says.
struct Scripted {
    seen: UnboundedSender<Task>,
    script: Box<Script>,
    from_start: bool,
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAME)
    }
}

impl Reactor for Scripted {
    fn name(&self) -> &'static str {
        NAME
    }

    fn hears(&self) -> &'static [&'static str] {
        &["counter.added", "counter.hidden", "counter.renamed"]
    }

    fn max_attempts(&self) -> u32 {
        3
    }

    fn starts_from_the_beginning(&self) -> bool {
        self.from_start
    }

    fn react<'a>(&'a self, task: &'a Task) -> Reaction<'a> {
        // A test that has seen enough may have gone.
        let _gone = self.seen.send(task.clone());
        (self.script)(task.clone())
    }
}

/// What a reactor was given, in that order.
struct Seen(UnboundedReceiver<Task>);

impl Seen {
    /// Waits for the next.
    async fn next(&mut self) -> Task {
        tokio::time::timeout(Duration::from_secs(30), self.0.recv()).await.expect("a task comes").unwrap()
    }

    /// All so far, by position.
    fn all(&mut self) -> Vec<Task> {
        let mut all: Vec<_> = std::iter::from_fn(|| self.0.try_recv().ok()).collect();
        all.sort_by_key(|task| task.position);
        all
    }

    /// The positions of all so far, in order.
    fn positions(&mut self) -> Vec<i64> {
        self.all().into_iter().map(|task| task.position).collect()
    }
}

/// An engine on the site's log with one reactor that does as the script says.
fn scripted<F: Future<Output = Outcome> + Send + 'static>(
    site: &TestSite,
    script: impl Fn(Task) -> F + Send + Sync + 'static,
) -> (Reactors, Seen) {
    engine(site, true, Box::new(move |task| Box::pin(script(task))))
}

/// An engine whose reactor always answers with this.
fn answering(site: &TestSite, outcome: Outcome) -> (Reactors, Seen) {
    scripted(site, move |_| std::future::ready(outcome.clone()))
}

fn engine(site: &TestSite, from_start: bool, script: Box<Script>) -> (Reactors, Seen) {
    let (seen, told) = unbounded_channel();
    let log = &site.app.log;
    let engine = Reactors::new(
        log.pool.clone(),
        log.sealer.clone(),
        Upcasters::default(),
        site.clock.ports(),
        vec![Arc::new(Scripted { seen, script, from_start })],
    );
    (engine, Seen(told))
}

fn retry() -> Outcome {
    Outcome::Retry { why: "not now".to_owned(), after: None }
}

/// Runs a command on the counter `c`.
async fn run(site: &TestSite, command: Command) {
    counters(&site.app.log).execute("c", command, Metadata::default()).await.unwrap();
}

/// A task as it lies in the table.
#[derive(Debug, PartialEq, FromRow)]
struct Row {
    position: i64,
    state: String,
    attempts: i32,
    is_leased: bool,
    last_error: Option<String>,
}

/// All tasks of the tests' reactor.
async fn rows(site: &TestSite) -> Vec<Row> {
    sqlx::query_as(
        "SELECT position, state, attempts, lease_until IS NOT NULL AS is_leased, last_error \
         FROM reactor_tasks WHERE reactor = $1 ORDER BY position",
    )
    .bind(NAME)
    .fetch_all(&site.app.log.pool)
    .await
    .unwrap()
}

/// How far the tests' reactor has queued the log.
async fn position(site: &TestSite) -> i64 {
    let sql = "SELECT position FROM reactors WHERE name = $1";
    sqlx::query_scalar(sql).bind(NAME).fetch_one(&site.app.log.pool).await.unwrap()
}
