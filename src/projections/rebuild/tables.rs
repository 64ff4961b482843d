//! The tables of a schema, all of them.

use sqlx::{Executor, PgConnection};

async fn tables(database: &mut PgConnection, schema: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = $1 ORDER BY 1",
    )
    .bind(schema)
    .fetch_all(database)
    .await
}

/// Makes the tables of a schema such that a crash of the server empties them, or such that it does not.
pub(super) async fn set_logged(
    database: &mut PgConnection,
    schema: &str,
    logged: bool,
) -> Result<(), sqlx::Error> {
    let word = if logged { "LOGGED" } else { "UNLOGGED" };
    for table in tables(database, schema).await? {
        database.execute(format!("ALTER TABLE {table} SET {word}").as_str()).await?;
    }
    Ok(())
}

/// Gathers the planner's statistics.
pub(super) async fn analyze(database: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    for table in tables(database, schema).await? {
        database.execute(format!("ANALYZE {table}").as_str()).await?;
    }
    Ok(())
}
