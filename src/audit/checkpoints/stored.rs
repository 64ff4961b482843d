//! Checkpoints in their table: kept for ever, with every signature.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::{Line, Note};

/// A checkpoint with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The signatures.
    pub lines: Vec<Line>,
}

impl Stored {
    /// The signed note.
    #[must_use]
    pub fn note(&self) -> Note {
        Note { text: self.checkpoint.to_string(), lines: self.lines.clone() }
    }
}

fn number(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The newest one.
///
/// # Errors
/// The database's.
pub async fn newest(database: &mut PgConnection) -> Result<Option<Stored>, sqlx::Error> {
    let size: Option<i64> = sqlx::query_scalar("SELECT max(size) FROM checkpoints WHERE log = 0")
        .fetch_one(&mut *database)
        .await?;
    match size.and_then(|size| u64::try_from(size).ok()) {
        Some(size) => of_size(database, size).await,
        None => Ok(None),
    }
}

/// The one of this size.
///
/// # Errors
/// The database's.
pub async fn of_size(database: &mut PgConnection, size: u64) -> Result<Option<Stored>, sqlx::Error> {
    Ok(between(database, size, size, 1).await?.pop())
}

/// Up to `limit` of those of sizes `from` to `to`, the smallest first.
///
/// # Errors
/// The database's.
pub async fn between(
    database: &mut PgConnection,
    from: u64,
    to: u64,
    limit: i64,
) -> Result<Vec<Stored>, sqlx::Error> {
    let rows: Vec<(i64, String, Vec<u8>, DateTime<Utc>)> = sqlx::query_as(
        "SELECT size, origin, root, CASE WHEN isfinite(made_at) THEN made_at END FROM checkpoints WHERE log = 0 AND size BETWEEN $1 AND $2 ORDER BY size LIMIT $3",
    )
    .bind(number(from))
    .bind(number(to))
    .bind(limit)
    .fetch_all(&mut *database)
    .await?;
    let sizes: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let mut signatures: HashMap<i64, Vec<Line>> = HashMap::new();
    let lines: Vec<(i64, String, Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "SELECT size, name, key_id, signature FROM checkpoint_signatures WHERE log = 0 AND size = ANY($1) ORDER BY size, nth",
    )
    .bind(sizes)
    .fetch_all(database)
    .await?;
    for (size, name, key_id, signature) in lines {
        let key_id = key_id.try_into().unwrap_or_default();
        signatures.entry(size).or_default().push(Line { name, key_id, signature });
    }
    let stored = rows.into_iter().map(|(size, origin, root, made_at)| {
        let root = root.try_into().map_err(|_| sqlx::Error::Decode("a root has not 32 bytes".into()))?;
        let lines = signatures.remove(&size).unwrap_or_default();
        let checkpoint = Checkpoint { origin, size: u64::try_from(size).unwrap_or(0), root };
        Ok(Stored { checkpoint, made_at, lines })
    });
    stored.collect()
}

/// Keeps a new one.
pub(super) async fn keep(
    database: &mut PgConnection,
    checkpoint: &Checkpoint,
    made_at: DateTime<Utc>,
    line: &Line,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO checkpoints (size, origin, root, made_at) VALUES ($1, $2, $3, $4)")
        .bind(number(checkpoint.size))
        .bind(&checkpoint.origin)
        .bind(checkpoint.root.as_slice())
        .bind(made_at)
        .execute(&mut *database)
        .await?;
    add(database, checkpoint.size, made_at, line).await.map(drop)
}

/// Adds a signature. False where its key has one there already.
///
/// # Errors
/// The database's.
pub async fn add(
    database: &mut PgConnection,
    size: u64,
    now: DateTime<Utc>,
    line: &Line,
) -> Result<bool, sqlx::Error> {
    let added = sqlx::query(
        "INSERT INTO checkpoint_signatures (size, nth, name, key_id, signature, stored_at) \
         SELECT $1, coalesce(max(nth), 0) + 1, $2, $3, $4, $5 FROM checkpoint_signatures WHERE log = 0 AND size = $1 \
         ON CONFLICT ON CONSTRAINT signs_once DO NOTHING",
    )
    .bind(number(size))
    .bind(&line.name)
    .bind(line.key_id.as_slice())
    .bind(&line.signature)
    .bind(now)
    .execute(database)
    .await?;
    Ok(added.rows_affected() == 1)
}
