//! Keys that came back with a backup, of streams whose persons are forgotten: destroyed once more.

use sqlx::PgPool;

/// Destroys every key of these streams, and what else an erasure destroys beside the log: their claims and snapshots.
/// Gives how many keys there were.
///
/// # Errors
/// The database's error.
pub async fn destroy_keys_again(pool: &PgPool, aggregate_ids: &[String]) -> Result<u64, sqlx::Error> {
    let destroyed = sqlx::query(
        "WITH destroyed AS (DELETE FROM sealing_keys WHERE aggregate_id = ANY($1) RETURNING aggregate_id), \
              released AS (DELETE FROM claims WHERE aggregate_id = ANY($1)), \
              outdated AS (DELETE FROM aggregate_snapshots WHERE aggregate_id = ANY($1)) \
         SELECT FROM destroyed",
    )
    .bind(aggregate_ids)
    .execute(pool)
    .await?;
    Ok(destroyed.rows_affected())
}
