//! Counting local days in the log itself: what a day is closed with, and what read models are checked against.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::PgExecutor;

use crate::statistics::Count;

/// How long before a day begins its events may have been recorded: clocks differ, and so do time zones.
const SLACK: TimeDelta = TimeDelta::days(2);

/// Counts the events of the days from the first to the last, the first of which begins at `start`, up to `until` or to
/// the end of the log, whichever comes first. One statement, hence one state of the log (all events up to the counts'
/// position, and none after it), and one pass over it, however many days there are.
///
/// # Errors
/// The database's error.
pub async fn days(
    database: impl PgExecutor<'_>,
    (first, last): (NaiveDate, NaiveDate),
    start: DateTime<Utc>,
    until: Option<i64>,
) -> Result<Vec<(NaiveDate, Count)>, sqlx::Error> {
    let rows: Vec<(NaiveDate, i64, i64, i64)> = sqlx::query_as(
        "WITH reach AS MATERIALIZED ( \
             SELECT position_before($3) AS after, least(position, $4) AS until FROM log_head WHERE log = 0 \
         ), counted AS ( \
             SELECT coalesce((e.payload->>'date')::date, (e.recorded_at AT TIME ZONE 'Asia/Shanghai')::date) AS date, \
                    count(*) FILTER (WHERE e.event_type = 'account.registered') AS registrations, \
                    count(*) FILTER (WHERE e.event_type = 'account.active') AS active_users \
             FROM reach r JOIN events e \
                 ON e.log = 0 AND e.position > r.after AND e.position <= r.until \
                AND e.event_type IN ('account.registered', 'account.active') \
             GROUP BY 1 \
         ) \
         SELECT $1::date + n AS date, coalesce(c.registrations, 0) AS registrations, \
                coalesce(c.active_users, 0) AS active_users, r.until AS position \
         FROM reach r CROSS JOIN generate_series(0, $2::date - $1::date) AS n \
             LEFT JOIN counted c ON c.date = $1::date + n \
         ORDER BY n",
    )
    .bind(first)
    .bind(last)
    .bind(start - SLACK)
    .bind(until)
    .fetch_all(database)
    .await?;
    let count = |(date, registrations, active_users, position)| {
        (date, Count { registrations, active_users, position })
    };
    Ok(rows.into_iter().map(count).collect())
}
