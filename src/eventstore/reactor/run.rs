//! Running: queueing and working again and again, woken by the log, until told to stop.
//!
//! One task queues, woken by `NOTIFY` (the append's own) or once a second, and wakes the workers, of which each
//! reactor has its own, so that none waits for another's slow effects. Without its database the engine is
//! patient: it says so once, keeps asking, and says once that it is back.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use super::hands::Hands;
use super::{DEADLINE, Engine, Reactors};

/// How long nothing is asked when nothing is told: retries and expired leases tell nobody.
const POLL: Duration = Duration::from_secs(1);
/// The least time between two looks: appends that follow each other closely are queued together.
const GATHER: Duration = Duration::from_millis(50);
/// The longest pause between two looks for a database that is away.
const LONGEST_AWAY: Duration = Duration::from_secs(8);
/// How often the gauges are set.
const MEASURE_EVERY: Duration = Duration::from_secs(10);
/// The channel on which an append tells the log's new head.
const CHANNEL: &str = "events";

/// An engine that runs. Dropped, it still finishes what is in hand, but nobody waits for it.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Takes on nothing more, waits up to [`DEADLINE`] for what is in hand, and ends. What does not finish in
    /// that time is tried again by another instance, or by the next start, when its lease has run out.
    pub async fn stop(self) {
        let Self { stop, mut task } = self;
        stop.send_replace(true);
        if timeout(DEADLINE, &mut task).await.is_err() {
            tracing::warn!("some reactors did not finish in time");
            task.abort();
        }
    }
}

impl Reactors {
    /// Starts the loop. `listening` gives the one connection that waits for notifications: a pool of its own,
    /// past any pooler that would not pass them on. Without them everything happens up to a second later.
    #[must_use]
    pub fn start(&self, listening: PgPool) -> Running {
        let (stop, stopped) = watch::channel(false);
        Running { stop, task: tokio::spawn(run(Arc::clone(&self.0), listening, stopped)) }
    }
}

/// Says once that something fails, and once that it works again.
struct Trouble {
    what: &'static str,
    is_known: bool,
}

impl Trouble {
    const fn with(what: &'static str) -> Self {
        Self { what, is_known: false }
    }

    /// The result's value, or `None` for an error, which was told.
    fn heed<T>(&mut self, result: Result<T, sqlx::Error>) -> Option<T> {
        match &result {
            Err(error) if !self.is_known => {
                tracing::warn!(%error, "reactors: {} fails; it is tried again until it works", self.what);
            }
            Ok(_) if self.is_known => tracing::info!("reactors: {} works again", self.what),
            _ => (),
        }
        self.is_known = result.is_err();
        result.ok()
    }
}

/// Resolves when it is time to stop, also when whoever could say so is gone.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _gone = stop.wait_for(|stop| *stop).await;
}

async fn run(engine: Arc<Engine>, listening: PgPool, mut stop: watch::Receiver<bool>) {
    let news = Arc::new(Notify::new());
    let mut helpers = JoinSet::new();
    helpers.spawn(listen(listening, Arc::clone(&news)));
    let mut workers = JoinSet::new();
    let mut wakes = Vec::new();
    for hands in (0..engine.reactors.len()).filter_map(|nth| Hands::of(&engine, nth)) {
        let wake = Arc::new(Notify::new());
        workers.spawn(work(hands, Arc::clone(&wake), stop.clone()));
        wakes.push(wake);
    }
    tokio::select! {
        () = attend(&engine, &news, &wakes) => (),
        () = told(&mut stop) => (),
    }
    drop(helpers);
    while workers.join_next().await.is_some() {}
}

/// Queues whenever there may be news, and wakes the workers who have something to do.
async fn attend(engine: &Engine, news: &Notify, wakes: &[Arc<Notify>]) {
    let mut queueing = Trouble::with("queueing");
    let mut pause = POLL;
    let mut measured: Option<Instant> = None;
    loop {
        let wake = |nth: usize| wakes.get(nth).into_iter().for_each(|wake| wake.notify_one());
        pause = match queueing.heed(engine.queue(wake).await) {
            Some(_) => POLL,
            None => (pause * 2).min(LONGEST_AWAY),
        };
        if !queueing.is_known && measured.is_none_or(|last| last.elapsed() >= MEASURE_EVERY) {
            measured = Some(Instant::now());
            if let Err(error) = engine.measure().await {
                tracing::debug!(%error, "the reactors could not be measured");
            }
        }
        sleep(GATHER).await;
        // A time limit that is reached is the poll.
        let _poll = timeout(pause, news.notified()).await;
    }
}

/// Works for one reactor: begins what is due as soon as there is a free hand, finishes what is in hand at the end.
async fn work(mut hands: Hands, wake: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    let mut claiming = Trouble::with("taking on tasks");
    loop {
        // After an error the next look of `attend` wakes us again.
        claiming.heed(hands.fill().await);
        tokio::select! {
            biased;
            () = told(&mut stop) => break,
            _ = hands.finish(), if hands.are_busy() => (),
            () = wake.notified() => (),
        }
    }
    while hands.finish().await {}
}

/// Turns notifications into news, on a connection that is made again whenever it is lost.
pub(crate) async fn listen(listening: PgPool, news: Arc<Notify>) {
    let mut listening_fails = Trouble::with("listening for news");
    loop {
        let ended = hear(&listening, &news, &mut listening_fails).await;
        listening_fails.heed(ended);
        sleep(POLL).await;
    }
}

/// Hears until the connection is lost, which is an error in any case.
async fn hear(listening: &PgPool, news: &Notify, fails: &mut Trouble) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(listening).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    fails.heed(Ok(()));
    // For what was missed meanwhile.
    news.notify_one();
    while listener.try_recv().await?.is_some() {
        news.notify_one();
    }
    Err(sqlx::Error::WorkerCrashed)
}
