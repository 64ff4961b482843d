//! Tiles: the hashes of every eighth level of the tree, 256 in a row, as C2SP's tlog-tiles cuts it.
//!
//! A hash of level `L` is the root over 256^L leaves; tile `n` of a level has its hashes `256 n` to `256 n + 255`.
//! Level 0 is the log itself (`events.leaf_hash`), so only levels from 1 on are kept: 32 bytes for each 256 events.
//! Everything between is computed from one tile. [`Builder`] makes the levels from leaves in order.

use super::Hash;
use super::many::node_hashes;
use super::proof::Node;

/// How many levels of the tree a tile spans.
pub const HEIGHT: u8 = 8;
/// How many hashes a complete tile has.
pub const WIDTH: u64 = 1 << HEIGHT;

/// The hashes of a level that make up a node: they lie in one tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The level; 0 for leaves.
    pub level: u8,
    /// The first hash.
    pub from: u64,
    /// The hash after the last.
    pub to: u64,
}

impl Part {
    /// The part of a tile that `node` is computed from.
    #[must_use]
    pub const fn of(node: Node) -> Self {
        let rest = node.height % HEIGHT;
        let from = node.index << rest;
        Self { level: node.height / HEIGHT, from, to: from + (1 << rest) }
    }

    /// The number of the tile.
    #[must_use]
    pub const fn tile(self) -> u64 {
        self.from / WIDTH
    }
}

/// The root over a power of two of hashes; of none or another number, nothing.
#[must_use]
pub fn complete_root(mut hashes: Vec<Hash>) -> Option<Hash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    while hashes.len() > 1 {
        hashes = node_hashes(&hashes);
    }
    hashes.pop()
}

/// A tile, complete or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Its level, from 1 on.
    pub level: u8,
    /// Its number in the level.
    pub number: u64,
    /// Its hashes, at most [`WIDTH`].
    pub hashes: Vec<Hash>,
}

impl Tile {
    /// How many hashes of its level there are up to its end.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.number * WIDTH + self.hashes.len() as u64
    }
}

/// Makes tiles from leaves in order. Keeps one tile for each level.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    leaves: Vec<Hash>,
    levels: Vec<Tile>,
}

impl Builder {
    /// Goes on after the last tile of each level, lowest level first.
    /// None when the levels do not fit each other, so that they must be made anew.
    #[must_use]
    pub fn resume(last: Vec<Tile>) -> Option<Self> {
        let mut below = None;
        for (tile, level) in last.iter().zip(1_u8..) {
            let fits = below.is_none_or(|below: u64| below / WIDTH == tile.end());
            if tile.level != level || !fits || tile.hashes.is_empty() {
                return None;
            }
            below = Some(tile.end());
        }
        // A full level has a level above.
        below.is_none_or(|below| below < WIDTH).then(|| {
            let levels = last.into_iter().map(next_if_full).collect();
            Self { leaves: Vec::new(), levels }
        })
    }

    /// After how many leaves it goes on.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, Tile::end) * WIDTH + self.leaves.len() as u64
    }

    /// Takes the next leaf; gives the tiles that it completes.
    pub fn push(&mut self, leaf: Hash) -> Vec<Tile> {
        self.leaves.push(leaf);
        let mut complete = Vec::new();
        if self.leaves.len() as u64 == WIDTH {
            let mut hash = complete_root(std::mem::take(&mut self.leaves));
            let mut level = 1_u8;
            while let Some(next) = hash.take() {
                if self.levels.len() < usize::from(level) {
                    self.levels.push(Tile { level, number: 0, hashes: Vec::new() });
                }
                let Some(tile) = self.levels.get_mut(usize::from(level) - 1) else { break };
                tile.hashes.push(next);
                if tile.hashes.len() as u64 == WIDTH {
                    hash = complete_root(tile.hashes.clone());
                    let following = Tile { level, number: tile.number + 1, hashes: Vec::new() };
                    complete.push(std::mem::replace(tile, following));
                    level += 1;
                }
            }
        }
        complete
    }

    /// The tiles that are not complete yet, as far as they go.
    pub fn partial(&self) -> impl Iterator<Item = &Tile> {
        self.levels.iter().filter(|tile| !tile.hashes.is_empty())
    }
}

fn next_if_full(tile: Tile) -> Tile {
    if (tile.hashes.len() as u64) < WIDTH {
        return tile;
    }
    Tile { level: tile.level, number: tile.number + 1, hashes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::super::{leaf_hash, testing::by_definition};
    use super::*;

    fn leaf(number: u64) -> Hash {
        leaf_hash(&number.to_be_bytes())
    }

    /// All hashes by level, from one builder that is given up and resumed at some leaves.
    fn levels(size: u64, resumed_at: &[u64]) -> Vec<Vec<Hash>> {
        let mut kept: std::collections::BTreeMap<(u8, u64), Tile> = std::collections::BTreeMap::new();
        let mut builder = Builder::default();
        let (mut next, mut resumed_at) = (0, resumed_at.to_vec());
        while next < size {
            for tile in builder.push(leaf(next)) {
                kept.insert((tile.level, tile.number), tile);
            }
            next += 1;
            if resumed_at.first() == Some(&next) {
                resumed_at.remove(0);
                for tile in builder.partial() {
                    kept.insert((tile.level, tile.number), tile.clone());
                }
                let last = (1..).map_while(|level| {
                    kept.range((level, 0)..=(level, u64::MAX)).next_back().map(|(_, tile)| tile.clone())
                });
                builder = Builder::resume(last.collect()).unwrap();
                next = builder.size();
            }
        }
        for tile in builder.partial() {
            kept.insert((tile.level, tile.number), tile.clone());
        }
        let mut levels: Vec<Vec<Hash>> = Vec::new();
        for ((level, number), tile) in kept {
            levels.resize(levels.len().max(usize::from(level)), Vec::new());
            let hashes = &mut levels[usize::from(level) - 1];
            assert_eq!(hashes.len() as u64, number * WIDTH);
            hashes.extend(tile.hashes);
        }
        levels
    }

    #[test]
    fn tiles_hold_the_roots_of_256_by_256() {
        let size = WIDTH * WIDTH + 3 * WIDTH + 17;
        let leaves: Vec<Hash> = (0..size).map(leaf).collect();
        let found = levels(size, &[]);
        let level_1: Vec<Hash> = leaves.chunks_exact(256).map(by_definition).collect();
        assert_eq!(found, [level_1, vec![by_definition(&leaves[..65536])]]);
    }

    #[test]
    fn a_builder_that_was_interrupted_makes_the_same_tiles() {
        let size = WIDTH * WIDTH + 700;
        assert_eq!(levels(size, &[1, 255, 256, 257, 5000, 65_535, 65_536, 66_000]), levels(size, &[]));
    }

    #[test]
    fn levels_that_do_not_fit_are_not_gone_on_from() {
        let tile = |level, number, length| Tile { level, number, hashes: vec![[0; 32]; length] };
        assert!(Builder::resume(vec![]).is_some());
        assert!(Builder::resume(vec![tile(1, 0, 255)]).is_some());
        for wrong in [
            vec![tile(1, 0, 256)],
            vec![tile(1, 1, 3)],
            vec![tile(2, 0, 1)],
            vec![tile(1, 2, 1), tile(2, 0, 1)],
            vec![tile(1, 1, 0), tile(2, 0, 1)],
        ] {
            assert!(Builder::resume(wrong.clone()).is_none(), "{wrong:?}");
        }
        assert!(Builder::resume(vec![tile(1, 1, 3), tile(2, 0, 1)]).is_some());
    }
}
