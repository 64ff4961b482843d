//! Snapshots of long streams, so that an account with ten thousand logins loads as fast as one with ten.
//!
//! Written after the commit and outside of it, sealed with the person's key, marked with the version of
//! the aggregate's state; a snapshot of another version is ignored. The append deletes a stream's
//! snapshot when one of its secrets is replaced, since the snapshot may hold the old one. The table may
//! be emptied at any time.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::LoggedAggregate;
use super::seal::SealingKey;
use super::store::Log;

/// A snapshot is taken each time a stream passes a multiple of this many events.
const EVERY: i64 = 100;

/// Whether a stream that grew from `before` to `after` events is due for a snapshot.
#[must_use]
pub const fn is_due(before: i64, after: i64) -> bool {
    before / EVERY != after / EVERY
}

/// The newest usable snapshot of a stream: the state and the sequence of the last event in it.
///
/// # Errors
/// The database's error. A snapshot that cannot be read is no error: the events are still there.
pub async fn load<A: LoggedAggregate>(
    pool: &PgPool,
    aggregate_id: &str,
    person: Option<&SealingKey>,
) -> Result<Option<(A, i64)>, sqlx::Error> {
    let row: Option<(Value, i64)> = sqlx::query_as(
        "SELECT state, sequence FROM aggregate_snapshots \
         WHERE aggregate_type = $1 AND aggregate_id = $2 AND code_version = $3",
    )
    .bind(A::TYPE)
    .bind(aggregate_id)
    .bind(A::STATE_VERSION)
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(|(state, sequence)| {
        let state = match (state.get("sealed").and_then(Value::as_str), person) {
            (Some(sealed), Some(person)) => {
                let bytes =
                    person.open(context::<A>(aggregate_id).as_bytes(), &STANDARD.decode(sealed).ok()?)?;
                serde_json::from_slice(&bytes).ok()?
            }
            (Some(_), None) => return None,
            (None, _) => state.get("open")?.clone(),
        };
        Some((serde_json::from_value(state).ok()?, sequence))
    }))
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
async fn save(pool: &PgPool, row: &Row, person: Option<uuid::Uuid>) -> Result<(), sqlx::Error> {
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
