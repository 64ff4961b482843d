//! Whose turn it is: the row of a read model with its lease, by the database's clock alone.

use sqlx::{FromRow, PgExecutor, Postgres, Transaction};
use uuid::Uuid;

use super::{CHANNEL, LEASE};
use crate::projections::apply::Poison;

/// Where a read model is, seen by an instance.
#[derive(Debug, FromRow)]
pub(super) struct Place {
    /// Every event up to here is in its rows.
    pub(super) position: i64,
    /// Where the log ends.
    pub(super) head: i64,
    /// Where and why it stopped.
    pub(super) stopped_at: Option<i64>,
    pub(super) stopped_why: Option<String>,
    /// Whether it is this instance's for a while.
    pub(super) is_ours: bool,
    /// Whether this instance may take it.
    pub(super) is_free: bool,
}

impl Place {
    /// What it stopped at.
    pub(super) fn poison(&self) -> Option<Poison> {
        let why = self.stopped_why.clone().unwrap_or_default();
        self.stopped_at.map(|position| Poison { position, why })
    }
}

/// Looks; none when that version is not there.
pub(super) async fn look(
    database: impl PgExecutor<'_>,
    schema: &str,
    me: Uuid,
) -> Result<Option<Place>, sqlx::Error> {
    sqlx::query_as(
        "SELECT r.position, h.position AS head, r.stopped_at, r.stopped_why, \
                coalesce(r.owner = $2 AND r.lease_until > clock_timestamp() + make_interval(secs => $3 / 2), false) \
                    AS is_ours, \
                coalesce(r.owner = $2 OR r.lease_until < clock_timestamp(), true) AS is_free \
         FROM read_models r JOIN log_head h ON h.log = 0 WHERE r.schema_name = $1",
    )
    .bind(schema)
    .bind(me)
    .bind(LEASE.as_secs_f64())
    .fetch_optional(database)
    .await
}

/// Takes it, or keeps it, for another lease; gives whether that was possible.
pub(super) async fn claim(
    database: impl PgExecutor<'_>,
    schema: &str,
    me: Uuid,
) -> Result<bool, sqlx::Error> {
    let claimed = sqlx::query(
        "UPDATE read_models SET owner = $2, lease_until = clock_timestamp() + make_interval(secs => $3) \
         WHERE schema_name = $1 AND coalesce(owner = $2 OR lease_until < clock_timestamp(), true)",
    )
    .bind(schema)
    .bind(me)
    .bind(LEASE.as_secs_f64())
    .execute(database)
    .await?;
    Ok(claimed.rows_affected() > 0)
}

/// Lets go of everything that is `me`'s.
pub(super) async fn let_go(database: impl PgExecutor<'_>, me: Uuid) -> Result<(), sqlx::Error> {
    let sql = "UPDATE read_models SET owner = NULL, lease_until = NULL WHERE owner = $1";
    sqlx::query(sql).bind(me).execute(database).await.map(drop)
}

/// Begins a step: locks the row, if it is still `me`'s and at `position`, until the transaction ends, and makes the
/// transaction such that a frozen instance does not keep the lock for long.
pub(super) async fn lock(
    transaction: &mut Transaction<'_, Postgres>,
    schema: &str,
    me: Uuid,
    position: i64,
) -> Result<bool, sqlx::Error> {
    // A crash of the server loses the rows together with the position: no need to wait for the disk. A plan made for
    // few rows, or while the tables were empty, would not do for a page of them.
    let locked = sqlx::query(
        "WITH held AS MATERIALIZED (SELECT FROM read_models \
             WHERE schema_name = $1 AND owner = $2 AND position = $3 AND stopped_at IS NULL FOR UPDATE) \
         SELECT set_config('search_path', $1 || ',public', true), set_config('synchronous_commit', 'off', true), \
                set_config('idle_in_transaction_session_timeout', '4s', true), \
                set_config('plan_cache_mode', 'force_custom_plan', true) FROM held",
    )
    .bind(schema)
    .bind(me)
    .bind(position)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(locked.is_some())
}

/// Ends a step: the position moves, the lease begins anew, and whoever waits is told at the commit.
pub(super) async fn advance(
    transaction: &mut Transaction<'_, Postgres>,
    schema: &str,
    position: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "WITH moved AS (UPDATE read_models \
             SET position = $2, lease_until = clock_timestamp() + make_interval(secs => $3) WHERE schema_name = $1) \
         SELECT pg_notify($4, $1 || ' ' || $2::text)",
    )
    .bind(schema)
    .bind(position)
    .bind(LEASE.as_secs_f64())
    .bind(CHANNEL)
    .execute(&mut **transaction)
    .await
    .map(drop)
}

/// Stops the read model right before the event, if it is still `me`'s and at `position`; gives whether it was.
pub(super) async fn stop(
    database: impl PgExecutor<'_>,
    schema: &str,
    me: Uuid,
    position: i64,
    poison: &Poison,
) -> Result<bool, sqlx::Error> {
    let stopped = sqlx::query(
        "UPDATE read_models SET position = $4 - 1, stopped_at = $4, stopped_why = $5 \
         WHERE schema_name = $1 AND owner = $2 AND position = $3",
    )
    .bind(schema)
    .bind(me)
    .bind(position)
    .bind(poison.position)
    .bind(&poison.why)
    .execute(database)
    .await?;
    Ok(stopped.rows_affected() > 0)
}

/// Lets read models go on that have stopped: all versions of one name, or of these schemas. Gives their number.
///
/// # Errors
/// The database's error.
pub async fn resume(
    database: impl PgExecutor<'_>,
    name: Option<&str>,
    schemas: &[String],
) -> Result<u64, sqlx::Error> {
    let resumed = sqlx::query(
        "WITH resumed AS (UPDATE read_models SET stopped_at = NULL, stopped_why = NULL \
             WHERE stopped_at IS NOT NULL AND (name = $1 OR schema_name = ANY($2)) RETURNING schema_name, position) \
         SELECT pg_notify($3, schema_name || ' ' || position::text) FROM resumed",
    )
    .bind(name)
    .bind(schemas)
    .bind(CHANNEL)
    .execute(database)
    .await?;
    Ok(resumed.rows_affected())
}
