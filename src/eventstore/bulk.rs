//! Writing a whole history into an empty log: of a demonstration, or one that is brought along from elsewhere.
//!
//! Whoever writes it is alone with the log, decides by itself what happened, and says when. Every rule of the log holds
//! all the same: what is personal is sealed, what is unique is claimed, positions have no gap, times never decrease,
//! leaves and frontier are those of any other append. Read models are to be built afterwards.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;

use super::LoggedAggregate;
use super::metadata::Metadata;
use super::seal::SealingKey;
use super::store::{Context, Store};
use super::writer::bulk::Batches;

/// Why a history could not be written.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    /// There are events already.
    #[error("the log is not empty: it holds {0} events")]
    NotEmpty(i64),
    /// Somebody else appended meanwhile.
    #[error("somebody else wrote into the log meanwhile")]
    NotAlone,
    /// The history contradicts itself: a claim was taken, or a sequence given twice.
    #[error("the history contradicts itself; claims held already: {}", .0.join(", "))]
    Refused(Vec<String>),
    /// An event could not be prepared.
    #[error("an event could not be prepared: {0}")]
    Unprepared(String),
    /// The database's error.
    #[error("the database: {0}")]
    Database(sqlx::Error),
    /// The connection is gone.
    #[error("the database: {0}")]
    Lost(String),
}

/// A history being written.
pub struct Bulk {
    batches: Batches,
    streams: HashMap<String, Stream>,
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
    /// Begins a history.
    ///
    /// # Errors
    /// [`BulkError::NotEmpty`] when there is one; the database's.
    pub async fn begin(database: PgConnectOptions) -> Result<Self, BulkError> {
        let batches = Batches::open(database).await?;
        match batches.position() {
            0 => Ok(Self { batches, streams: HashMap::new() }),
            held => Err(BulkError::NotEmpty(held)),
        }
    }

    /// The position of the last event so far.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.batches.position()
    }

    /// Says what happened to an aggregate, at an instant not before the last one.
    ///
    /// # Errors
    /// [`BulkError`]; of what was said before, some may not be written either.
    pub async fn record<A: LoggedAggregate>(
        &mut self,
        store: &Store<A>,
        aggregate_id: &str,
        events: &[A::Event],
        metadata: Metadata,
        at: DateTime<Utc>,
    ) -> Result<(), BulkError> {
        let stream = self.streams.entry(aggregate_id.to_owned()).or_default();
        let mut context = Context::at(aggregate_id, stream.sequence, stream.person.take());
        let prepared = store.prepare(&mut context, events, &metadata.into_map());
        let append = prepared.map_err(|error| BulkError::Unprepared(error.to_string()))?;
        stream.sequence += i64::try_from(events.len()).unwrap_or(0);
        stream.person = context.person;
        self.batches.add(append, at).await
    }

    /// Writes what is left, and gives the position of the last event.
    ///
    /// # Errors
    /// [`BulkError`].
    pub async fn finish(self) -> Result<i64, BulkError> {
        self.batches.finish().await
    }
}
