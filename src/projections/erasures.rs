//! `erasures`: who was forgotten lately?

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

/// The accounts that were erased after `instant`.
///
/// # Errors
/// The database's error.
pub async fn since(
    database: impl PgExecutor<'_>,
    instant: DateTime<Utc>,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_file_scalar!("projections/erasures/read/since.sql", instant).fetch_all(database).await
}
