//! The right edge of the tree: what is needed to append, and to know the root.

use super::many::node_hashes;
use super::{Hash, empty_root, node_hash};

/// The stored bytes do not make a frontier of the stored size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the Merkle frontier of {size} events must hold {expected} hashes, but {found} bytes are stored")]
pub struct BadFrontier {
    size: u64,
    expected: u32,
    found: usize,
}

/// The right edge of the tree: enough to append and to know the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// The frontier of a tree of `size` leaves from its stored bytes.
    ///
    /// # Errors
    /// [`BadFrontier`] when the bytes are not one hash for each 1 bit of `size`.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, BadFrontier> {
        let roots: Vec<Hash> = bytes.chunks_exact(32).filter_map(|chunk| chunk.try_into().ok()).collect();
        let expected = size.count_ones();
        if !bytes.len().is_multiple_of(32) || roots.len() != expected as usize {
            return Err(BadFrontier { size, expected, found: bytes.len() });
        }
        Ok(Self { size, roots })
    }

    /// The bytes to store: the roots one after the other.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.roots.concat()
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Every trailing 1 bit of the old size is a complete subtree of equal height to merge with.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// Appends leaves in order, all nodes of a height at once.
    pub fn extend(&mut self, leaves: &[Hash]) {
        let mut edge = Vec::new();
        let mut hashes = leaves.to_vec();
        let mut size = self.size;
        while !hashes.is_empty() {
            if size % 2 == 1
                && let Some(left) = self.roots.pop()
            {
                hashes.insert(0, left);
            }
            size /= 2;
            let nodes = node_hashes(&hashes);
            if hashes.len() % 2 == 1 {
                edge.extend(hashes.pop());
            }
            hashes = nodes;
        }
        self.roots.extend(edge.into_iter().rev());
        self.size += leaves.len() as u64;
    }

    /// The root of the tree (of the empty tree: the hash of nothing).
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut from_the_right = self.roots.iter().rev();
        let Some(last) = from_the_right.next() else { return empty_root() };
        from_the_right.fold(*last, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{leaf_hash, testing::*};
    use super::*;

    #[test]
    fn roots_are_those_of_the_reference_vectors() {
        let mut frontier = Frontier::default();
        assert_eq!(hex::encode(frontier.root()), ROOTS[0]);
        for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
            frontier.push(leaf_hash(&hex::decode(leaf).unwrap()));
            assert_eq!(hex::encode(frontier.root()), *root);
        }
    }

    proptest! {
        #[test]
        fn the_frontier_agrees_with_the_definition(size in 0_usize..200) {
            let leaves: Vec<Hash> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let mut frontier = Frontier::default();
            for leaf in &leaves {
                frontier.push(*leaf);
            }
            prop_assert_eq!(frontier.root(), by_definition(&leaves));
            let stored = Frontier::from_bytes(size as u64, &frontier.to_bytes()).unwrap();
            prop_assert_eq!(stored, frontier);
        }

        #[test]
        fn leaves_may_come_in_any_portions(portions in prop::collection::vec(0_usize..70, 0..12)) {
            let (mut one_by_one, mut at_once) = (Frontier::default(), Frontier::default());
            for portion in portions {
                let leaves: Vec<Hash> =
                    (0..portion).map(|n| leaf_hash(&(at_once.size() + n as u64).to_be_bytes())).collect();
                for leaf in &leaves {
                    one_by_one.push(*leaf);
                }
                at_once.extend(&leaves);
                prop_assert_eq!(&at_once, &one_by_one);
            }
        }

        #[test]
        fn bytes_of_another_size_are_refused(size in 1_u64..1_000_000, extra in 1_usize..31) {
            let bytes = vec![0; size.count_ones() as usize * 32 + extra];
            prop_assert!(Frontier::from_bytes(size, &bytes).is_err());
        }
    }
}
