//! The Merkle tree over the log (RFC 9162, section 2.1, SHA-256), and what is proved with it.
//!
//! A leaf is the canonical JSON (RFC 8785) of an event as it lies in the table, sealed values included,
//! so that forgetting a person changes no hash ([`envelope`], [`canonical`]). The [`frontier`] is all that is
//! needed to append: the roots of the complete subtrees that make up the tree, largest first, one for each
//! 1 bit of the size. [`tiles`] keep inner nodes, so that a proof reads a few rows of a long log; [`proof`] says
//! which nodes a proof is made of and checks one; [`stored`] reads nodes from the tables and writes tiles; [`rows`]
//! gives events as the bytes that are hashed. Many hashes at once are made by [`many`].
//!
//! Leaf `i` of the tree is the event of position `i + 1`.

pub mod canonical;
pub mod envelope;
pub mod frontier;
mod lanes;
pub mod many;
pub mod proof;
pub mod rows;
pub mod stored;
#[cfg(test)]
pub(crate) mod testing;
pub mod tiles;

use ring::digest::{Context, SHA256};

pub use envelope::{Envelope, Sealed};
pub use frontier::{BadFrontier, Frontier};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// `SHA-256(0x00 ‖ bytes)`: the hash of a leaf (RFC 9162, 2.1.1).
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    digest(&[&[0], bytes])
}

/// `SHA-256(0x01 ‖ left ‖ right)`: the hash of an inner node (RFC 9162, 2.1.1).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    digest(&[&[1], left, right])
}

fn digest(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// The root of the tree without a leaf: the hash of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    digest(&[])
}
