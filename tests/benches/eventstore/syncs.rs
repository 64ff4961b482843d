//! How often PostgreSQL waits for the disk.

use sqlx::postgres::PgConnection;

use crate::common::Fault;

/// How many times the server has waited for the disk to take its log.
pub(crate) async fn so_far(connection: &mut PgConnection) -> Result<i64, Fault> {
    let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::int")
        .fetch_one(&mut *connection)
        .await?;
    let sql = if version < 180_000 {
        "SELECT wal_sync FROM pg_stat_wal"
    } else {
        "SELECT coalesce(sum(fsyncs), 0)::bigint FROM pg_stat_io WHERE object = 'wal'"
    };
    Ok(sqlx::query_scalar(sql).fetch_one(connection).await?)
}
