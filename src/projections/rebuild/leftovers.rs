//! One build of a schema at a time, and removing what an interrupted one left behind.
//!
//! Whoever builds holds a session's advisory lock, which ends with its connection, and so with its process. A row of
//! `read_model_builds` whose lock is free is a leftover.

use ring::digest::{SHA256, digest};
use sqlx::{Connection, PgConnection};

use super::drop_schema;

/// The advisory lock of builds of `schema`.
fn key(schema: &str) -> i64 {
    let digest = digest(&SHA256, format!("zhanggui builds {schema}").as_bytes());
    let first = digest.as_ref().first_chunk().copied().unwrap_or_default();
    i64::from_be_bytes(first)
}

/// The schema in which `schema` is built.
pub(super) fn beside(schema: &str) -> String {
    format!("{schema}_next")
}

/// Waits for the lock, which is held until the connection ends.
pub(super) async fn lock(session: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    if !try_lock(session, schema).await? {
        tracing::info!(schema, "another process is building it; waiting");
        sqlx::query("SELECT pg_advisory_lock($1)").bind(key(schema)).execute(session).await?;
    }
    Ok(())
}

async fn try_lock(session: &mut PgConnection, schema: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(key(schema)).fetch_one(session).await
}

/// Removes what interrupted builds left. Gives their schemas.
///
/// # Errors
/// The database's error.
pub async fn drop_leftovers(session: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    let begun: Vec<String> =
        sqlx::query_scalar("SELECT schema_name FROM read_model_builds").fetch_all(&mut *session).await?;
    let mut dropped = Vec::new();
    for schema in begun {
        if try_lock(session, &schema).await? {
            // It may have come to its end since.
            let removed = remove(session, &schema).await;
            // Also after a failure: kept by a connection that lives on, the lock would keep every build out.
            sqlx::query("SELECT pg_advisory_unlock($1)").bind(key(&schema)).execute(&mut *session).await?;
            if removed? {
                tracing::info!(schema, "removed what an interrupted build had left");
                dropped.push(schema);
            }
        }
    }
    Ok(dropped)
}

/// Removes what is there of a build of `schema`, by whoever holds its lock; gives whether there was something.
///
/// The row comes first: the last step of a build whose lock was lost holds it, and what has the name afterwards is another.
pub(super) async fn remove(session: &mut PgConnection, schema: &str) -> Result<bool, sqlx::Error> {
    let mut transaction = session.begin().await?;
    let gone = sqlx::query("DELETE FROM read_model_builds WHERE schema_name = $1")
        .bind(schema)
        .execute(&mut *transaction)
        .await?;
    drop_schema(&mut transaction, &beside(schema)).await?;
    transaction.commit().await?;
    Ok(gone.rows_affected() > 0)
}
