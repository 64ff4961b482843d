//! The proofs over HTTP: checkpoints, inclusion, consistency; and the log's keys, which are for everybody.

pub mod checkpoint;
pub mod consistency;
pub mod inclusion;
pub mod keys;

use crate::audit::checkpoints::SignError;
use crate::audit::checkpoints::stored::Stored;
use crate::eventstore::merkle::Hash;
use crate::http::problem::Problem;

impl From<SignError> for Problem {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Database(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}

/// Hashes as JSON has them.
fn in_hex(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(hex::encode).collect()
}

/// A checkpoint as JSON has it.
fn as_text(stored: Option<&Stored>) -> Option<String> {
    stored.map(|stored| stored.note().to_string())
}
