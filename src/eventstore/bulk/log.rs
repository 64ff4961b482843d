//! The log while a history goes into it: one transaction, one `COPY`, and the indexes made at the end.
//!
//! An index that grows event by event costs more than the events; made of all of them at once it costs a fifth. They
//! are dropped and made in the same transaction as the events are written, so nobody ever sees the log without.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection, Row};
use tokio::sync::mpsc;

use super::BulkError;
use super::holdings::Holdings;
use crate::eventstore::writer::batch::Head;

const EVENTS: &str = "COPY events (position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, \
                      payload, metadata, recorded_at, leaf_hash) FROM STDIN (FORMAT binary)";
const CLAIMS: &str = "COPY claims (kind, scope, digest, aggregate_id) FROM STDIN (FORMAT binary)";
const KEYS: &str = "COPY sealing_keys (aggregate_id, slot, key_id, wrapped) FROM STDIN (FORMAT binary)";

/// Nobody waits for this transaction, and it waits for nobody's; its statements take as long as the history is.
const SETTINGS: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '3s'; SET LOCAL maintenance_work_mem = '256MB'";

/// How each index but the primary key is dropped and made again; constraints in the words of their own.
const INDEXES: &str = "\
    SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', i.indexrelid::regclass) \
                ELSE format('ALTER TABLE events DROP CONSTRAINT %I', c.conname) END, \
           CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid) \
                ELSE format('ALTER TABLE events ADD CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid)) END \
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid \
    WHERE i.indrelid = 'events'::regclass AND NOT i.indisprimary ORDER BY i.indexrelid";

/// An open transaction that holds the log's head.
pub(super) struct OpenLog {
    connection: PgConnection,
    /// How the indexes are made again.
    indexes: Vec<String>,
    /// Where the log ended when the transaction began.
    pub(super) head: Head,
}

impl OpenLog {
    /// Opens the log as its owner, takes its head, and drops its indexes.
    pub(super) async fn open(owner: &PgConnectOptions) -> Result<Self, BulkError> {
        let mut connection = PgConnection::connect_with(owner).await?;
        connection.execute("BEGIN").await?;
        connection.execute(SETTINGS).await?;
        let row = connection
            .fetch_one(
                "SELECT position, recorded_at, frontier, generation FROM log_head WHERE log = 0 FOR UPDATE",
            )
            .await?;
        let frontier: Vec<u8> = row.try_get(2)?;
        let head = Head::new(row.try_get(0)?, row.try_get(1)?, &frontier, row.try_get(3)?)
            .map_err(|error| BulkError::Unprepared(error.to_string()))?;
        if head.position != 0 {
            return Err(BulkError::NotEmpty(head.position));
        }
        let mut indexes = Vec::new();
        for (drop, make) in sqlx::query_as::<_, (String, String)>(INDEXES).fetch_all(&mut connection).await? {
            connection.execute(drop.as_str()).await?;
            indexes.push(make);
        }
        Ok(Self { connection, indexes, head })
    }

    /// Writes events as long as rows of them come.
    pub(super) async fn take(mut self, mut rows: mpsc::Receiver<Vec<u8>>) -> Result<Self, BulkError> {
        let mut copy = self.connection.copy_in_raw(EVENTS).await?;
        while let Some(some) = rows.recv().await {
            copy.send(some).await?;
        }
        copy.finish().await?;
        Ok(self)
    }

    /// Writes what streams hold and where the log ends now, makes the indexes, and commits.
    pub(super) async fn finish(mut self, holdings: &Holdings, head: &Head) -> Result<(), BulkError> {
        for (into, rows) in [(CLAIMS, holdings.claims()), (KEYS, holdings.keys())] {
            let mut copy = self.connection.copy_in_raw(into).await?;
            copy.send(rows).await?;
            copy.finish().await?;
        }
        for make in &self.indexes {
            self.connection.execute(make.as_str()).await?;
        }
        sqlx::query("UPDATE log_head SET position = $1, recorded_at = $2, frontier = $3 WHERE log = 0")
            .bind(head.position)
            .bind(head.recorded_at)
            .bind(head.frontier.to_bytes())
            .execute(&mut self.connection)
            .await?;
        sqlx::query("SELECT pg_notify('events', $1)")
            .bind(head.position.to_string())
            .execute(&mut self.connection)
            .await?;
        self.connection.execute("COMMIT").await?;
        self.connection.execute("ANALYZE events, claims, sealing_keys").await?;
        Ok(self.connection.close().await?)
    }
}
