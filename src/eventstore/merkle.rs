//! The Merkle tree over the log (RFC 9162, section 2.1, SHA-256): leaf hashes and the frontier.
//!
//! A leaf is the canonical JSON (RFC 8785) of an event as it lies in the table, sealed values included,
//! so that forgetting a person changes no hash. The *frontier* is all that is needed to append: the roots
//! of the complete subtrees that make up the tree, largest first, one for each 1 bit of the size.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use ring::digest::{Context, SHA256};
use uuid::Uuid;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// What a leaf hash covers besides payload and metadata.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The stream's aggregate id.
    pub aggregate_id: &'a str,
    /// The stream's aggregate type.
    pub aggregate_type: &'a str,
    /// The event's own id.
    pub event_id: Uuid,
    /// The stored name.
    pub event_type: &'a str,
    /// The version of the name's shape.
    pub event_version: &'a str,
    /// RFC 8785 canonical JSON of the metadata.
    pub metadata: &'a str,
    /// RFC 8785 canonical JSON of the sealed payload.
    pub payload: &'a str,
    /// Place in the log.
    pub position: i64,
    /// When the writer recorded it, to the microsecond.
    pub recorded_at: DateTime<Utc>,
    /// Place in the stream.
    pub sequence: i64,
}

impl Envelope<'_> {
    /// The RFC 8785 canonical bytes of the event: an object whose members stand in alphabetical order.
    ///
    /// Payload and metadata are canonical already and are put in as they are, which saves parsing them again.
    #[must_use]
    pub fn canonical(&self) -> String {
        format!(
            "{{\"aggregate_id\":{},\"aggregate_type\":{},\"event_id\":\"{}\",\"event_type\":{},\
             \"event_version\":{},\"log\":0,\"metadata\":{},\"payload\":{},\"position\":{},\
             \"recorded_at\":\"{}\",\"sequence\":{}}}",
            Quoted(self.aggregate_id),
            Quoted(self.aggregate_type),
            self.event_id,
            Quoted(self.event_type),
            Quoted(self.event_version),
            self.metadata,
            self.payload,
            self.position,
            self.recorded_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            self.sequence,
        )
    }

    /// The event's leaf hash.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        leaf_hash(self.canonical().as_bytes())
    }
}

/// A JSON string; ids and names, which need no escaping, are written as they are.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
            return write!(f, "\"{}\"", self.0);
        }
        write!(f, "{}", serde_json::Value::from(self.0))
    }
}

/// `SHA-256(0x00 ‖ bytes)`: the hash of a leaf (RFC 9162, 2.1.1).
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    digest(&[&[0], bytes])
}

/// `SHA-256(0x01 ‖ left ‖ right)`: the hash of an inner node.
fn node_hash(left: &Hash, right: &Hash) -> Hash {
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

    /// The root of the tree (of the empty tree: the hash of nothing).
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut from_the_right = self.roots.iter().rev();
        let Some(last) = from_the_right.next() else { return digest(&[]) };
        from_the_right.fold(*last, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The leaves of RFC 6962's reference implementation and the roots it gives for the first 0–8 of them.
    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    /// The definition of RFC 9162, 2.1.1, word for word.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => digest(&[]),
            [leaf] => *leaf,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(&by_definition(&leaves[..split]), &by_definition(&leaves[split..]))
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_reference_vectors() {
        let mut frontier = Frontier::default();
        assert_eq!(hex::encode(frontier.root()), ROOTS[0]);
        for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
            frontier.push(leaf_hash(&hex::decode(leaf).unwrap()));
            assert_eq!(hex::encode(frontier.root()), *root);
        }
    }

    #[test]
    fn the_envelope_is_canonical() {
        let payload = serde_json::json!({"type": "x", "name": "掌\n\u{7f}柜\"", "n": 7});
        let canonical = serde_json_canonicalizer::to_string(&payload).unwrap();
        let recorded_at = DateTime::from_timestamp_micros(1_700_000_000_000_123).unwrap();
        let envelope = Envelope {
            aggregate_id: "id\"1\u{e000}",
            aggregate_type: "account",
            event_id: Uuid::nil(),
            event_type: "account.registered",
            event_version: "1",
            metadata: "{}",
            payload: &canonical,
            position: 3,
            recorded_at,
            sequence: 1,
        };
        let whole = serde_json::json!({
            "aggregate_id": "id\"1\u{e000}", "aggregate_type": "account", "event_id": Uuid::nil(),
            "event_type": "account.registered", "event_version": "1", "log": 0, "metadata": {},
            "payload": payload, "position": 3, "recorded_at": "2023-11-14T22:13:20.000123Z", "sequence": 1,
        });
        assert_eq!(envelope.canonical(), serde_json_canonicalizer::to_string(&whole).unwrap());
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
        fn bytes_of_another_size_are_refused(size in 1_u64..1_000_000, extra in 1_usize..31) {
            let bytes = vec![0; size.count_ones() as usize * 32 + extra];
            prop_assert!(Frontier::from_bytes(size, &bytes).is_err());
        }
    }
}
