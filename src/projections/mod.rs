//! Read models: what the HTTP handlers ask. Everything here can be thrown away and built again from the log.
//!
//! A read model is a folder of SQL under `projections/`: `table.sql` makes its tables in a schema of its
//! own, `on/<event>.sql` holds the one set-based statement it runs when it hears that event, and
//! `read/<question>.sql` the statements that are asked of it, each with a typed function here. A statement
//! in `on/` reads the relation `incoming(aggregate_id, payload, recorded_at, position)`: events of that
//! type, opened and of today's shape, each stream at most once. It may change rows of its own stream only,
//! or add to sums that come out the same in any order, since between streams no order is promised. Two files
//! more where they are needed: `indexes.sql` holds the indexes that only readers need, made after the rows;
//! `published.sql` is run whenever this version of the read model takes its place (views for others, grants).
//!
//! A read model is *inline* or *catches up* ([`READ_MODELS`]). The writer runs the statements of an inline one in
//! the append's own transaction, so that after a command's answer the next read anywhere shows it.
//! [`catch_up`] runs those of the others afterwards, from the log, by one instance at a time.
//!
//! A schema is named after the read model and a fingerprint of its SQL, so programs that differ in it each
//! have their own beside each other. [`engine`] turns the folders into database functions; [`registry`] knows
//! which versions there are and drops those that nobody uses any more; [`rebuild`] builds one from the log,
//! while everything goes on; [`standing`] says where each is.

pub mod apply;
pub mod catch_up;
pub mod daily_stats;
pub mod engine;
pub mod erasures;
pub mod product_funnel;
pub mod product_list;
pub mod rebuild;
pub mod recount;
pub mod registry;
pub mod session_validity;
pub mod standing;
pub mod user_lookup;

use engine::{Kind, ReadModel};

/// All read models: each a folder of that name, and when its statements run.
pub const READ_MODELS: &[(&str, Kind)] = &[
    ("user_lookup", Kind::Inline),
    ("session_validity", Kind::Inline),
    ("erasures", Kind::Inline),
    ("product_list", Kind::Inline),
    ("daily_stats", Kind::CatchUp),
    ("product_funnel", Kind::CatchUp),
];

/// The `search_path` under which reads find every read model's tables: those of this program's SQL.
#[must_use]
pub fn search_path() -> String {
    // A folder that cannot be read has no schema either; whoever builds it says so.
    let models = ReadModel::all().unwrap_or_default();
    let schemas = models.iter().map(ReadModel::schema);
    std::iter::once("public".to_owned()).chain(schemas).collect::<Vec<_>>().join(",")
}

/// How far a read model is that catches up: every event up to there is in its rows.
///
/// # Errors
/// The database's error.
pub async fn position(database: impl sqlx::PgExecutor<'_>, name: &str) -> Result<i64, sqlx::Error> {
    let models = ReadModel::all().unwrap_or_default();
    let schema = models.iter().find(|model| model.name == name).map(ReadModel::schema);
    sqlx::query_scalar("SELECT position FROM read_models WHERE schema_name = $1")
        .bind(schema)
        .fetch_one(database)
        .await
}
