//! Many appends in a row, as one who is alone with the log writes them: big batches, the next one prepared meanwhile.
//!
//! Everything is as in a batch of the writer's: positions, times, leaves, frontier, claims and keys in one
//! transaction. But nobody waits for single answers, a stream may stand in a batch more than once, and the first refusal ends it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;
use tokio::task::JoinHandle;

use super::batch::{Answer, Columns, Head};
use super::connection::Connection;
use super::listeners::Listeners;
use crate::eventstore::bulk::BulkError;
use crate::eventstore::{Append, NewKey};

/// The most events of a batch.
const BATCH: usize = 10_000;

/// The batch that fills, and the one under way.
pub(in crate::eventstore) struct Batches {
    /// None while a batch is under way.
    connection: Option<Connection>,
    under_way: Option<JoinHandle<(Connection, Result<Answer, sqlx::Error>)>>,
    /// Where the log ends once everything before the filling batch is in it.
    head: Head,
    filling: Vec<(Append, DateTime<Utc>)>,
    events: usize,
    /// Who took claims in the filling batch.
    takers: HashSet<String>,
    /// Whose keys are stored in the filling batch, slot by slot.
    keys: HashSet<(String, String)>,
}

impl Batches {
    /// Begins where the log ends.
    pub(in crate::eventstore) async fn open(database: PgConnectOptions) -> Result<Self, BulkError> {
        let mut connection = Connection::new(database);
        let head = connection.head().await.map_err(|lost| BulkError::Lost(lost.to_string()))?;
        Ok(Self {
            connection: Some(connection),
            under_way: None,
            head,
            filling: Vec::new(),
            events: 0,
            takers: HashSet::new(),
            keys: HashSet::new(),
        })
    }

    /// The position of the last event that was added.
    pub(in crate::eventstore) fn position(&self) -> i64 {
        self.head.position + i64::try_from(self.events).unwrap_or(0)
    }

    /// Adds an append, recorded at an instant, or at that of the one before, if that is later.
    pub(in crate::eventstore) async fn add(
        &mut self,
        append: Append,
        at: DateTime<Utc>,
    ) -> Result<(), BulkError> {
        if self.events >= BATCH || self.must_come_later(&append) {
            self.send().await?;
        }
        let holder = &append.aggregate_id;
        if !append.takes.is_empty() {
            self.takers.insert(holder.clone());
        }
        self.keys.extend(append.keys.iter().map(|key| (holder.clone(), key.slot.clone())));
        self.events += append.events.len();
        self.filling.push((append, at));
        Ok(())
    }

    /// Within a batch, claims are given up before any is taken, keys are destroyed before any is stored, and a slot is
    /// filled once. What needs it otherwise is of the next batch.
    fn must_come_later(&self, append: &Append) -> bool {
        let holder = &append.aggregate_id;
        let releases = !append.releases.is_empty() && self.takers.contains(holder);
        let destroys = !append.destroys.is_empty() && self.keys.iter().any(|(other, _)| other == holder);
        let fills = |key: &NewKey| self.keys.contains(&(holder.clone(), key.slot.clone()));
        releases || destroys || append.keys.iter().any(fills)
    }

    /// Sends the filling batch on its way, once the one before has arrived.
    async fn send(&mut self) -> Result<(), BulkError> {
        let filled = std::mem::take(&mut self.filling);
        self.events = 0;
        self.takers.clear();
        self.keys.clear();
        // No inline read model hears it: they are built when all is written.
        let nobody = Listeners::default();
        let columns =
            Columns::of(filled.iter().map(|(append, at)| (append, *at)), &self.head, &nobody);
        let head = columns.head_after(&self.head).map_err(|error| BulkError::Lost(error.to_string()))?;
        self.arrive().await?;
        let Some(mut connection) = self.connection.take() else {
            return Err(BulkError::Lost("the connection was lost".to_owned()));
        };
        self.head = head;
        self.under_way = Some(tokio::spawn(async move {
            let answer = connection.append(&columns).await;
            (connection, answer)
        }));
        Ok(())
    }

    /// Waits for the batch under way.
    async fn arrive(&mut self) -> Result<(), BulkError> {
        let Some(under_way) = self.under_way.take() else { return Ok(()) };
        let (connection, answer) = under_way.await.map_err(|error| BulkError::Lost(error.to_string()))?;
        let answer = answer.map_err(BulkError::Database)?;
        self.connection = Some(connection);
        match answer.outcome.as_str() {
            "appended" => Ok(()),
            "moved" => Err(BulkError::NotAlone),
            _ => Err(BulkError::Refused(answer.taken_kinds.unwrap_or_default())),
        }
    }

    /// Writes what is left, and gives the position of the last event.
    pub(in crate::eventstore) async fn finish(mut self) -> Result<i64, BulkError> {
        if self.events > 0 {
            self.send().await?;
        }
        self.arrive().await?;
        Ok(self.head.position)
    }
}
