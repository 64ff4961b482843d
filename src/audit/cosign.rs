//! What a witness does: it cosigns a checkpoint only if the log's key signed it and the log was only added to since the
//! checkpoint that the witness cosigned last.

use crate::eventstore::merkle::Hash;
use crate::eventstore::merkle::proof::is_consistent;

use super::checkpoint::Checkpoint;
use super::keys::{Trust, TrustedKeys};
use super::note::{Note, SignerKey};

/// Why a witness does not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCosigned {
    /// It has not the form of a checkpoint.
    #[error("this is no checkpoint of a log")]
    Form,
    /// By no key that the witness trusts.
    #[error("the checkpoint is not signed by a key of the log that you trust")]
    Unsigned,
    /// Of another log than the last one.
    #[error("the checkpoint is of {new}, the one that you cosigned last of {old}")]
    OtherLog {
        /// What was cosigned last.
        old: String,
        /// What is to be cosigned.
        new: String,
    },
    /// Older than what was cosigned last.
    #[error("the checkpoint has {new} events, but you have cosigned {old}: the log went back")]
    Back {
        /// The size that was cosigned last.
        old: u64,
        /// The size now.
        new: u64,
    },
    /// It does not begin with what was cosigned last.
    #[error(
        "no proof shows that the log of {new} events begins with the {old} that you cosigned: it was rewritten, or the proof is of other sizes"
    )]
    NotAnExtension {
        /// The size that was cosigned last.
        old: u64,
        /// The size now.
        new: u64,
    },
}

/// Cosigns `note` at `time` (in seconds since the epoch), if it follows from `last`.
///
/// # Errors
/// [`NotCosigned`].
pub fn cosign(
    note: &Note,
    last: Option<&Note>,
    proof: &[Hash],
    trusted: &TrustedKeys,
    witness: &SignerKey,
    time: u64,
) -> Result<Note, NotCosigned> {
    let new: Checkpoint = note.text.parse().map_err(|_| NotCosigned::Form)?;
    if !matches!(trusted.judge(note, new.size), Trust::Signed(key) if key.name == new.origin) {
        return Err(NotCosigned::Unsigned);
    }
    if let Some(last) = last {
        let old: Checkpoint = last.text.parse().map_err(|_| NotCosigned::Form)?;
        if old.origin != new.origin {
            return Err(NotCosigned::OtherLog { old: old.origin, new: new.origin });
        }
        if old.size > new.size {
            return Err(NotCosigned::Back { old: old.size, new: new.size });
        }
        if !is_consistent(old.size, new.size, &old.root, &new.root, proof) {
            return Err(NotCosigned::NotAnExtension { old: old.size, new: new.size });
        }
    }
    let own = witness.verifier();
    let mut cosigned = note.clone();
    cosigned.lines.retain(|line| line.name != own.name || line.key_id != own.id());
    cosigned.lines.push(witness.sign(&note.text, time));
    Ok(cosigned)
}

#[cfg(test)]
mod tests {
    use super::super::keys::Trusted;
    use super::super::note::{Kind, Verdict};
    use super::*;
    use crate::eventstore::merkle::{leaf_hash, node_hash};

    fn log() -> SignerKey {
        SignerKey::new("log.example", Kind::Log, [1; 32]).unwrap()
    }

    fn witness() -> SignerKey {
        SignerKey::new("witness.example", Kind::Witness, [2; 32]).unwrap()
    }

    fn trusted() -> TrustedKeys {
        TrustedKeys(vec![Trusted { key: log().verifier(), first_size: 0, last_size: None }])
    }

    fn signed(size: u64, root: Hash) -> Note {
        let text = Checkpoint { origin: "log.example".to_owned(), size, root }.to_string();
        Note { lines: vec![log().sign(&text, 0)], text }
    }

    #[test]
    fn a_witness_cosigns_what_follows_from_what_it_saw() {
        let (one, two) = (leaf_hash(b"1"), leaf_hash(b"2"));
        let first = cosign(&signed(1, one), None, &[], &trusted(), &witness(), 5).unwrap();
        assert_eq!(witness().verifier().verify(&first), Verdict::Signed(Some(5)));
        let both = node_hash(&one, &two);
        let second = cosign(&signed(2, both), Some(&first), &[two], &trusted(), &witness(), 6).unwrap();
        assert_eq!(second.lines.len(), 2);
        // The same once more: the newer time takes the place of the older.
        let again = cosign(&second, Some(&second), &[], &trusted(), &witness(), 7).unwrap();
        assert_eq!((again.lines.len(), witness().verifier().verify(&again)), (2, Verdict::Signed(Some(7))));
    }

    #[test]
    fn a_witness_refuses_what_does_not_follow() {
        let (one, two) = (leaf_hash(b"1"), leaf_hash(b"2"));
        let last = signed(1, one);
        let refused = |note: &Note, last: &Note, proof: &[Hash]| {
            cosign(note, Some(last), proof, &trusted(), &witness(), 5).unwrap_err()
        };
        let rewritten = signed(2, node_hash(&leaf_hash(b"other"), &two));
        let not_an_extension = NotCosigned::NotAnExtension { old: 1, new: 2 };
        assert_eq!(refused(&rewritten, &last, &[two]), not_an_extension);
        assert_eq!(refused(&signed(2, node_hash(&one, &two)), &last, &[]), not_an_extension);
        assert_eq!(refused(&signed(1, two), &last, &[]), NotCosigned::NotAnExtension { old: 1, new: 1 });
        assert_eq!(refused(&last, &rewritten, &[]), NotCosigned::Back { old: 2, new: 1 });
        let mut unsigned = last.clone();
        unsigned.lines[0].signature[0] ^= 1;
        assert_eq!(refused(&unsigned, &last, &[]), NotCosigned::Unsigned);
        let other = Checkpoint { origin: "other.example".to_owned(), size: 0, root: [0; 32] }.to_string();
        let other = Note { lines: last.lines.clone(), text: other };
        assert!(matches!(refused(&last, &other, &[]), NotCosigned::OtherLog { .. }));
    }
}
