//! Proofs: that an event is in the log of some size, and that a longer log begins with a shorter one.
//!
//! A proof is given as it comes out, even where it does not lead to the root that was signed: whoever asks is to find
//! out, and finds out by computing. The operator finds it in the server's log.

use sqlx::PgConnection;

use super::checkpoints::stored::{self, Stored};
use crate::eventstore::merkle::proof::{Span, consistency, inclusion, is_consistent, root_of_inclusion};
use crate::eventstore::merkle::rows::leaf_at;
use crate::eventstore::merkle::stored::roots;
use crate::eventstore::merkle::{Hash, leaf_hash};

/// That an event is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// Its canonical bytes.
    pub event: String,
    /// Their leaf hash.
    pub leaf: Hash,
    /// What leads from the leaf to the root.
    pub hashes: Vec<Hash>,
    /// The root.
    pub root: Hash,
    /// The checkpoint of this size, if there is one.
    pub checkpoint: Option<Stored>,
}

/// That the log was only added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consistency {
    /// The root of the shorter log.
    pub from_root: Hash,
    /// The root of the longer one.
    pub to_root: Hash,
    /// What leads to both.
    pub hashes: Vec<Hash>,
    /// The checkpoint of the shorter, if there is one.
    pub from_checkpoint: Option<Stored>,
    /// The checkpoint of the longer, if there is one.
    pub to_checkpoint: Option<Stored>,
}

/// How many events the log has.
///
/// # Errors
/// The database's.
pub async fn log_size(database: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let position: i64 =
        sqlx::query_scalar("SELECT position FROM log_head WHERE log = 0").fetch_one(database).await?;
    Ok(u64::try_from(position).unwrap_or(0))
}

/// Proves that the event at `position` is among the first `size`. None when the log has no such event or size.
///
/// # Errors
/// The database's.
pub async fn prove_inclusion(
    database: &mut PgConnection,
    position: u64,
    size: u64,
) -> Result<Option<Inclusion>, sqlx::Error> {
    let Some(index) = position.checked_sub(1) else { return Ok(None) };
    let Some(mut spans) = inclusion(index, size) else { return Ok(None) };
    if size > log_size(&mut *database).await? {
        return Ok(None);
    }
    let event = leaf_at(&mut *database, i64::try_from(position).unwrap_or(i64::MAX)).await?.text;
    spans.push(Span { from: 0, to: size });
    let mut hashes = roots(&mut *database, &spans).await?;
    let root = hashes.pop().unwrap_or_default();
    let leaf = leaf_hash(event.as_bytes());
    let checkpoint = stored::of_size(database, size).await?;
    let is_signed = checkpoint.as_ref().is_none_or(|stored| stored.checkpoint.root == root);
    if root_of_inclusion(index, size, leaf, &hashes) != Some(root) || !is_signed {
        tracing::error!(position, size, "the proof of an event fails: run `zhanggui audit verify`");
    }
    Ok(Some(Inclusion { event, leaf, hashes, root, checkpoint }))
}

/// Proves that the log of `to` events begins with that of `from`. None when the log has no such sizes.
///
/// # Errors
/// The database's.
pub async fn prove_consistency(
    database: &mut PgConnection,
    from: u64,
    to: u64,
) -> Result<Option<Consistency>, sqlx::Error> {
    let Some(mut spans) = consistency(from, to) else { return Ok(None) };
    if to > log_size(&mut *database).await? {
        return Ok(None);
    }
    spans.extend([Span { from: 0, to: from }, Span { from: 0, to }]);
    let mut hashes = roots(&mut *database, &spans).await?;
    let to_root = hashes.pop().unwrap_or_default();
    let from_root = hashes.pop().unwrap_or_default();
    let from_checkpoint = stored::of_size(&mut *database, from).await?;
    let to_checkpoint = stored::of_size(database, to).await?;
    let is_signed =
        |stored: &Option<Stored>, root| stored.as_ref().is_none_or(|it| it.checkpoint.root == root);
    if !is_consistent(from, to, &from_root, &to_root, &hashes)
        || !is_signed(&from_checkpoint, from_root)
        || !is_signed(&to_checkpoint, to_root)
    {
        tracing::error!(from, to, "the proof of the log's growth fails: run `zhanggui audit verify`");
    }
    Ok(Some(Consistency { from_root, to_root, hashes, from_checkpoint, to_checkpoint }))
}
