//! Rows into a table, as fast as it goes.

use sqlx::PgConnection;

use crate::common::Fault;

/// Copies what has gathered into a table.
pub(crate) async fn copy(database: &mut PgConnection, into: &str, rows: &mut String) -> Result<(), Fault> {
    let mut copying = database.copy_in_raw(&format!("COPY {into} FROM STDIN")).await?;
    copying.send(std::mem::take(rows).into_bytes()).await?;
    copying.finish().await?;
    Ok(())
}
