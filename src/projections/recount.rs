//! Counting a local day in the log itself: what a day is closed with, and what read models are checked against.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::PgExecutor;

use crate::statistics::Count;

/// How long before a day begins its events may have been recorded: clocks differ, and so do time zones.
const SLACK: TimeDelta = TimeDelta::days(2);

/// Counts the events of a day that begins at `start`, up to `until` or to the end of the log, whichever comes first.
/// One statement, hence one state of the log: all events up to the count's position, and none after it.
///
/// # Errors
/// The database's error.
pub async fn day(
    database: impl PgExecutor<'_>,
    date: NaiveDate,
    start: DateTime<Utc>,
    until: Option<i64>,
) -> Result<Count, sqlx::Error> {
    let (registrations, active_users, position) = sqlx::query_as(
        "WITH reach AS MATERIALIZED ( \
             SELECT position_before($2) AS after, least(position, $3) AS until FROM log_head WHERE log = 0 \
         ) \
         SELECT count(*) FILTER (WHERE e.event_type = 'account.registered'), \
                count(*) FILTER (WHERE e.event_type = 'account.active'), r.until \
         FROM reach r LEFT JOIN events e \
             ON e.log = 0 AND e.position > r.after AND e.position <= r.until \
            AND e.event_type IN ('account.registered', 'account.active') \
            AND coalesce((e.payload->>'date')::date, (e.recorded_at AT TIME ZONE 'Asia/Shanghai')::date) = $1 \
         GROUP BY r.until",
    )
    .bind(date)
    .bind(start - SLACK)
    .bind(until)
    .fetch_one(database)
    .await?;
    Ok(Count { registrations, active_users, position })
}
