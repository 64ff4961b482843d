//! From what an aggregate decided to what the writer takes: sealed, digested, canonical.

use cqrs_es::DomainEvent;
use serde::Serialize;
use serde_json::Value;

use super::faults::CommitError;
use super::merkle::canonical;
use super::personal::{PERSONAL, SECRET, may_hold_marker};
use super::seal::{self, PERSON, SealError, SealingKey};
use super::store::{Context, Store};
use super::{Append, ClaimChange, DestroyedKeys, LoggedAggregate, NewEvent, NewKey};

impl<A: LoggedAggregate> Store<A> {
    /// Turns decided events into an append: sealed, with claims and keys.
    pub(super) fn prepare(
        &self,
        context: &mut Context<A>,
        events: &[A::Event],
        metadata: &impl Serialize,
    ) -> Result<Append, CommitError> {
        let mut append = Append {
            aggregate_type: A::TYPE,
            aggregate_id: context.aggregate_id.clone(),
            after: context.sequence,
            epoch: context.epoch,
            events: Vec::with_capacity(events.len()),
            metadata: canonical::of(&serde_json::to_string(metadata)?)?,
            releases: Vec::new(),
            takes: Vec::new(),
            keys: Vec::new(),
            destroys: Vec::new(),
        };
        for event in events {
            let json = serde_json::to_string(event)?;
            // Most events hold nothing to be sealed: there is no need to take them apart.
            let (sealed, open) = if may_hold_marker(&json) {
                self.seal(context, serde_json::from_str(&json)?, &mut append.keys)?
            } else {
                (canonical::of(&json)?, None)
            };
            append.events.push(NewEvent {
                event_id: self.log.ports.id().map_err(SealError::from)?,
                event_type: event.event_type(),
                event_version: event.event_version(),
                sealed,
                open,
            });
            for change in A::claims(event) {
                match change {
                    ClaimChange::Take { kind, scope, value } => {
                        append.takes.push(self.log.sealer.claim(kind, &scope, &value));
                    }
                    ClaimChange::Release { kind } => append.releases.push(kind),
                    ClaimChange::ReleaseAll => append.releases.push(""),
                }
            }
            append.destroys.extend(A::destroyed_keys(event).into_iter().map(|keys| match keys {
                DestroyedKeys::Slot(slot) => slot,
                DestroyedKeys::All => String::new(),
            }));
        }
        Ok(append)
    }

    /// The payload as it goes into the table, and as projections see it.
    fn seal(
        &self,
        context: &mut Context<A>,
        payload: Value,
        keys: &mut Vec<NewKey>,
    ) -> Result<(String, Option<String>), CommitError> {
        // Whether anybody hears it is known only to the writer, at the last moment.
        let open = seal::plain(payload.clone()).to_string();
        let sealed = if has_markers(&payload) {
            let person = self.person_of(context, keys)?;
            let stream = format!("{}/{}", A::TYPE, context.aggregate_id);
            self.log.sealer.seal(payload, &stream, &person, keys)?
        } else {
            payload
        };
        Ok((canonical::of(&sealed.to_string())?, Some(open)))
    }

    /// The stream's person's key; a new one, to be stored with the append, where there is none yet.
    fn person_of(&self, context: &mut Context<A>, keys: &mut Vec<NewKey>) -> Result<SealingKey, SealError> {
        if let Some(person) = &context.person {
            return Ok(person.clone());
        }
        let (person, stored) = self.log.sealer.new_key(PERSON)?;
        keys.push(stored);
        Ok(context.person.insert(person).clone())
    }
}

/// Whether anything in the payload is to be sealed.
fn has_markers(payload: &Value) -> bool {
    match payload {
        Value::Object(object) => {
            object.contains_key(PERSONAL) || object.contains_key(SECRET) || object.values().any(has_markers)
        }
        Value::Array(items) => items.iter().any(has_markers),
        _ => false,
    }
}
