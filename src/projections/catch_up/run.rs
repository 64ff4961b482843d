//! Running: a task for each read model that takes its turn, woken by the log, until told to stop.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgNotification;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::step::{PAGE, Stepped};
use super::{CHANNEL, CatchUp, Engine, Followed, owner};
use crate::eventstore::news::{EVENTS, Trouble, listen};

/// How long nobody looks when nothing is told: leases that ran out tell nobody.
const POLL: Duration = Duration::from_secs(1);
/// The least time between two steps that reach the end of the log: appends that follow each other closely share one.
const GATHER: Duration = Duration::from_millis(50);
/// The longest pause between two looks for a database that is away.
const LONGEST_AWAY: Duration = Duration::from_secs(8);
/// How long a stop waits for the step that is under way.
const LAST_STEP: Duration = Duration::from_secs(10);
/// Who says so in the log.
const WHO: &str = "read models";

/// Read models that are being moved on. Dropped, the step under way is still finished.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Begins no more steps, waits for those that are under way, and lets the other instances have their turn at once.
    pub async fn stop(self) {
        let Self { stop, mut task } = self;
        stop.send_replace(true);
        if timeout(LAST_STEP, &mut task).await.is_err() {
            tracing::warn!("a read model's step did not finish in time");
            task.abort();
        }
    }
}

impl CatchUp {
    /// Starts to take turns. What stopped before is tried once more. `listening` is where notifications come from;
    /// without them everything happens up to a second later.
    #[must_use]
    pub fn start(&self, listening: PgPool) -> Running {
        let (stop, stopped) = watch::channel(false);
        Running { stop, task: tokio::spawn(run(Arc::clone(&self.0), listening, stopped)) }
    }
}

async fn run(engine: Arc<Engine>, listening: PgPool, mut stop: watch::Receiver<bool>) {
    if engine.followed.is_empty() {
        return;
    }
    let schemas: Vec<String> = engine.followed.iter().map(|followed| followed.schema.clone()).collect();
    if let Err(error) = owner::resume(&engine.pool, None, &schemas).await {
        tracing::warn!(%error, "what stopped before stays so until it is resumed");
    }
    let mut followers = JoinSet::new();
    let mut wakes = Vec::new();
    for followed in &engine.followed {
        let wake = Arc::new(Notify::new());
        followers.spawn(follow(Arc::clone(&engine), Arc::clone(followed), Arc::clone(&wake), stop.clone()));
        wakes.push((Arc::clone(followed), wake));
    }
    tokio::select! {
        () = listen(listening, WHO, &[EVENTS, CHANNEL], |news| tell(&wakes, news)) => (),
        _stop = stop.wait_for(|stop| *stop) => (),
    }
    while followers.join_next().await.is_some() {}
    if let Err(error) = owner::let_go(&engine.pool, engine.me).await {
        tracing::debug!(%error, "the others wait until the leases have run out");
    }
}

/// Wakes those whom the news concerns: all when the log goes on or something may have been missed, and where one was
/// moved on or set free, that one.
fn tell(wakes: &[(Arc<Followed>, Arc<Notify>)], news: Option<&PgNotification>) {
    let moved = news.filter(|news| news.channel() == CHANNEL).map(PgNotification::payload);
    for (followed, wake) in wakes {
        match moved.and_then(|payload| payload.split_once(' ')) {
            None => wake.notify_one(),
            Some((schema, position)) if schema == followed.schema => {
                let position = position.parse().unwrap_or(0);
                if position > *followed.reached.borrow() {
                    followed.saw(position);
                } else {
                    // It did not move, so it was set free.
                    wake.notify_one();
                }
            }
            Some(_) => (),
        }
    }
}

/// Moves one read model on whenever it is our turn.
async fn follow(
    engine: Arc<Engine>,
    followed: Arc<Followed>,
    wake: Arc<Notify>,
    mut stop: watch::Receiver<bool>,
) {
    let mut trouble = Trouble::with(WHO, followed.model.name);
    let mut limit = PAGE;
    let mut pause = POLL;
    while !*stop.borrow() {
        let stepped = trouble.heed(engine.step(&followed, &mut limit).await);
        pause = if stepped.is_some() { POLL } else { (pause * 2).min(LONGEST_AWAY) };
        let rest = async {
            match stepped {
                Some(Stepped::More) => (),
                Some(Stepped::NotOurs) => sleep(pause).await,
                Some(Stepped::AtHead | Stepped::Stopped(_)) | None => {
                    sleep(GATHER).await;
                    // A time limit that is reached is the poll.
                    let _poll = timeout(pause, wake.notified()).await;
                }
            }
        };
        tokio::select! {
            () = rest => (),
            _stop = stop.wait_for(|stop| *stop) => (),
        }
    }
}
