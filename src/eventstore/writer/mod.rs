//! The group-committing writer: one task per process through which every event of it goes into the log.
//!
//! The task takes whatever is waiting, at once (a lone command is not delayed), and commits it in one
//! transaction and one round trip: the more commands wait, the more share a flush. Every command gets its
//! own answer. Several processes alternate on the row lock of `log_head`; the one that finds the head
//! moved hashes its batch anew and tries again. When the connection breaks while a commit is under way,
//! the log itself is asked whether the batch is in it before anything is tried again. Which statements of
//! inline read models a batch calls is registered in the database ([`listeners`]); where that changed since
//! the batch was planned, nothing is done either, and it is planned anew.

mod answers;
pub(super) mod batch;
mod connection;
pub mod listeners;
pub(super) mod placed;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use metrics::{counter, gauge, histogram};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use self::answers::{acknowledge, refuse, reject};
use self::batch::{Answer, Columns, Head, split};
pub use self::connection::is_lost;
use self::connection::{Connection, Lost};
use super::Append;
use crate::ports::Clock;

/// The most appends that share one commit.
const LARGEST_BATCH: usize = 512;
/// The most appends that may wait; beyond it a command is refused at once.
const LONGEST_QUEUE: usize = 4096;
/// How often a batch is tried again when the connection breaks or the disk is full.
const MOST_FAILURES: u32 = 3;
/// How often a batch is tried again when other processes keep moving the head.
const MOST_MOVES: u32 = 1000;

/// Why an append was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The stream moved on since it was loaded: load it again and decide anew.
    #[error("the stream moved on meanwhile")]
    Stale,
    /// Unique values that other streams hold, by kind.
    #[error("already taken: {}", .0.join(", "))]
    Taken(Vec<String>),
    /// More appends wait than the queue may hold.
    #[error("too many commands are waiting to be recorded")]
    Overloaded,
    /// The database cannot be reached or did not answer in time. Whether the event was recorded is not known.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database refused the events; a defect.
    #[error("the database refused the events: {0}")]
    Failed(String),
}

/// An append and who waits for its answer: the position of its last event, or why not.
#[derive(Debug)]
struct Waiting {
    append: Append,
    since: Instant,
    answer: oneshot::Sender<Result<i64, AppendError>>,
}

/// The way to the writer task. Cheap to clone; the task ends when the last one is dropped, or after [`Writer::close`].
#[derive(Clone, Debug)]
pub struct Writer {
    queue: mpsc::Sender<Waiting>,
    epoch: Arc<AtomicU64>,
    closing: Arc<Notify>,
}

impl Writer {
    /// Starts the task. It connects when the first append comes, and again whenever the connection is lost.
    #[must_use]
    pub fn start(database: PgConnectOptions, clock: Arc<dyn Clock>) -> (Self, JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(LONGEST_QUEUE);
        let epoch = Arc::new(AtomicU64::new(0));
        let closing = Arc::new(Notify::new());
        let task = Task {
            connection: Connection::new(database),
            head: None,
            clock,
            epoch: epoch.clone(),
            closing: closing.clone(),
        };
        (Self { queue, epoch, closing }, tokio::spawn(task.run(waiting)))
    }

    /// Appends, and gives the position of the last event once it is durable.
    ///
    /// # Errors
    /// [`AppendError`]; only after [`AppendError::Unavailable`] is it unknown whether the events were recorded.
    pub async fn append(&self, append: Append) -> Result<i64, AppendError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Waiting { append, since: Instant::now(), answer }).map_err(
            |error| match error {
                mpsc::error::TrySendError::Full(_) => AppendError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => {
                    AppendError::Unavailable("the server is stopping".to_owned())
                }
            },
        )?;
        answered.await.unwrap_or_else(|_| Err(AppendError::Unavailable("the writer stopped".to_owned())))
    }

    /// Takes no more appends; the task ends once those that wait are recorded.
    pub fn close(&self) {
        self.closing.notify_one();
    }

    /// A number that grows whenever the connection was lost: what was kept in memory before may be ahead of
    /// a database that came back without its newest commits.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }
}

/// The task's own state.
struct Task {
    connection: Connection,
    head: Option<Head>,
    clock: Arc<dyn Clock>,
    epoch: Arc<AtomicU64>,
    closing: Arc<Notify>,
}

/// How one try at a batch ended.
enum Tried {
    /// Everybody was answered.
    Done,
    /// These are still to be recorded.
    Again(Vec<Waiting>),
    /// The same, after the database could not do it; why.
    Failed(Vec<Waiting>, String),
}

impl Task {
    async fn run(mut self, mut queue: mpsc::Receiver<Waiting>) {
        let mut waiting = Vec::with_capacity(LARGEST_BATCH);
        loop {
            let taken = tokio::select! {
                taken = queue.recv_many(&mut waiting, LARGEST_BATCH) => taken,
                () = self.closing.notified() => {
                    queue.close();
                    continue;
                }
            };
            if taken == 0 {
                return;
            }
            #[expect(clippy::cast_precision_loss, reason = "a gauge of at most 4096")]
            gauge!("append_queue_depth").set(queue.len() as f64);
            let mut batches = VecDeque::from([std::mem::take(&mut waiting)]);
            while let Some(batch) = batches.pop_front() {
                let (now, later) = split(batch);
                if !later.is_empty() {
                    batches.push_back(later);
                }
                self.flush(now).await;
            }
        }
    }

    /// Records a batch: everybody in it is answered when this returns.
    async fn flush(&mut self, mut batch: Vec<Waiting>) {
        let begun = Instant::now();
        #[expect(clippy::cast_precision_loss, reason = "a histogram of at most 512")]
        histogram!("append_batch_size").record(batch.len() as f64);
        let (mut failures, mut reason) = (0, "other processes kept the log busy".to_owned());
        for _ in 0..MOST_MOVES {
            batch = self.still_wanted(batch);
            if batch.is_empty() || failures > MOST_FAILURES {
                break;
            }
            match self.try_once(batch).await {
                Tried::Done => batch = Vec::new(),
                Tried::Again(rest) => batch = rest,
                Tried::Failed(rest, why) => {
                    (batch, reason) = (rest, why);
                    failures += 1;
                }
            }
        }
        refuse(batch, &AppendError::Unavailable(reason));
        histogram!("append_seconds").record(begun.elapsed().as_secs_f64());
    }

    /// Answers those that waited too long (nothing of theirs was recorded) or whose stream may have to be
    /// loaded again after a lost connection; drops those whom nobody waits for any more.
    fn still_wanted(&self, batch: Vec<Waiting>) -> Vec<Waiting> {
        let epoch = self.epoch.load(Ordering::Acquire);
        let (mut wanted, mut late, mut stale) = (Vec::with_capacity(batch.len()), Vec::new(), Vec::new());
        for item in batch.into_iter().filter(|item| !item.answer.is_closed()) {
            let into = if item.since.elapsed() > LONGEST_WAIT {
                &mut late
            } else if item.append.epoch != epoch && item.append.after > 0 {
                &mut stale
            } else {
                &mut wanted
            };
            into.push(item);
        }
        refuse(late, &AppendError::Unavailable("the database took too long".to_owned()));
        refuse(stale, &AppendError::Stale);
        wanted
    }

    async fn try_once(&mut self, batch: Vec<Waiting>) -> Tried {
        let head = match self.current_head().await {
            Ok(head) => head,
            Err(lost) => {
                refuse(batch, &AppendError::Unavailable(lost.to_string()));
                return Tried::Done;
            }
        };
        let listeners = match self.connection.listeners(head.generation).await {
            Ok(listeners) => listeners,
            Err(error) => {
                // As after an append that was interrupted, but that nothing was under way.
                self.head = None;
                self.epoch.fetch_add(1, Ordering::AcqRel);
                return Tried::Failed(batch, error.to_string());
            }
        };
        let now = self.clock.now();
        let columns = Columns::of(batch.iter().map(|item| (&item.append, now)), &head, &listeners);
        match self.connection.append(&columns).await {
            Ok(answer) => self.heed(batch, answer),
            Err(error) if is_lost(&error) => self.settle(batch, &columns, &head, &error).await,
            Err(error) => self.isolate(batch, &error.to_string()).await,
        }
    }

    async fn current_head(&mut self) -> Result<Head, Lost> {
        if let Some(head) = &self.head {
            return Ok(head.clone());
        }
        let head = self.connection.head().await?;
        self.head = Some(head.clone());
        Ok(head)
    }

    /// Answers whom the database's answer concerns.
    fn heed(&mut self, batch: Vec<Waiting>, answer: Answer) -> Tried {
        self.head = Head::of(&answer).ok();
        match answer.outcome.as_str() {
            "appended" => {
                #[expect(clippy::cast_precision_loss, reason = "positions stay far below 2^52")]
                gauge!("log_position").set(answer.head_position as f64);
                acknowledge(batch, answer.head_position);
                Tried::Done
            }
            "moved" => {
                counter!("append_head_moves_total").increment(1);
                Tried::Again(batch)
            }
            _ => Tried::Again(reject(batch, answer)),
        }
    }

    /// The connection broke: is the batch in the log?
    async fn settle(
        &mut self,
        batch: Vec<Waiting>,
        columns: &Columns,
        before: &Head,
        error: &sqlx::Error,
    ) -> Tried {
        self.head = None;
        self.epoch.fetch_add(1, Ordering::AcqRel);
        tracing::warn!(%error, commands = batch.len(), "an append was interrupted");
        let first = columns.first_event();
        match self.connection.event_at(before.position + 1).await {
            Ok(found) if found.is_some() && found == first => {
                let last = batch.iter().map(|item| item.append.events.len()).sum::<usize>();
                acknowledge(batch, before.position + i64::try_from(last).unwrap_or(0));
                Tried::Done
            }
            Ok(_) => Tried::Failed(batch, error.to_string()),
            Err(lost) => {
                refuse(batch, &AppendError::Unavailable(lost.to_string()));
                Tried::Done
            }
        }
    }

    /// The database refused the whole batch; find out whose append it is, so that the neighbours do not suffer.
    async fn isolate(&mut self, batch: Vec<Waiting>, error: &str) -> Tried {
        self.head = None;
        if batch.len() > 1 {
            for item in batch {
                Box::pin(self.flush(vec![item])).await;
            }
        } else {
            tracing::error!(error, "an append was refused by the database");
            refuse(batch, &AppendError::Failed(error.to_owned()));
        }
        Tried::Done
    }
}

/// How long an append may wait before it is given up; shorter than a request may take.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// How long a command waits for the database before it is told that it is not available.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
