//! Nodes of the tree from the tables, in two statements a proof; and tiles into their table.
//!
//! Tiles are derived and written beside the appends, in bulk, whenever somebody calls [`write_tiles`]; writing one twice
//! changes nothing. What is not tiled yet, or whose tile is gone, is computed from the leaves.

use std::collections::{BTreeSet, HashMap};

use futures_util::TryStreamExt;
use sqlx::{Acquire, PgConnection, Postgres};

use super::proof::{Node, Span};
use super::tiles::{Builder, Part, Tile, WIDTH, complete_root};
use super::{Frontier, Hash};

/// Only one process makes tiles at a time; the others need not.
const TILING: i64 = 0x7a68_616e_6774;
/// How many leaves are tiled in one transaction.
const AT_ONCE: i64 = 65_536;

/// The roots of `spans`.
///
/// # Errors
/// The database's; [`sqlx::Error::RowNotFound`] when the log lacks a leaf that a span covers.
pub async fn roots(database: &mut PgConnection, spans: &[Span]) -> Result<Vec<Hash>, sqlx::Error> {
    let nodes: BTreeSet<Node> = spans.iter().flat_map(|span| span.nodes()).collect();
    let mut known: HashMap<Node, Hash> = HashMap::with_capacity(nodes.len());
    let (low, high): (Vec<Node>, Vec<Node>) = nodes.into_iter().partition(|node| Part::of(*node).level == 0);
    from_tiles(&mut *database, &high, &mut known).await?;
    from_leaves(database, &low, &mut known).await?;
    let find = |node| known.get(&node).copied();
    spans.iter().map(|span| span.root(find).ok_or(sqlx::Error::RowNotFound)).collect()
}

/// Nodes that lie in tiles.
async fn from_tiles(
    database: &mut PgConnection,
    nodes: &[Node],
    known: &mut HashMap<Node, Hash>,
) -> Result<(), sqlx::Error> {
    if nodes.is_empty() {
        return Ok(());
    }
    let wanted: BTreeSet<(i16, i64)> = nodes.iter().map(|node| place(Part::of(*node))).collect();
    let (levels, numbers): (Vec<i16>, Vec<i64>) = wanted.into_iter().unzip();
    let rows: Vec<(i16, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT level, number, hashes FROM log_tiles JOIN unnest($1::smallint[], $2::bigint[]) AS w (level, number) \
         USING (level, number) WHERE log = 0",
    )
    .bind(levels)
    .bind(numbers)
    .fetch_all(&mut *database)
    .await?;
    let tiles: HashMap<(i16, i64), Vec<Hash>> =
        rows.into_iter().map(|(level, number, hashes)| ((level, number), hashes_of(&hashes))).collect();
    for node in nodes {
        let part = Part::of(*node);
        let range = usize::try_from(part.from % WIDTH).ok().zip(usize::try_from(part.to - part.from).ok());
        let stored = tiles
            .get(&place(part))
            .zip(range)
            .and_then(|(tile, (from, amount))| complete_root(tile.get(from..from + amount)?.to_vec()));
        let root = match stored {
            Some(root) => root,
            None => from_all_leaves(&mut *database, *node).await?,
        };
        known.insert(*node, root);
    }
    Ok(())
}

/// The tile in which a part lies.
fn place(part: Part) -> (i16, i64) {
    (i16::from(part.level), i64::try_from(part.tile()).unwrap_or(i64::MAX))
}

fn hashes_of(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks_exact(32).filter_map(|hash| hash.try_into().ok()).collect()
}

/// The positions of the leaves below a node: the first, and how many.
fn leaves_below(node: Node) -> (i64, i64) {
    let first = i64::try_from(node.index << node.height).unwrap_or(i64::MAX);
    (first.saturating_add(1), 1_i64.checked_shl(u32::from(node.height)).unwrap_or(i64::MAX))
}

/// A high node that no tile has: from the leaves, however many.
async fn from_all_leaves(database: &mut PgConnection, node: Node) -> Result<Hash, sqlx::Error> {
    let (first, amount) = leaves_below(node);
    let mut frontier = Frontier::default();
    let mut leaves = sqlx::query_scalar(LEAVES).bind(first).bind(amount).fetch(database);
    while let Some(leaf) = leaves.try_next().await? {
        frontier.push(leaf_of(leaf)?);
    }
    if i64::try_from(frontier.size()) == Ok(amount) {
        Ok(frontier.root())
    } else {
        Err(sqlx::Error::RowNotFound)
    }
}

/// Leaf hashes in order, from a position on, so many.
const LEAVES: &str =
    "SELECT leaf_hash FROM events WHERE log = 0 AND position >= $1 AND position < $1 + $2 ORDER BY position";

fn leaf_of(bytes: Vec<u8>) -> Result<Hash, sqlx::Error> {
    bytes.try_into().map_err(|_| sqlx::Error::Decode("a leaf hash has not 32 bytes".into()))
}

/// The leaves from each first ($1) on, so many ($2) of each.
///
/// Each run is limited, and so found for itself by the primary key: joined by their bounds, they would be looked for in the whole log.
pub const SOME_LEAVES: &str = "SELECT w.nth, e.leaf_hash FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS w (first, amount, nth) \
     CROSS JOIN LATERAL (SELECT s.leaf_hash, s.position FROM events s \
                         WHERE s.log = 0 AND s.position >= w.first AND s.position < w.first + w.amount \
                         ORDER BY s.position LIMIT w.amount) e \
     ORDER BY w.nth, e.position";

/// Nodes with fewer than 256 leaves below: from those, all in one statement.
async fn from_leaves(
    database: &mut PgConnection,
    nodes: &[Node],
    known: &mut HashMap<Node, Hash>,
) -> Result<(), sqlx::Error> {
    if nodes.is_empty() {
        return Ok(());
    }
    let (firsts, amounts): (Vec<i64>, Vec<i64>) = nodes.iter().map(|node| leaves_below(*node)).unzip();
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as(SOME_LEAVES).bind(firsts).bind(amounts).fetch_all(database).await?;
    let mut found: HashMap<i64, Vec<Hash>> = HashMap::with_capacity(nodes.len());
    for (nth, leaf) in rows {
        found.entry(nth).or_default().push(leaf_of(leaf)?);
    }
    for (node, nth) in nodes.iter().zip(1..) {
        let leaves = found.remove(&nth).unwrap_or_default();
        let is_whole = leaves.len() as u64 == 1 << node.height;
        let root = if is_whole { complete_root(leaves) } else { None };
        known.insert(*node, root.ok_or(sqlx::Error::RowNotFound)?);
    }
    Ok(())
}

/// Tiles the log up to `until` leaves, in transactions of bounded size. Gives how many leaves it went through;
/// none while another process is at it.
///
/// # Errors
/// The database's.
pub async fn write_tiles(database: &mut PgConnection, until: u64) -> Result<u64, sqlx::Error> {
    let until = i64::try_from(until - until % WIDTH).unwrap_or(i64::MAX);
    let mut done = 0;
    loop {
        let mut transaction = database.begin().await?;
        let is_ours: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)")
            .bind(TILING)
            .fetch_one(&mut *transaction)
            .await?;
        if !is_ours {
            return Ok(done);
        }
        let mut builder = resume(&mut transaction).await?;
        let from = i64::try_from(builder.size()).unwrap_or(i64::MAX);
        let amount = until.saturating_sub(from).min(AT_ONCE);
        if amount <= 0 {
            transaction.commit().await?;
            return Ok(done);
        }
        let mut tiles = Vec::new();
        let mut read = 0_u64;
        {
            let mut leaves = sqlx::query_scalar(LEAVES).bind(from + 1).bind(amount).fetch(&mut *transaction);
            while let Some(leaf) = leaves.try_next().await? {
                tiles.extend(builder.push(leaf_of(leaf)?));
                read += 1;
            }
        }
        tiles.extend(builder.partial().cloned());
        keep(&mut transaction, &tiles).await?;
        transaction.commit().await?;
        done += read;
        if i64::try_from(read) != Ok(amount) {
            // The log is shorter than was said; whoever asked finds out by the roots.
            return Ok(done);
        }
    }
}

/// A builder that goes on where the tiles end; from the beginning when they do not fit each other.
async fn resume(transaction: &mut sqlx::Transaction<'_, Postgres>) -> Result<Builder, sqlx::Error> {
    let rows: Vec<(i16, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT DISTINCT ON (level) level, number, hashes FROM log_tiles WHERE log = 0 ORDER BY level, number DESC",
    )
    .fetch_all(&mut **transaction)
    .await?;
    let last = rows.into_iter().map(|(level, number, hashes)| Tile {
        level: u8::try_from(level).unwrap_or(0),
        number: u64::try_from(number).unwrap_or(0),
        hashes: hashes_of(&hashes),
    });
    if let Some(builder) = Builder::resume(last.collect()) {
        return Ok(builder);
    }
    tracing::warn!("the tiles of the log do not fit each other and are made anew");
    clear(transaction).await?;
    Ok(Builder::default())
}

/// Removes every tile, so that they are made anew.
///
/// # Errors
/// The database's.
pub async fn clear(database: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM log_tiles").execute(database).await.map(drop)
}

async fn keep(transaction: &mut sqlx::Transaction<'_, Postgres>, tiles: &[Tile]) -> Result<(), sqlx::Error> {
    let levels: Vec<i16> = tiles.iter().map(|tile| i16::from(tile.level)).collect();
    let numbers: Vec<i64> = tiles.iter().map(|tile| i64::try_from(tile.number).unwrap_or(i64::MAX)).collect();
    let hashes: Vec<Vec<u8>> = tiles.iter().map(|tile| tile.hashes.concat()).collect();
    sqlx::query(
        "INSERT INTO log_tiles (level, number, hashes) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[]) \
         ON CONFLICT (log, level, number) DO UPDATE SET hashes = excluded.hashes \
         WHERE length(excluded.hashes) > length(log_tiles.hashes)",
    )
    .bind(levels)
    .bind(numbers)
    .bind(hashes)
    .execute(&mut **transaction)
    .await
    .map(drop)
}
