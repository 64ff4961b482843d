//! Secrets that live for minutes: their keys die with their time, whether or not they were used.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Builder;

/// What the slot of a secret begins with whose key is destroyed when it is old.
pub const BRIEF: &str = "brief.";

/// Destroys the keys of brief secrets that were sealed before `before`, and the snapshots that may hold them.
/// Gives how many there were.
///
/// # Errors
/// The database's error.
pub async fn destroy_brief_keys(pool: &PgPool, before: DateTime<Utc>) -> Result<u64, sqlx::Error> {
    // A key's id is a UUIDv7 (RFC 9562, section 5.7): the smallest one of an instant is a bound in time.
    let millis = u64::try_from(before.timestamp_millis()).unwrap_or(0);
    let oldest_kept = Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid();
    let destroyed = sqlx::query(
        "WITH destroyed AS (DELETE FROM sealing_keys WHERE slot LIKE 'brief.%' AND key_id < $1 RETURNING aggregate_id), \
              outdated AS (DELETE FROM aggregate_snapshots WHERE aggregate_id IN (SELECT aggregate_id FROM destroyed)) \
         SELECT FROM destroyed",
    )
    .bind(oldest_kept)
    .execute(pool)
    .await?;
    Ok(destroyed.rows_affected())
}
