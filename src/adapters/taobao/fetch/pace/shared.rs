//! Moments kept in the database (`crawler_turns`), by its clock: all instances together are as polite as one.

use std::time::Duration;

use sqlx::PgPool;

/// When each host may be asked again.
#[derive(Debug)]
pub(super) struct Shared(pub(super) PgPool);

/// Takes the moment if it is near enough, and says in any case how long it is until then, in microseconds.
const TAKE: &str = "
    WITH taken AS (
        INSERT INTO crawler_turns AS t (host, free_at)
        VALUES ($1, clock_timestamp() + $2 * interval '1 microsecond')
        ON CONFLICT (host) DO UPDATE
        SET free_at = greatest(t.free_at, clock_timestamp()) + $2 * interval '1 microsecond'
        WHERE t.free_at <= clock_timestamp() + $3 * interval '1 microsecond'
        RETURNING free_at - $2 * interval '1 microsecond' AS moment
    ), told AS (
        SELECT moment, true AS is_taken FROM taken
        UNION ALL
        SELECT free_at, false FROM crawler_turns WHERE host = $1 AND NOT EXISTS (SELECT FROM taken)
    )
    SELECT (extract(epoch FROM moment - clock_timestamp()) * 1000000)::bigint, is_taken FROM told";

const QUIET: &str = "
    INSERT INTO crawler_turns AS t (host, free_at) VALUES ($1, clock_timestamp() + $2 * interval '1 microsecond')
    ON CONFLICT (host) DO UPDATE SET free_at = greatest(t.free_at, excluded.free_at)";

impl Shared {
    /// As [`super::own::Own::take`].
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn take(
        &self,
        host: &str,
        step: Duration,
        patience: Duration,
    ) -> Result<Result<Duration, Duration>, sqlx::Error> {
        let told: Option<(i64, bool)> = sqlx::query_as(TAKE)
            .bind(host)
            .bind(micros(step))
            .bind(micros(patience))
            .fetch_optional(&self.0)
            .await?;
        Ok(match told {
            Some((wait, true)) => Ok(Duration::from_micros(u64::try_from(wait).unwrap_or(0))),
            // What was read may be older than what refused: it was further away than that.
            Some((wait, false)) => Err(Duration::from_micros(u64::try_from(wait).unwrap_or(0)).max(patience)),
            None => Err(patience),
        })
    }

    /// Leaves the host alone for so long.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn quiet(&self, host: &str, after: Duration) -> Result<(), sqlx::Error> {
        sqlx::query(QUIET).bind(host).bind(micros(after)).execute(&self.0).await?;
        Ok(())
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
