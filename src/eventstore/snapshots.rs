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
    let (pool, aggregate_id, person) = (log.pool.clone(), aggregate_id.to_owned(), person.map(|key| key.id));
    tokio::spawn(async move {
        // Only while the stream still ends there, under the same key and with the same secrets: the row
        // locks are not needed, since a snapshot that is too old is harmless unless a secret was replaced,
        // and that makes the stream longer.
        let saved = sqlx::query(
            "INSERT INTO aggregate_snapshots (aggregate_type, aggregate_id, sequence, code_version, state) \
             SELECT $1, $2, $3, $4, $5 \
             WHERE ($6::uuid IS NULL OR EXISTS (SELECT FROM sealing_keys WHERE key_id = $6)) \
               AND NOT EXISTS (SELECT FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence = $3 + 1) \
             ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE \
             SET sequence = excluded.sequence, code_version = excluded.code_version, state = excluded.state \
             WHERE aggregate_snapshots.sequence < excluded.sequence \
                OR aggregate_snapshots.code_version <> excluded.code_version",
        )
        .bind(A::TYPE)
        .bind(&aggregate_id)
        .bind(sequence)
        .bind(A::STATE_VERSION)
        .bind(state)
        .bind(person)
        .execute(&pool)
        .await;
        if let Err(error) = saved {
            tracing::warn!(%error, aggregate_id, "a snapshot could not be saved");
        }
    });
}
