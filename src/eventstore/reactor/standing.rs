//! Where the reactors stand, for gauges and operators, and setting parked tasks free.

use chrono::{DateTime, Utc};
use metrics::gauge;
use sqlx::{FromRow, PgExecutor};

use super::Engine;

/// Where one reactor stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// How far it has queued the log; none before its first start.
    pub position: Option<i64>,
    /// How many events of the log it has not yet looked at.
    pub behind: i64,
    /// Tasks that have not failed yet, those in hand included.
    pub due: i64,
    /// Tasks that failed and are tried again.
    pub retrying: i64,
    /// Tasks that wait for an operator.
    pub parked: i64,
}

/// Where each of `names` stands, and every other reactor that the tables know of, by name.
///
/// # Errors
/// The database's error.
pub async fn list(database: impl PgExecutor<'_>, names: &[&str]) -> Result<Vec<Standing>, sqlx::Error> {
    sqlx::query_as(
        "SELECT w.name, r.position, h.position - coalesce(r.position, 0) AS behind, \
                count(t) FILTER (WHERE t.state = 'due' AND t.last_error IS NULL) AS due, \
                count(t) FILTER (WHERE t.state = 'due' AND t.last_error IS NOT NULL) AS retrying, \
                count(t) FILTER (WHERE t.state = 'parked') AS parked \
         FROM (SELECT unnest($1::text[]) UNION SELECT name FROM reactors) AS w (name) \
         JOIN log_head h ON h.log = 0 \
         LEFT JOIN reactors r ON r.name = w.name LEFT JOIN reactor_tasks t ON t.reactor = w.name \
         GROUP BY w.name, r.position, h.position ORDER BY w.name",
    )
    .bind(names)
    .fetch_all(database)
    .await
}

/// A task that waits for an operator.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Parked {
    /// Whose task it is.
    pub reactor: String,
    /// The event's place in the log.
    pub position: i64,
    /// How often it was tried.
    pub attempts: i32,
    /// Since when it waits.
    pub parked_at: DateTime<Utc>,
    /// Why the last try failed.
    pub why: String,
}

/// The parked tasks, up to `limit`, by reactor and position.
///
/// # Errors
/// The database's error.
pub async fn parked(database: impl PgExecutor<'_>, limit: i64) -> Result<Vec<Parked>, sqlx::Error> {
    sqlx::query_as(
        "SELECT reactor, position, attempts, parked_at, coalesce(last_error, '') AS why \
         FROM reactor_tasks WHERE state = 'parked' ORDER BY reactor, position LIMIT $1",
    )
    .bind(limit)
    .fetch_all(database)
    .await
}

/// Sets parked tasks free: all, those of one reactor, or the one at a position. They are due at once and have all
/// their tries again; when they were first tried is kept, since something may have got through. Gives their number.
///
/// # Errors
/// The database's error.
pub async fn retry(
    database: impl PgExecutor<'_>,
    reactor: Option<&str>,
    position: Option<i64>,
    now: DateTime<Utc>,
) -> Result<u64, sqlx::Error> {
    let freed = sqlx::query(
        "UPDATE reactor_tasks SET state = 'due', due_at = $3, attempts = 0, parked_at = NULL \
         WHERE state = 'parked' AND ($1::text IS NULL OR reactor = $1) AND ($2::bigint IS NULL OR position = $2)",
    )
    .bind(reactor)
    .bind(position)
    .bind(now)
    .execute(database)
    .await?;
    Ok(freed.rows_affected())
}

impl Engine {
    /// Sets the gauges of the engine's own reactors.
    #[expect(clippy::cast_precision_loss, reason = "positions and numbers of tasks stay far below 2^52")]
    pub(super) async fn measure(&self) -> Result<(), sqlx::Error> {
        let names: Vec<_> = self.reactors.iter().map(|reactor| reactor.name()).collect();
        for standing in list(&self.pool, &names).await? {
            let Some(name) = names.iter().copied().find(|name| *name == standing.name) else { continue };
            gauge!("reactor_lag_positions", "reactor" => name).set(standing.behind as f64);
            let numbers =
                [("due", standing.due), ("retrying", standing.retrying), ("parked", standing.parked)];
            for (state, number) in numbers {
                gauge!("reactor_tasks", "reactor" => name, "state" => state).set(number as f64);
            }
        }
        Ok(())
    }
}
