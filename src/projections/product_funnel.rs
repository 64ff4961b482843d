//! `product_funnel`: what becomes of products, and how long their first fetch takes.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

/// One day's numbers, or those of all days together.
#[derive(Clone, Debug, PartialEq)]
pub struct FunnelRow {
    /// The how many-th of the days that were asked for; 0 is all of them together.
    pub day: i32,
    /// How many were listed.
    pub listed: i64,
    /// How many were fetched for the first time.
    pub fetched: i64,
    /// How many could not be fetched for the first time.
    pub failed: i64,
    /// How often one was deleted.
    pub deleted: i64,
    /// How often one was restored.
    pub restored: i64,
    /// Of those listed on the day: fetched by now.
    pub of_listed_fetched: i64,
    /// Tried, and never fetched.
    pub of_listed_failed: i64,
    /// Neither.
    pub of_listed_pending: i64,
    /// Deleted by now.
    pub of_listed_deleted: i64,
    /// From listing to the first fetch, of those listed on the day.
    pub median_seconds_to_fetch: Option<f64>,
    /// Every event up to here is in these numbers.
    pub as_of_position: i64,
}

/// The days that begin at `bounds`, one after the other, the last bound being the end; before them their total.
///
/// # Errors
/// The database's error.
pub async fn days(
    database: impl PgExecutor<'_>,
    bounds: &[DateTime<Utc>],
) -> Result<Vec<FunnelRow>, sqlx::Error> {
    sqlx::query_file_as!(FunnelRow, "projections/product_funnel/read/days.sql", bounds)
        .fetch_all(database)
        .await
}
