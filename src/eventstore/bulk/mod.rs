//! Writing a whole history into an empty log: of a demonstration, or one that is brought along from elsewhere.
//!
//! Whoever writes it is alone with the log, decides by itself what happened, and says when. Every rule of the log holds
//! all the same: what is personal is sealed, what is unique is claimed, positions have no gap, times never decrease,
//! leaves and frontier are those of any other append. Read models are to be built afterwards.
//!
//! All of it is one transaction: whoever looks meanwhile waits, and afterwards there is the whole history or none. Three
//! things happen at once: the next events are made up and sealed, those before are hashed (`leaves`), and those before
//! that are written (`log`). What streams hold in the end is kept in memory (`holdings`).

mod holdings;
mod leaves;
mod log;
mod rows;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

use self::holdings::Holdings;
use self::leaves::{Batch, hash};
use self::log::OpenLog;
use super::LoggedAggregate;
use super::metadata::Metadata;
use super::seal::SealingKey;
use super::store::{Context, Store};
use super::writer::batch::Head;

/// How many events are hashed and sent at a time: as many as stay in the processor's cache.
const BATCH: usize = 1_000;

/// Why a history could not be written.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    /// There are events already.
    #[error("the log is not empty: it holds {0} events")]
    NotEmpty(i64),
    /// The history contradicts itself: somebody holds that claim already, or has that key.
    #[error("the history contradicts itself; held already: {}", .0.join(", "))]
    Refused(Vec<String>),
    /// An event could not be prepared.
    #[error("an event could not be prepared: {0}")]
    Unprepared(String),
    /// The database's error.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<JoinError> for BulkError {
    fn from(broken: JoinError) -> Self {
        Self::Unprepared(broken.to_string())
    }
}

/// A history being written.
pub struct Bulk {
    streams: HashMap<String, Stream>,
    holdings: Holdings,
    position: i64,
    filling: Batch,
    events: usize,
    batches: mpsc::Sender<Batch>,
    hashing: JoinHandle<Result<Head, JoinError>>,
    writing: JoinHandle<Result<OpenLog, BulkError>>,
}

/// Where a stream ends, and the key of its person.
#[derive(Default)]
struct Stream {
    sequence: i64,
    person: Option<SealingKey>,
}

impl std::fmt::Debug for Bulk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bulk({})", self.position())
    }
}

impl Bulk {
    /// Begins a history, as the owner of the log's tables.
    ///
    /// # Errors
    /// [`BulkError::NotEmpty`] when there is one; the database's.
    pub async fn begin(owner: &PgConnectOptions) -> Result<Self, BulkError> {
        let log = OpenLog::open(owner).await?;
        let (batches, to_hash) = mpsc::channel(1);
        let (hashed, to_write) = mpsc::channel(1);
        let hashing = tokio::spawn(hash(log.head.clone(), to_hash, hashed));
        Ok(Self {
            streams: HashMap::new(),
            holdings: Holdings::default(),
            position: log.head.position,
            filling: Batch::new(),
            events: 0,
            batches,
            hashing,
            writing: tokio::spawn(log.take(to_write)),
        })
    }

    /// The position of the last event so far.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Says what happened to an aggregate, at an instant not before the last one.
    ///
    /// # Errors
    /// [`BulkError`]; then nothing of the history is written.
    pub async fn record<A: LoggedAggregate>(
        &mut self,
        store: &Store<A>,
        aggregate_id: &str,
        events: &[A::Event],
        metadata: &Metadata,
        at: DateTime<Utc>,
    ) -> Result<(), BulkError> {
        let stream = self.streams.entry(aggregate_id.to_owned()).or_default();
        let mut context = Context::at(aggregate_id, stream.sequence, stream.person.take());
        let prepared = store.prepare(&mut context, events, metadata);
        let mut append = prepared.map_err(|error| BulkError::Unprepared(error.to_string()))?;
        stream.sequence += i64::try_from(events.len()).unwrap_or(0);
        stream.person = context.person;
        self.holdings.change(&mut append)?;
        self.position += i64::try_from(events.len()).unwrap_or(0);
        self.events += events.len();
        self.filling.push((append, at));
        if self.events >= BATCH {
            self.events = 0;
            let batch = std::mem::take(&mut self.filling);
            if self.batches.send(batch).await.is_err() {
                return self.failed().await;
            }
        }
        Ok(())
    }

    /// Why nobody takes any more.
    async fn failed(&mut self) -> Result<(), BulkError> {
        (&mut self.hashing).await??;
        (&mut self.writing).await??;
        Err(BulkError::Database(sqlx::Error::WorkerCrashed))
    }

    /// Writes what is left, and gives the position of the last event.
    ///
    /// # Errors
    /// [`BulkError`].
    pub async fn finish(self) -> Result<i64, BulkError> {
        // Whether it arrives is told by those who take it.
        drop(self.batches.send(self.filling).await);
        drop(self.batches);
        let head = self.hashing.await??;
        self.writing.await??.finish(&self.holdings, &head).await?;
        Ok(head.position)
    }
}
