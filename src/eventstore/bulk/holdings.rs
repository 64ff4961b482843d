//! What streams hold in the end: claims that nobody else may take, and keys that were not destroyed.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::BulkError;
use super::rows::Rows;
use crate::eventstore::seal::PERSON;
use crate::eventstore::{Append, ClaimDigest, NewKey};

/// The claims and keys of everybody so far.
#[derive(Default)]
pub(super) struct Holdings {
    taken: HashSet<ClaimDigest>,
    claims: HashMap<String, Vec<ClaimDigest>>,
    keys: HashMap<String, BTreeMap<String, NewKey>>,
}

impl Holdings {
    /// What an append changes: it gives up before it takes, and destroys before it stores.
    ///
    /// # Errors
    /// [`BulkError::Refused`] when a claim is held already, or a person's key would be replaced.
    pub(super) fn change(&mut self, append: &mut Append) -> Result<(), BulkError> {
        let holder = &append.aggregate_id;
        if !append.releases.is_empty()
            && let Some(held) = self.claims.get_mut(holder)
        {
            let gives_up = |claim: &ClaimDigest| {
                append.releases.iter().any(|kind| kind.is_empty() || *kind == claim.kind)
            };
            for claim in held.extract_if(.., |claim| gives_up(claim)) {
                self.taken.remove(&claim);
            }
        }
        for claim in append.takes.drain(..) {
            if !self.taken.insert(claim.clone()) {
                return Err(BulkError::Refused(vec![claim.kind.to_owned()]));
            }
            self.claims.entry(holder.clone()).or_default().push(claim);
        }
        for slot in &append.destroys {
            if let Some(held) = self.keys.get_mut(holder) {
                held.retain(|other, _| !slot.is_empty() && other != slot);
            }
        }
        for key in append.keys.drain(..) {
            let held = self.keys.entry(holder.clone()).or_default();
            if key.slot == PERSON && held.contains_key(PERSON) {
                return Err(BulkError::Refused(vec![PERSON.to_owned()]));
            }
            held.insert(key.slot.clone(), key);
        }
        Ok(())
    }

    /// As rows of `claims (kind, scope, digest, aggregate_id)`.
    pub(super) fn claims(&self) -> Vec<u8> {
        let mut rows = Rows::first();
        for (holder, held) in &self.claims {
            for claim in held {
                rows.row(4);
                rows.blob(claim.kind.as_bytes());
                rows.blob(claim.scope.as_bytes());
                rows.blob(&claim.digest);
                rows.blob(holder.as_bytes());
            }
        }
        rows.end()
    }

    /// As rows of `sealing_keys (aggregate_id, slot, key_id, wrapped)`.
    pub(super) fn keys(&self) -> Vec<u8> {
        let mut rows = Rows::first();
        for (holder, held) in &self.keys {
            for key in held.values() {
                rows.row(4);
                rows.blob(holder.as_bytes());
                rows.blob(key.slot.as_bytes());
                rows.uuid(key.key_id);
                rows.blob(&key.wrapped);
            }
        }
        rows.end()
    }
}
