//! All events in log order, a page at a time: what rebuilds, catch-up projections and auditors read.
//!
//! Positions have no gaps and follow commit order, so "after position N" misses nothing and needs no
//! waiting for slower transactions.

use chrono::{DateTime, Utc};
use cqrs_es::persist::SerializedEvent;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::seal::{self, KeyRing, Sealer};
use super::upcast::Upcasters;

/// One event as it lies in the log.
#[derive(Clone, Debug, FromRow)]
pub struct Recorded {
    /// Place in the log.
    pub position: i64,
    /// The event's own id.
    pub event_id: Uuid,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The stream's aggregate type.
    pub aggregate_type: String,
    /// The stream's aggregate id.
    pub aggregate_id: String,
    /// Place in the stream.
    pub sequence: i64,
    /// The stored name.
    pub event_type: String,
    /// The version of the name's shape.
    pub event_version: String,
    /// The payload, sealed.
    pub payload: Value,
    /// Who and in which context.
    pub metadata: Value,
}

/// Up to `limit` events after position `after` and up to `until`, in order; `types` limits them to some event types.
///
/// # Errors
/// The database's error.
pub async fn page(
    database: &mut PgConnection,
    after: i64,
    until: i64,
    limit: i64,
    types: Option<&[String]>,
) -> Result<Vec<Recorded>, sqlx::Error> {
    sqlx::query_as(
        "SELECT position, event_id, recorded_at, aggregate_type, aggregate_id, sequence, event_type, event_version, \
                payload, metadata \
         FROM events WHERE log = 0 AND position > $1 AND position <= $2 \
           AND ($4::text[] IS NULL OR event_type = ANY($4)) ORDER BY position LIMIT $3",
    )
    .bind(after)
    .bind(until)
    .bind(limit)
    .bind(types)
    .fetch_all(database)
    .await
}

/// All events of one stream, in order.
///
/// # Errors
/// The database's error.
pub async fn stream(
    database: &mut PgConnection,
    aggregate_type: &str,
    aggregate_id: &str,
) -> Result<Vec<Recorded>, sqlx::Error> {
    sqlx::query_as(
        "SELECT position, event_id, recorded_at, aggregate_type, aggregate_id, sequence, event_type, event_version, \
                payload, metadata \
         FROM events WHERE log = 0 AND aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence",
    )
    .bind(aggregate_type)
    .bind(aggregate_id)
    .fetch_all(database)
    .await
}

/// Opens and upcasts a page for projections: the plain payload, personal values of the forgotten null.
///
/// # Errors
/// The database's error while the keys are loaded.
pub async fn open(
    database: &mut PgConnection,
    sealer: &Sealer,
    upcasters: &Upcasters,
    page: Vec<Recorded>,
) -> Result<Vec<Recorded>, sqlx::Error> {
    let mut page = open_marked(database, sealer, upcasters, page).await?;
    for event in &mut page {
        event.payload = seal::plain(event.payload.take());
    }
    Ok(page)
}

/// Opens and upcasts a page with the markers in place, so that the payloads read as the aggregate's events;
/// what the forgotten and replaced left is marked as erased.
///
/// # Errors
/// The database's error while the keys are loaded.
pub async fn open_marked(
    database: &mut PgConnection,
    sealer: &Sealer,
    upcasters: &Upcasters,
    page: Vec<Recorded>,
) -> Result<Vec<Recorded>, sqlx::Error> {
    let ids: Vec<_> = page.iter().flat_map(|event| seal::key_ids(&event.payload)).collect();
    let keys = sealer.load_keys(database, &ids).await?;
    Ok(page.into_iter().map(|event| of_today(event, upcasters, &keys)).collect())
}

fn of_today(mut event: Recorded, upcasters: &Upcasters, keys: &KeyRing) -> Recorded {
    let stream = format!("{}/{}", event.aggregate_type, event.aggregate_id);
    let upcast = upcasters.upcast(SerializedEvent::new(
        event.aggregate_id.clone(),
        usize::try_from(event.sequence).unwrap_or(0),
        event.aggregate_type.clone(),
        event.event_type,
        event.event_version,
        seal::open(event.payload, &stream, keys),
        Value::Null,
    ));
    event.event_type = upcast.event_type;
    event.event_version = upcast.event_version;
    event.payload = upcast.payload;
    event
}
