//! Events from the table as the canonical bytes that their leaves cover.

use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use sqlx::error::BoxDynError;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::envelope::Envelope;
use super::{Hash, canonical};

/// What PostgreSQL counts times from, in microseconds since 1970.
const FROM_2000: i64 = 946_684_800_000_000;

/// Why an event has no bytes.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// What lies in the table is nothing that the program writes.
    #[error("position {position}: the event cannot be read: {how}")]
    Event {
        /// Its place in the log.
        position: i64,
        /// What is wrong with it.
        how: BoxDynError,
    },
}

impl From<Unreadable> for sqlx::Error {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Database(error) => error,
            event @ Unreadable::Event { .. } => Self::Decode(Box::new(event)),
        }
    }
}

/// An event, and the leaf hash that lies beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Place in the log.
    pub position: i64,
    /// The canonical bytes.
    pub text: String,
    /// The stored hash: what the text should hash to.
    pub hash: Hash,
}

/// The events after position `after` up to `until`, in order, as they come: nothing is held back.
pub fn leaves(
    database: &mut PgConnection,
    after: i64,
    until: i64,
) -> BoxStream<'_, Result<Leaf, Unreadable>> {
    sqlx::query(
        "SELECT position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, \
                payload::text, metadata::text, recorded_at, leaf_hash \
         FROM events WHERE log = 0 AND position > $1 AND position <= $2 ORDER BY position",
    )
    .bind(after)
    .bind(until)
    .fetch(database)
    .map(|row| leaf(&row?))
    .boxed()
}

/// The event at `position`.
///
/// # Errors
/// The database's; [`sqlx::Error::RowNotFound`] when there is none.
pub async fn leaf_at(database: &mut PgConnection, position: i64) -> Result<Leaf, sqlx::Error> {
    leaves(database, position - 1, position).try_next().await?.ok_or(sqlx::Error::RowNotFound)
}

fn leaf(row: &PgRow) -> Result<Leaf, Unreadable> {
    let position = row.try_get(0)?;
    event(row, position).map_err(|how| Unreadable::Event { position, how })
}

fn event(row: &PgRow, position: i64) -> Result<Leaf, BoxDynError> {
    let (mut payload, mut metadata) = (String::new(), String::new());
    for (column, out) in [(7, &mut payload), (8, &mut metadata)] {
        let jsonb: &str = row.try_get(column)?;
        out.reserve(jsonb.len());
        canonical::write(jsonb, out)?;
    }
    let text = Envelope {
        aggregate_id: row.try_get(3)?,
        aggregate_type: row.try_get(2)?,
        event_id: row.try_get(1)?,
        event_type: row.try_get(5)?,
        event_version: row.try_get(6)?,
        metadata: &metadata,
        payload: &payload,
        position,
        recorded_at: time(row)?,
        sequence: row.try_get(4)?,
    }
    .canonical();
    let hash: &[u8] = row.try_get(10)?;
    let hash = hash.try_into().map_err(|_| "its leaf hash has not 32 bytes")?;
    Ok(Leaf { position, text, hash })
}

/// When it was recorded, by the bare number: the usual way to a time panics at one that is infinite.
fn time(row: &PgRow) -> Result<DateTime<Utc>, BoxDynError> {
    let micros: i64 = row.try_get_unchecked(9)?;
    let time = micros.checked_add(FROM_2000).and_then(DateTime::from_timestamp_micros);
    Ok(time.ok_or("its time is none")?)
}
