//! `daily_stats`: how many registered and came on each local day, who came back, and which days are closed.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

/// One day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRow {
    /// The local day.
    pub date: NaiveDate,
    /// How many registered.
    pub registrations: i64,
    /// How many came.
    pub active_users: i64,
    /// For how many of them it was the first day.
    pub new_users: i64,
    /// How many of them had come before.
    pub returning_users: i64,
    /// Different people in the 7 days that end with it.
    pub weekly_active_users: i64,
    /// Different people in the 30 days that end with it.
    pub monthly_active_users: i64,
    /// 0 while the day is not closed.
    pub revision: i64,
    /// Why there is more than one revision.
    pub cause: Option<String>,
    /// The time zone in which it was closed.
    pub timezone: Option<String>,
    /// Up to which position the closed numbers were counted.
    pub counted_to: Option<i64>,
    /// When that was recorded.
    pub closed_at: Option<DateTime<Utc>>,
    /// Every event up to here is in these numbers, but for the closed ones.
    pub as_of_position: i64,
}

/// Every day of the range, in order.
///
/// # Errors
/// The database's error.
pub async fn days(
    database: impl PgExecutor<'_>,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<DayRow>, sqlx::Error> {
    sqlx::query_file_as!(DayRow, "projections/daily_stats/read/days.sql", from, to).fetch_all(database).await
}

/// How many of a cohort came in one week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CohortRow {
    /// The Monday of the week in which they registered.
    pub cohort: NaiveDate,
    /// How many weeks later.
    pub week: i32,
    /// How many came.
    pub people: i64,
    /// How many registered.
    pub registrations: i64,
    /// Every event up to here is in these numbers.
    pub as_of_position: i64,
}

/// The cohorts of the weeks from one Monday to another, up to the week of the Monday `until`.
///
/// # Errors
/// The database's error.
pub async fn retention(
    database: impl PgExecutor<'_>,
    (from, to): (NaiveDate, NaiveDate),
    until: NaiveDate,
) -> Result<Vec<CohortRow>, sqlx::Error> {
    sqlx::query_file_as!(CohortRow, "projections/daily_stats/read/retention.sql", from, to, until)
        .fetch_all(database)
        .await
}

/// Closed days since `since` for which another number of events is known by now than was counted.
///
/// # Errors
/// The database's error.
pub async fn open_to_question(
    database: impl PgExecutor<'_>,
    since: NaiveDate,
) -> Result<Vec<NaiveDate>, sqlx::Error> {
    sqlx::query_file_scalar!("projections/daily_stats/read/open_to_question.sql", since)
        .fetch_all(database)
        .await
}
