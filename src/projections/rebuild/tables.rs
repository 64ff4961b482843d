//! The tables of a schema, all of them, and their indexes.

use std::collections::VecDeque;

use sqlx::{Executor, PgConnection};
use tokio::sync::Mutex;

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

/// Whom a lock keeps away until the transaction ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Away {
    /// Vacuum, statistics and index builds, of which the server's own give way after a second.
    Upkeep,
    /// Everybody; waits until nobody is reading.
    All,
}

/// Locks the tables of a schema.
pub(super) async fn lock(database: &mut PgConnection, schema: &str, away: Away) -> Result<(), sqlx::Error> {
    let mode = match away {
        Away::Upkeep => "SHARE UPDATE EXCLUSIVE",
        Away::All => "ACCESS EXCLUSIVE",
    };
    for table in tables(database, schema).await? {
        database.execute(format!("LOCK TABLE {table} IN {mode} MODE").as_str()).await?;
    }
    Ok(())
}

/// Runs `indexes.sql` on two connections, from both ends: one index takes one core, and none needs another.
pub(super) async fn make_indexes(sessions: [&mut PgConnection; 2], sql: &str) -> Result<(), sqlx::Error> {
    let left = Mutex::new(apart(sql));
    let [one, other] = sessions;
    let from_the_front = async {
        while let Some(sql) = { left.lock().await.pop_front() } {
            one.execute(sql.as_str()).await?;
        }
        Ok(())
    };
    let from_the_back = async {
        while let Some(sql) = { left.lock().await.pop_back() } {
            other.execute(sql.as_str()).await?;
        }
        Ok(())
    };
    // Both to their ends: a connection that is left in the middle of a statement cannot clear up.
    let (front, back) = tokio::join!(from_the_front, from_the_back);
    front.and(back)
}

/// A piece for each line that makes something, with what follows it.
fn apart(sql: &str) -> VecDeque<String> {
    let mut pieces = VecDeque::from([String::new()]);
    for line in sql.lines() {
        if line.starts_with("CREATE ") {
            pieces.push_back(String::new());
        }
        if let Some(last) = pieces.back_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    pieces.retain(|piece| piece.contains(';'));
    pieces
}

/// Gathers the planner's statistics.
pub(super) async fn analyze(database: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    for table in tables(database, schema).await? {
        database.execute(format!("ANALYZE {table}").as_str()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_an_index_stays_with_it() {
        let sql = "-- why\nCREATE INDEX a ON t (a);\n\n-- more\nCREATE INDEX b ON t (b);\nALTER INDEX b SET (fillfactor = 70);\n";
        let pieces = apart(sql);
        assert_eq!(pieces.len(), 2);
        assert!(pieces.iter().any(|piece| piece.contains("INDEX b ON") && piece.contains("ALTER INDEX b")));
        assert_eq!(apart("ALTER TABLE t ADD PRIMARY KEY (a);\n").len(), 1);
        assert!(apart("").is_empty());
    }
}
