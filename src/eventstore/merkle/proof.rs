//! Which nodes an inclusion or a consistency proof is made of, and the checking of proofs (RFC 9162, 2.1.3 and 2.1.4).

use super::{Hash, empty_root, node_hash};

/// The root of a complete subtree: over the leaves `index << height` up to `(index + 1) << height`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// 0 for a leaf.
    pub height: u8,
    /// Place among the nodes of this height.
    pub index: u64,
}

/// Leaves `from..to`, one side of a split of the tree: its root is one hash of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first leaf.
    pub from: u64,
    /// The leaf after the last.
    pub to: u64,
}

impl Span {
    /// The complete subtrees that make it up, largest first.
    #[must_use]
    pub fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut from = self.from;
        while let Some(log) = self.to.saturating_sub(from).checked_ilog2() {
            // Less than 64.
            let height = u8::try_from(log).unwrap_or(u8::MAX);
            nodes.push(Node { height, index: from >> log });
            from += 1 << log;
        }
        nodes
    }

    /// Its root from those of its subtrees; none when one is unknown.
    pub fn root(self, known: impl Fn(Node) -> Option<Hash>) -> Option<Hash> {
        let mut nodes = self.nodes().into_iter().rev();
        let Some(last) = nodes.next() else { return Some(empty_root()) };
        nodes.try_fold(known(last)?, |right, left| Some(node_hash(&known(left)?, &right)))
    }

    /// Where the tree over these leaves, of which there are two at least, is split: after the largest power of two of
    /// them that is not all.
    fn split(self) -> u64 {
        let amount = self.to - self.from;
        self.from + amount.saturating_sub(1).checked_ilog2().map_or(0, |log| 1 << log)
    }
}

/// The spans whose roots prove that leaf `index` is in the tree of `size` leaves, from the leaf up.
/// None when the tree has no such leaf.
#[must_use]
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Span>> {
    if index >= size {
        return None;
    }
    let mut rest = Span { from: 0, to: size };
    let mut spans = Vec::new();
    while rest.to - rest.from > 1 {
        let split = rest.split();
        let (left, right) = (Span { to: split, ..rest }, Span { from: split, ..rest });
        let (inner, sibling) = if index < split { (left, right) } else { (right, left) };
        spans.push(sibling);
        rest = inner;
    }
    spans.reverse();
    Some(spans)
}

/// The spans whose roots prove that the tree of `from` leaves is the beginning of that of `to`.
/// None when `from` is larger.
#[must_use]
pub fn consistency(from: u64, to: u64) -> Option<Vec<Span>> {
    if from > to {
        return None;
    }
    if from == 0 || from == to {
        return Some(Vec::new());
    }
    let mut rest = Span { from: 0, to };
    let mut spans = Vec::new();
    // Whether `rest` still begins at the first leaf, so that whoever checks knows its root.
    let mut is_known = true;
    while rest.to != from {
        let split = rest.split();
        let (left, right) = (Span { to: split, ..rest }, Span { from: split, ..rest });
        if from <= split {
            spans.push(right);
            rest = left;
        } else {
            spans.push(left);
            rest = right;
            is_known = false;
        }
    }
    if !is_known {
        spans.push(rest);
    }
    spans.reverse();
    Some(spans)
}

/// The root that an inclusion proof leads to; none when the proof has not the form of one.
#[must_use]
pub fn root_of_inclusion(index: u64, size: u64, leaf: Hash, proof: &[Hash]) -> Option<Hash> {
    let (mut node, mut last) = (index, size.checked_sub(1)?);
    if node > last {
        return None;
    }
    let mut root = leaf;
    for hash in proof {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            root = node_hash(hash, &root);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(&root, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// Whether the tree with root `old` and `from` leaves is the beginning of that with root `new` and `to` leaves.
#[must_use]
pub fn is_consistent(from: u64, to: u64, old: &Hash, new: &Hash, proof: &[Hash]) -> bool {
    if from == to || from == 0 {
        let same = if from == to { old == new } else { *old == empty_root() };
        return same && proof.is_empty();
    }
    // A complete old tree is a node of the new one, and its root is known.
    let known = from.is_power_of_two().then_some(old);
    let mut hashes = known.into_iter().chain(proof);
    let (Some(first), true) = (hashes.next(), from < to) else { return false };
    let (mut node, mut last) = (from - 1, to - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_root, mut new_root) = (*first, *first);
    for hash in hashes {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_root = node_hash(hash, &old_root);
            new_root = node_hash(hash, &new_root);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_root = node_hash(&new_root, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_root == *old && new_root == *new
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{leaf_hash, testing::*};
    use super::*;

    fn leaves(size: u64) -> Vec<Hash> {
        (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    /// The hashes of a proof, by the definition.
    fn hashes(spans: &[Span], leaves: &[Hash]) -> Vec<Hash> {
        let of = |number: u64| usize::try_from(number).unwrap();
        spans.iter().map(|span| by_definition(&leaves[of(span.from)..of(span.to)])).collect()
    }

    fn published() -> Vec<Hash> {
        LEAVES.iter().map(|leaf| leaf_hash(&hex::decode(leaf).unwrap())).collect()
    }

    #[test]
    fn inclusion_proofs_are_those_of_the_reference_vectors() {
        for (index, size, expected) in INCLUSIONS {
            let proof = hashes(&inclusion(index, size).unwrap(), &published());
            assert_eq!(proof, expected.iter().map(|hex| hash(hex)).collect::<Vec<_>>(), "{index} of {size}");
            let leaf = published()[usize::try_from(index).unwrap()];
            let root = hash(ROOTS[usize::try_from(size).unwrap()]);
            assert_eq!(root_of_inclusion(index, size, leaf, &proof), Some(root));
        }
    }

    #[test]
    fn consistency_proofs_are_those_of_the_reference_vectors() {
        for (from, to, expected) in CONSISTENCIES {
            let proof = hashes(&consistency(from, to).unwrap(), &published());
            assert_eq!(proof, expected.iter().map(|hex| hash(hex)).collect::<Vec<_>>(), "{from} to {to}");
            let root = |size| hash(ROOTS[usize::try_from(size).unwrap()]);
            assert!(is_consistent(from, to, &root(from), &root(to), &proof));
        }
    }

    #[test]
    fn what_the_tree_does_not_have_cannot_be_proved() {
        assert_eq!(inclusion(3, 3), None);
        assert_eq!(consistency(4, 3), None);
        assert_eq!(root_of_inclusion(3, 3, [0; 32], &[]), None);
        assert_eq!(root_of_inclusion(0, 0, [0; 32], &[]), None);
        assert!(!is_consistent(4, 3, &[0; 32], &[0; 32], &[]));
    }

    proptest! {
        #[test]
        fn every_leaf_is_proved_and_no_other_in_its_place(size in 1_u64..130, at: prop::sample::Index, bit: prop::sample::Index) {
            let all = leaves(size);
            let index = at.index(all.len()) as u64;
            let proof = hashes(&inclusion(index, size).unwrap(), &all);
            let root = by_definition(&all);
            let leaf = all[at.index(all.len())];
            prop_assert_eq!(root_of_inclusion(index, size, leaf, &proof), Some(root));
            // Another place, another leaf, another proof: never the same root.
            for other in (0..size).filter(|other| *other != index) {
                prop_assert_ne!(root_of_inclusion(other, size, leaf, &proof), Some(root));
            }
            prop_assert_ne!(root_of_inclusion(index, size, leaf_hash(b"other"), &proof), Some(root));
            let mut longer = proof.clone();
            longer.push(root);
            prop_assert_ne!(root_of_inclusion(index, size, leaf, &longer), Some(root));
            if !proof.is_empty() {
                prop_assert_ne!(root_of_inclusion(index, size, leaf, &proof[1..]), Some(root));
                let mut changed = proof.clone();
                let bit = bit.index(proof.len() * 256);
                changed[bit / 256][bit % 256 / 8] ^= 1 << (bit % 8);
                prop_assert_ne!(root_of_inclusion(index, size, leaf, &changed), Some(root));
            }
        }

        #[test]
        fn a_longer_log_is_proved_to_begin_with_the_shorter(to in 0_u64..130, at: prop::sample::Index, bit: prop::sample::Index) {
            let all = leaves(to);
            let from = at.index(all.len() + 1) as u64;
            let old = by_definition(&all[..usize::try_from(from).unwrap()]);
            let new = by_definition(&all);
            let proof = hashes(&consistency(from, to).unwrap(), &all);
            prop_assert!(is_consistent(from, to, &old, &new, &proof));
            if from > 0 {
                prop_assert!(!is_consistent(from, to, &leaf_hash(b"other"), &new, &proof));
                prop_assert!(!is_consistent(from, to, &old, &leaf_hash(b"other"), &proof));
            }
            if !proof.is_empty() {
                prop_assert!(!is_consistent(from, to, &old, &new, &proof[1..]));
                let mut changed = proof.clone();
                let bit = bit.index(proof.len() * 256);
                changed[bit / 256][bit % 256 / 8] ^= 1 << (bit % 8);
                prop_assert!(!is_consistent(from, to, &old, &new, &changed));
            }
        }

        #[test]
        fn spans_are_made_of_complete_subtrees(from in 0_u64..64, length in 0_u64..64) {
            // A span of a proof begins at a multiple of a power of two that is not smaller than it.
            let from = from * length.next_power_of_two();
            let span = Span { from, to: from + length };
            let all = leaves(span.to);
            let of = |number: u64| usize::try_from(number).unwrap();
            let root = span.root(|node| {
                let first = node.index << node.height;
                Some(by_definition(&all[of(first)..of(first + (1 << node.height))]))
            });
            prop_assert_eq!(root, Some(by_definition(&all[of(from)..of(span.to)])));
        }
    }
}
