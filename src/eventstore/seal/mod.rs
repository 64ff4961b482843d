//! Sealing: what keeps personal values and secrets unreadable in the log, and forgettable.
//!
//! On the way in, every marker that [`super::personal`] writes is replaced by
//! `{"$sealed": "<key id>.<base64url>"}`: a personal value under the key of its person, a secret under a
//! new key of its own. On the way out the markers come back, or `$erased` where the key is gone. The
//! ciphertext is bound to its stream and field, so it cannot be moved to another. Keys lie in the table
//! `sealing_keys`, wrapped by the master key; deleting a row there is how a person is forgotten.

mod again;
mod brief;
mod master;

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::{Map, Value};
use sqlx::PgExecutor;
use uuid::Uuid;

pub use again::destroy_keys_again;
pub use brief::{BRIEF, destroy_brief_keys};
pub use master::{BadMasterKey, Cipher, MasterKey, SealingKey};

use super::personal::{ERASED, PERSONAL, SEALED, SECRET, SLOT};
use super::{ClaimDigest, NewKey};
use crate::ports::{NoEntropy, Ports};

/// The slot of a person's own key.
pub const PERSON: &str = "person";

/// Why something could not be sealed or its key not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The operating system gave no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The cryptographic library refused; it has no reason to.
    #[error("the cipher refused to work")]
    Cipher,
    /// A stored key does not open: the master key is another than the one that wrapped it.
    #[error(
        "key {id} does not open with this master key: is ZHANGGUI_MASTER_KEY the one this database was written with?"
    )]
    Unwrap {
        /// The key that does not open.
        id: Uuid,
    },
}

/// Keys by their id, as loaded for one stream or one page of the log.
pub type KeyRing = HashMap<Uuid, SealingKey>;

/// Seals and opens events with the keys of one installation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sealer {
    ports: Ports,
    wrapping: Cipher,
    claims: hmac::Key,
}

impl Sealer {
    /// A sealer whose keys are wrapped by `master`.
    ///
    /// # Errors
    /// [`SealError`] when the derivation of the keys fails.
    pub fn new(master: &MasterKey, ports: Ports) -> Result<Self, SealError> {
        Ok(Self { ports, wrapping: master.cipher("wrapping")?, claims: master.digest_key("claims")? })
    }

    /// The keyed digest under which a unique value is claimed.
    #[must_use]
    pub fn claim(&self, kind: &'static str, scope: &str, value: &str) -> ClaimDigest {
        let mut context = hmac::Context::with_key(&self.claims);
        for part in [kind, scope, value] {
            // Lengths in front keep ("ab", "c") and ("a", "bc") apart.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        ClaimDigest { kind, scope: scope.to_owned(), digest: context.sign().as_ref().to_vec() }
    }

    /// A new key for `slot`, to seal with and to store.
    ///
    /// # Errors
    /// [`SealError`] when there is no entropy.
    pub fn new_key(&self, slot: &str) -> Result<(SealingKey, NewKey), SealError> {
        let (key, wrapped) = SealingKey::generate(&self.ports, &self.wrapping)?;
        let stored = NewKey { slot: slot.to_owned(), key_id: key.id, wrapped };
        Ok((key, stored))
    }

    /// Unwraps a stored key.
    ///
    /// # Errors
    /// [`SealError::Unwrap`] when it was wrapped by another master key.
    pub fn unwrap(&self, id: Uuid, wrapped: &[u8]) -> Result<SealingKey, SealError> {
        SealingKey::unwrap(&self.wrapping, id, wrapped)
    }

    /// Replaces every open marker in `payload` by its sealed form; the keys made for secrets are added to `keys`.
    ///
    /// # Errors
    /// [`SealError`] when there is no entropy.
    pub fn seal(
        &self,
        payload: Value,
        stream: &str,
        person: &SealingKey,
        keys: &mut Vec<NewKey>,
    ) -> Result<Value, SealError> {
        map_objects(payload, stream, &mut |mut object, place| {
            if let Some(value) = object.remove(PERSONAL) {
                let mut sealed = Map::new();
                sealed.insert(SEALED.to_owned(), self.seal_value(person, place, &value)?);
                return Ok(Mapped::Leaf(Value::Object(sealed)));
            }
            if let (Some(Value::String(slot)), Some(value)) =
                (object.get(SLOT).cloned(), object.remove(SECRET))
            {
                let (key, stored) = self.new_key(&slot)?;
                keys.push(stored);
                object.insert(SEALED.to_owned(), self.seal_value(&key, place, &value)?);
                return Ok(Mapped::Leaf(Value::Object(object)));
            }
            Ok(Mapped::Inner(object))
        })
    }

    fn seal_value(&self, key: &SealingKey, place: &str, value: &Value) -> Result<Value, SealError> {
        let sealed = key.cipher.seal(&self.ports, place.as_bytes(), value.to_string().as_bytes())?;
        Ok(Value::String(format!("{}.{}", key.id, URL_SAFE_NO_PAD.encode(sealed))))
    }

    /// Loads the keys that exist among `ids`.
    ///
    /// # Errors
    /// The database's error, or [`SealError::Unwrap`] (as a decoding error) under another master key.
    pub async fn load_keys(
        &self,
        database: impl PgExecutor<'_>,
        ids: &[Uuid],
    ) -> Result<KeyRing, sqlx::Error> {
        if ids.is_empty() {
            return Ok(KeyRing::new());
        }
        let rows: Vec<(Uuid, Vec<u8>)> =
            sqlx::query_as("SELECT key_id, wrapped FROM sealing_keys WHERE key_id = ANY($1)")
                .bind(ids)
                .fetch_all(database)
                .await?;
        rows.into_iter()
            .map(|(id, wrapped)| SealingKey::unwrap(&self.wrapping, id, &wrapped).map(|key| (id, key)))
            .collect::<Result<_, _>>()
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))
    }
}

/// The ids of all keys that sealed something in `payload`.
#[must_use]
pub fn key_ids(payload: &Value) -> Vec<Uuid> {
    match payload {
        Value::Object(object) => match object.get(SEALED).and_then(Value::as_str).and_then(split_sealed) {
            Some((id, _)) => vec![id],
            None => object.values().flat_map(key_ids).collect(),
        },
        Value::Array(items) => items.iter().flat_map(key_ids).collect(),
        _ => Vec::new(),
    }
}

/// Puts the markers back where `keys` has the key, and `$erased` where it does not.
#[must_use]
pub fn open(payload: Value, stream: &str, keys: &KeyRing) -> Value {
    let opened = map_objects::<std::convert::Infallible>(payload, stream, &mut |mut object, place| {
        let Some(sealed) = object.remove(SEALED) else { return Ok(Mapped::Inner(object)) };
        let value = sealed
            .as_str()
            .and_then(split_sealed)
            .and_then(|(id, text)| keys.get(&id)?.cipher.open(place.as_bytes(), &text))
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let marker = match (&value, object.contains_key(SLOT)) {
            (None, _) => ERASED,
            (Some(_), true) => SECRET,
            (Some(_), false) => PERSONAL,
        };
        object.insert(marker.to_owned(), value.unwrap_or(Value::Bool(true)));
        Ok(Mapped::Leaf(Value::Object(object)))
    });
    match opened {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

/// The payload as projections see it: personal values plain, erased ones and secrets null.
#[must_use]
pub fn plain(payload: Value) -> Value {
    match payload {
        Value::Object(mut object) => {
            if let Some(value) = object.remove(PERSONAL) {
                value
            } else if [ERASED, SECRET, SEALED].iter().any(|marker| object.contains_key(*marker)) {
                Value::Null
            } else {
                object.into_iter().map(|(key, value)| (key, plain(value))).collect::<Map<_, _>>().into()
            }
        }
        Value::Array(items) => items.into_iter().map(plain).collect(),
        other => other,
    }
}

fn split_sealed(text: &str) -> Option<(Uuid, Vec<u8>)> {
    let (id, text) = text.split_once('.')?;
    Some((Uuid::parse_str(id).ok()?, URL_SAFE_NO_PAD.decode(text).ok()?))
}

/// What a visitor made of an object: a finished value, or an object whose members are still to be visited.
enum Mapped {
    Leaf(Value),
    Inner(Map<String, Value>),
}

/// Visits every object of `value` with its place: the stream's name and the JSON pointer of the field.
fn map_objects<E>(
    value: Value,
    place: &str,
    visit: &mut impl FnMut(Map<String, Value>, &str) -> Result<Mapped, E>,
) -> Result<Value, E> {
    match value {
        Value::Object(object) => match visit(object, place)? {
            Mapped::Leaf(value) => Ok(value),
            Mapped::Inner(object) => object
                .into_iter()
                .map(|(key, value)| {
                    let value = match value {
                        Value::Object(_) | Value::Array(_) => {
                            map_objects(value, &format!("{place}/{key}"), visit)?
                        }
                        scalar => scalar,
                    };
                    Ok((key, value))
                })
                .collect::<Result<Map<_, _>, E>>()
                .map(Value::Object),
        },
        Value::Array(items) => items
            .into_iter()
            .enumerate()
            .map(|(nth, item)| map_objects(item, &format!("{place}/{nth}"), visit))
            .collect::<Result<Vec<_>, E>>()
            .map(Value::Array),
        scalar => Ok(scalar),
    }
}

#[cfg(test)]
mod tests;
