//! Read models: what the HTTP handlers ask. Everything here can be thrown away and built again from the log.
//!
//! A read model is a folder of SQL under `projections/`: `table.sql` makes its tables in a schema of its
//! own, `on/<event>.sql` holds the one set-based statement it runs when it hears that event, and
//! `read/<question>.sql` the statements that are asked of it, each with a typed function here. A statement
//! in `on/` reads the relation `incoming(aggregate_id, payload, recorded_at, position)`: events of that
//! type, opened and of today's shape, each stream at most once. It may change rows of its own stream only,
//! since between streams no order is promised.
//!
//! All read models here are *inline*: the writer runs their statements in the append's own transaction, so
//! that after a command's answer the next read anywhere shows it. [`engine`] turns the folders into
//! database functions; [`rebuild`] makes a read model anew when its SQL changed or on request.

pub mod daily_stats;
pub mod engine;
pub mod erasures;
pub mod product_funnel;
pub mod product_list;
pub mod rebuild;
pub mod recount;
pub mod session_validity;
pub mod user_lookup;

/// The names of all read models, each a folder of that name and a schema of that name.
pub const READ_MODELS: &[&str] = &["user_lookup", "session_validity", "erasures", "product_list", "daily_stats", "product_funnel"];

/// The `search_path` under which reads find every read model's tables.
#[must_use]
pub fn search_path() -> String {
    format!("public,{}", READ_MODELS.join(","))
}

/// Where the log ends: every inline read model shows all of it.
///
/// # Errors
/// The database's error.
pub async fn position(database: impl sqlx::PgExecutor<'_>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT position FROM log_head WHERE log = 0").fetch_one(database).await
}
