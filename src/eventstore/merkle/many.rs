//! Hashes of many leaves or nodes at once.
//!
//! A processor with instructions for SHA-256 is fastest one message after the other, by the library. Without them, as most
//! servers of Intel's before 2021 are, it hashes eight in the time of three, by `lanes`.

use std::sync::OnceLock;

use fearless_simd::Level;

use super::{Envelope, Hash, digest, lanes};

/// A message of more bytes is hashed for itself, and so are those beside it.
const LONG: usize = 8 << 10;

/// How many leaves are hashed at once: few enough for what is written of them to stay near the processor.
const PORTION: usize = 64;

/// Leaves that are hashed many at once.
#[derive(Clone, Debug, Default)]
pub struct Leaves {
    /// Those that are not hashed yet.
    text: String,
    ends: Vec<usize>,
    hashes: Vec<Hash>,
}

impl Leaves {
    /// Adds one.
    pub fn push(&mut self, envelope: &Envelope<'_>) {
        // What goes before a leaf (RFC 9162, 2.1.1) is a character like any other.
        self.text.push('\0');
        envelope.write(&mut self.text);
        self.ends.push(self.text.len());
        if self.ends.len() == PORTION {
            self.hash();
        }
    }

    fn hash(&mut self) {
        self.hashes.extend(digests(&pieces(self.text.as_bytes(), &self.ends)));
        self.text.clear();
        self.ends.clear();
    }

    /// Their hashes, in order.
    #[must_use]
    pub fn hashes(mut self) -> Vec<Hash> {
        self.hash();
        self.hashes
    }
}

/// What lies one after the other in `bytes`, each up to one of the `ends`.
#[must_use]
pub(crate) fn pieces<'a>(bytes: &'a [u8], ends: &[usize]) -> Vec<&'a [u8]> {
    let begins = std::iter::once(&0).chain(ends);
    begins.zip(ends).map(|(begin, end)| bytes.get(*begin..*end).unwrap_or_default()).collect()
}

/// The nodes over each two of these hashes; over an odd one at the end, nothing.
#[must_use]
pub fn node_hashes(hashes: &[Hash]) -> Vec<Hash> {
    let (pairs, _) = hashes.as_chunks::<2>();
    let nodes: Vec<[u8; 65]> = pairs.iter().map(node).collect();
    let messages: Vec<&[u8]> = nodes.iter().map(<[u8; 65]>::as_slice).collect();
    digests(&messages)
}

/// What is hashed for a node (RFC 9162, 2.1.1).
fn node(pair: &[Hash; 2]) -> [u8; 65] {
    let mut bytes = [1; 65];
    for (to, from) in bytes.iter_mut().skip(1).zip(pair.as_flattened()) {
        *to = *from;
    }
    bytes
}

/// SHA-256 of each message.
#[must_use]
pub(crate) fn digests(messages: &[&[u8]]) -> Vec<Hash> {
    static LEVEL: OnceLock<Option<Level>> = OnceLock::new();
    digests_by(*LEVEL.get_or_init(level), messages)
}

fn digests_by(level: Option<Level>, messages: &[&[u8]]) -> Vec<Hash> {
    // Of few messages, or beside one that is very long, most lanes would stay empty.
    let fit = messages.len() > lanes::LANES / 2 && messages.iter().all(|message| message.len() <= LONG);
    match level.filter(|_| fit) {
        Some(level) => lanes::digests(level, messages),
        None => messages.iter().map(|message| digest(&[message])).collect(),
    }
}

/// The instructions for lanes, where they are faster than the library.
fn level() -> Option<Level> {
    // The library is fast in programs that are not optimised, too.
    #[cfg(all(target_arch = "x86_64", not(debug_assertions)))]
    if !std::arch::is_x86_feature_detected!("sha") {
        let level = Level::new();
        return level.as_avx2().map(|_| level);
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{leaf_hash, node_hash};
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn lanes_give_what_the_library_gives(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..40)) {
            let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            let expected: Vec<Hash> = messages.iter().map(|message| digest(&[message])).collect();
            for level in levels() {
                prop_assert_eq!(&lanes::digests(level, &messages), &expected);
                prop_assert_eq!(&digests_by(Some(level), &messages), &expected);
            }
            prop_assert_eq!(digests_by(None, &messages), expected);
        }
    }

    #[test]
    fn every_length_has_its_end_in_the_right_place() {
        let bytes = [0xA5; 200];
        let messages: Vec<&[u8]> = (0..=bytes.len()).map(|length| &bytes[..length]).collect();
        for level in levels() {
            for (message, hash) in messages.iter().zip(lanes::digests(level, &messages)) {
                assert_eq!(hash, digest(&[message]), "{} bytes by {level:?}", message.len());
            }
        }
    }

    /// All that this processor can do.
    fn levels() -> Vec<Level> {
        #[cfg(target_arch = "x86_64")]
        {
            let level = Level::new();
            let lower = [
                level.as_sse2().map(Level::Sse2),
                level.as_sse4_2().map(Level::Sse4_2),
                level.as_avx2().map(Level::Avx2),
            ];
            lower.into_iter().flatten().chain([level]).collect()
        }
        #[cfg(not(target_arch = "x86_64"))]
        vec![Level::new()]
    }

    #[test]
    fn a_long_message_and_those_beside_it_have_the_same_hashes() {
        let long = vec![7; LONG + 1];
        let messages: Vec<&[u8]> = [b"a".as_slice(), &long, b"c", b"d", b"e", b""].to_vec();
        let expected: Vec<Hash> = messages.iter().map(|message| digest(&[message])).collect();
        assert_eq!(digests_by(Some(Level::new()), &messages), expected);
    }

    #[test]
    fn leaves_are_hashed_in_order_however_many() {
        let envelope = |position| Envelope {
            aggregate_id: "a",
            aggregate_type: "note",
            event_id: uuid::Uuid::nil(),
            event_type: "note.made",
            event_version: "1",
            metadata: "{}",
            payload: "{}",
            position,
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            sequence: position,
        };
        for amount in [0, 1, 63, 64, 65, 200] {
            let mut leaves = Leaves::default();
            (1..=amount).for_each(|position| leaves.push(&envelope(position)));
            let expected: Vec<Hash> = (1..=amount).map(|position| envelope(position).leaf()).collect();
            assert_eq!(leaves.hashes(), expected);
        }
    }

    #[test]
    fn nodes_are_over_pairs() {
        let leaves: Vec<Hash> = (0_u8..21).map(|byte| leaf_hash(&[byte])).collect();
        let expected: Vec<Hash> = leaves.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        assert_eq!(node_hashes(&leaves), expected);
        assert!(node_hashes(&leaves[..1]).is_empty());
    }
}
