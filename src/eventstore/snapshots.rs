//! Snapshots of long streams, so that an account with ten thousand logins loads as fast as one with ten.
//!
//! Written after the commit and outside of it, sealed with the person's key, marked with the version of
//! the aggregate's state; a snapshot of another version is ignored. The append deletes a stream's
//! snapshot when one of its secrets is replaced, since the snapshot may hold the old one. The table may
//! be emptied at any time.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use super::LoggedAggregate;
use super::seal::{KeyRing, PERSON, Sealer, SealingKey};
use super::store::Log;

/// A snapshot is taken each time a stream passes a multiple of this many events.
const EVERY: i64 = 100;

/// Whether a stream that grew from `before` to `after` events is due for a snapshot.
#[must_use]
pub const fn is_due(before: i64, after: i64) -> bool {
    before / EVERY != after / EVERY
}

/// What is known of a stream before its events are read.
#[derive(Debug)]
pub struct Beginning<A> {
    /// The person's key, if the stream has one.
    pub person: Option<SealingKey>,
    /// Every key of the stream that is left, by its id.
    pub keys: KeyRing,
    /// The newest usable snapshot: the state and the sequence of the last event in it.
    pub snapshot: Option<(A, i64)>,
}

/// A key of the stream beside its snapshot; either may be missing.
#[derive(FromRow)]
struct Found {
    slot: Option<String>,
    key_id: Option<Uuid>,
    wrapped: Option<Vec<u8>>,
    state: Option<Value>,
    sequence: Option<i64>,
}

/// A stream's keys and its snapshot, in one round trip.
///
/// # Errors
/// The database's error. A snapshot that cannot be read is no error: the events are still there.
pub async fn beginning<A: LoggedAggregate>(
    pool: &PgPool,
    sealer: &Sealer,
    aggregate_id: &str,
) -> Result<Beginning<A>, sqlx::Error> {
    let rows: Vec<Found> = sqlx::query_as(
        "SELECT k.slot, k.key_id, k.wrapped, s.state, s.sequence \
         FROM (SELECT) one \
         LEFT JOIN aggregate_snapshots s \
             ON s.aggregate_type = $1 AND s.aggregate_id = $2 AND s.code_version = $3 \
         LEFT JOIN sealing_keys k ON k.aggregate_id = $2",
    )
    .bind(A::TYPE)
    .bind(aggregate_id)
    .bind(A::STATE_VERSION)
    .fetch_all(pool)
    .await?;
    let mut beginning = Beginning { person: None, keys: KeyRing::new(), snapshot: None };
    let mut stored = None;
    for row in rows {
        stored = row.state.zip(row.sequence).or(stored);
        if let (Some(slot), Some(id), Some(wrapped)) = (row.slot, row.key_id, row.wrapped) {
            let key = sealer.unwrap(id, &wrapped).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            if slot == PERSON {
                beginning.person = Some(key.clone());
            }
            beginning.keys.insert(id, key);
        }
    }
    beginning.snapshot = stored.and_then(|(state, sequence)| {
        Some((read::<A>(aggregate_id, &state, beginning.person.as_ref())?, sequence))
    });
    Ok(beginning)
}

/// The state in a snapshot, unless its key is gone or its shape is not today's.
fn read<A: LoggedAggregate>(aggregate_id: &str, stored: &Value, person: Option<&SealingKey>) -> Option<A> {
    let state = match stored.get("sealed").and_then(Value::as_str) {
        Some(sealed) => {
            let bytes =
                person?.open(context::<A>(aggregate_id).as_bytes(), &STANDARD.decode(sealed).ok()?)?;
            serde_json::from_slice(&bytes).ok()?
        }
        None => stored.get("open")?.clone(),
    };
    serde_json::from_value(state).ok()
}

fn context<A: LoggedAggregate>(aggregate_id: &str) -> String {
    format!("snapshot/{}/{aggregate_id}", A::TYPE)
}

/// Saves a snapshot in the background; the command does not wait and a failure costs nothing but time later.
pub fn save_later<A: LoggedAggregate>(
    log: &Log,
    aggregate_id: &str,
    aggregate: &A,
    sequence: i64,
    person: Option<&SealingKey>,
) {
    let Ok(state) = serde_json::to_vec(aggregate) else { return };
    let state = match person {
        Some(person) => match person.seal(&log.ports, context::<A>(aggregate_id).as_bytes(), &state) {
            Ok(sealed) => json!({ "sealed": STANDARD.encode(sealed) }),
            Err(_) => return,
        },
        None => json!({ "open": serde_json::from_slice::<Value>(&state).unwrap_or_default() }),
    };
    let row = Row {
        aggregate_type: A::TYPE,
        aggregate_id: aggregate_id.to_owned(),
        sequence,
        version: A::STATE_VERSION,
        state,
    };
    let (pool, person) = (log.pool.clone(), person.map(|key| key.id));
    tokio::spawn(async move {
        if let Err(error) = save(&pool, &row, person).await {
            tracing::warn!(%error, aggregate_id = row.aggregate_id, "a snapshot could not be saved");
        }
    });
}

/// A snapshot as its table keeps it.
struct Row {
    aggregate_type: &'static str,
    aggregate_id: String,
    sequence: i64,
    version: i32,
    state: Value,
}

/// Saves a snapshot while its stream still ends there. The lock on the head keeps appends out between the
/// check and the commit: a secret replaced just then would otherwise live on in the snapshot.
async fn save(pool: &PgPool, row: &Row, person: Option<Uuid>) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    // Not FOR SHARE, which needs no less right and would let several savers starve the writer.
    sqlx::query("SELECT FROM log_head WHERE log = 0 FOR UPDATE").execute(&mut *transaction).await?;
    sqlx::query(
        "INSERT INTO aggregate_snapshots (aggregate_type, aggregate_id, sequence, code_version, state) \
         SELECT $1, $2, $3, $4, $5 \
         WHERE ($6::uuid IS NULL OR EXISTS (SELECT FROM sealing_keys WHERE key_id = $6)) \
           AND NOT EXISTS (SELECT FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3 + 1) \
         ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE \
         SET sequence = excluded.sequence, code_version = excluded.code_version, state = excluded.state \
         WHERE aggregate_snapshots.sequence < excluded.sequence \
            OR aggregate_snapshots.code_version <> excluded.code_version",
    )
    .bind(row.aggregate_type)
    .bind(&row.aggregate_id)
    .bind(row.sequence)
    .bind(row.version)
    .bind(&row.state)
    .bind(person)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}
