//! Events from the table as the canonical bytes that their leaves cover.

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::envelope::Envelope;
use super::{Hash, canonical};

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
) -> BoxStream<'_, Result<Leaf, sqlx::Error>> {
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

fn leaf(row: &PgRow) -> Result<Leaf, sqlx::Error> {
    let position = row.try_get(0)?;
    let (mut payload, mut metadata) = (String::new(), String::new());
    for (column, out) in [(7, &mut payload), (8, &mut metadata)] {
        let jsonb: &str = row.try_get(column)?;
        out.reserve(jsonb.len());
        canonical::write(jsonb, out).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
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
        recorded_at: row.try_get(9)?,
        sequence: row.try_get(4)?,
    }
    .canonical();
    let hash: &[u8] = row.try_get(10)?;
    let hash = hash.try_into().map_err(|_| sqlx::Error::Decode("a leaf hash has not 32 bytes".into()))?;
    Ok(Leaf { position, text, hash })
}
