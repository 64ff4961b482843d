//! What an auditor sees in the place of personal values and secrets.
//!
//! A personal value reads `‹sealed›`, or `‹erased›` once the person's key is gone; it is opened only where the
//! veil was lifted, which [`super::reveal`] has recorded before. A secret reads `‹secret›`, always: no key
//! of a secret is ever loaded here.
//!
//! To replay a stream nothing need be opened. What lies sealed is handed to the aggregate as it lies in the table, in the
//! place of the value, so that two values can still be told apart: [`Veil::over`] does this, and
//! [`Veil::shown`] turns it, in an event or in a state, into what may be seen.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use crate::eventstore::personal::{ERASED, PERSONAL, SEALED, SECRET, SLOT};
use crate::eventstore::seal::{self, KeyRing, PERSON, Sealer};

/// What stands for a personal value.
pub const SEALED_SHOWN: &str = "‹sealed›";
/// What stands for the personal value of somebody who is forgotten.
pub const ERASED_SHOWN: &str = "‹erased›";
/// What stands for a secret.
pub const SECRET_SHOWN: &str = "‹secret›";

/// The keys that were met, and those that may be used.
#[derive(Debug, Default)]
pub struct Veil {
    /// Whether the key still exists.
    met: HashMap<Uuid, bool>,
    /// Keys of people whose values may be seen.
    lifted: KeyRing,
}

#[derive(FromRow)]
struct Wrapped {
    key_id: Uuid,
    wrapped: Vec<u8>,
}

impl Veil {
    /// Looks up which of the personal keys in these payloads still exist.
    ///
    /// # Errors
    /// The database's.
    pub async fn meet(
        &mut self,
        database: &mut PgConnection,
        payloads: impl IntoIterator<Item = &Value>,
    ) -> Result<(), sqlx::Error> {
        let mut ids = BTreeSet::new();
        for payload in payloads {
            personal_keys(payload, &mut |id| {
                ids.insert(id);
            });
        }
        let new: Vec<Uuid> = ids.into_iter().filter(|id| !self.met.contains_key(id)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let there: Vec<Uuid> =
            sqlx::query_scalar("SELECT key_id FROM sealing_keys WHERE key_id = ANY($1) AND slot = $2")
                .bind(&new)
                .bind(PERSON)
                .fetch_all(database)
                .await?;
        self.met.extend(new.into_iter().map(|id| (id, false)));
        self.met.extend(there.into_iter().map(|id| (id, true)));
        Ok(())
    }

    /// Whether the payload holds something personal that could be opened.
    #[must_use]
    pub fn hides_in(&self, payload: &Value) -> bool {
        let mut hidden = false;
        personal_keys(payload, &mut |id| hidden |= self.met.get(&id).is_some_and(|there| *there));
        hidden
    }

    /// The same of a state, in which what lies sealed stands in the place of a value.
    #[must_use]
    pub fn stands_in(&self, state: &Value) -> bool {
        match state {
            Value::Object(object) => match object.get(PERSONAL) {
                Some(value) => key_of(value).and_then(|id| self.met.get(&id)).is_some_and(|there| *there),
                None => object.values().any(|value| self.stands_in(value)),
            },
            Value::Array(items) => items.iter().any(|item| self.stands_in(item)),
            _ => false,
        }
    }

    /// Lets the values of these people be seen, among those that were met.
    ///
    /// # Errors
    /// The database's; that of a key which another master key has wrapped.
    pub async fn lift(
        &mut self,
        database: &mut PgConnection,
        sealer: &Sealer,
        people: &[String],
    ) -> Result<(), sqlx::Error> {
        let ids: Vec<Uuid> = self.met.keys().copied().collect();
        let keys: Vec<Wrapped> = sqlx::query_as(
            "SELECT key_id, wrapped FROM sealing_keys WHERE key_id = ANY($1) AND slot = $2 AND aggregate_id = ANY($3)",
        )
        .bind(&ids)
        .bind(PERSON)
        .bind(people)
        .fetch_all(database)
        .await?;
        for Wrapped { key_id, wrapped } in keys {
            let key =
                sealer.unwrap(key_id, &wrapped).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            self.lifted.insert(key_id, key);
        }
        Ok(())
    }

    /// The payload as its aggregate and the upcasters read it: what may be seen is opened, everything else is what
    /// lies in the table in the place of the value.
    #[must_use]
    pub fn over(&self, payload: Value, stream: &str) -> Value {
        let veiled = self.stand_in(payload);
        if self.lifted.is_empty() { veiled } else { seal::open(veiled, stream, &self.lifted) }
    }

    fn stand_in(&self, value: Value) -> Value {
        each_object(value, &mut |mut object| {
            let Some(sealed) = object.remove(SEALED) else { return Err(object) };
            let marker = match (object.contains_key(SLOT), key_of(&sealed)) {
                (true, _) => SECRET,
                (false, Some(id)) if self.lifted.contains_key(&id) => SEALED,
                (false, _) => PERSONAL,
            };
            object.insert(marker.to_owned(), sealed);
            Ok(object.into())
        })
    }

    /// What may be seen of an event or a state that has the markers in place.
    #[must_use]
    pub fn shown(&self, value: Value) -> Value {
        each_object(value, &mut |mut object| {
            if object.contains_key(SLOT) || object.contains_key(SECRET) {
                return Ok(SECRET_SHOWN.into());
            }
            if object.contains_key(ERASED) {
                return Ok(ERASED_SHOWN.into());
            }
            let Some(value) = object.remove(PERSONAL).or_else(|| object.remove(SEALED)) else {
                return Err(object);
            };
            Ok(match key_of(&value).and_then(|id| self.met.get(&id)) {
                Some(false) => ERASED_SHOWN.into(),
                Some(true) => SEALED_SHOWN.into(),
                None if self.lifted.is_empty() => SEALED_SHOWN.into(),
                None => value,
            })
        })
    }
}

/// The key that sealed this text, if it is a sealed one.
fn key_of(sealed: &Value) -> Option<Uuid> {
    let (id, _) = sealed.as_str()?.split_once('.')?;
    Uuid::parse_str(id).ok()
}

/// Tells every key that sealed something personal.
fn personal_keys(value: &Value, tell: &mut impl FnMut(Uuid)) {
    match value {
        Value::Object(object) => match object.get(SEALED) {
            Some(_) if object.contains_key(SLOT) => {}
            Some(sealed) => key_of(sealed).into_iter().for_each(tell),
            None => object.values().for_each(|value| personal_keys(value, tell)),
        },
        Value::Array(items) => items.iter().for_each(|item| personal_keys(item, tell)),
        _ => {}
    }
}

/// Replaces objects, the outer ones first; an object that is given back is looked into.
fn each_object(
    value: Value,
    replace: &mut impl FnMut(Map<String, Value>) -> Result<Value, Map<String, Value>>,
) -> Value {
    match value {
        Value::Object(object) => match replace(object) {
            Ok(value) => value,
            Err(object) => {
                object.into_iter().map(|(key, value)| (key, each_object(value, replace))).collect()
            }
        },
        Value::Array(items) => items.into_iter().map(|item| each_object(item, replace)).collect(),
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const THERE: Uuid = Uuid::from_u128(1);
    const GONE: Uuid = Uuid::from_u128(2);

    fn veil() -> Veil {
        Veil { met: [(THERE, true), (GONE, false)].into(), lifted: KeyRing::new() }
    }

    #[test]
    fn a_value_reads_sealed_while_its_key_is_there_and_erased_afterwards_and_a_secret_always_secret() {
        let payload = json!({"type": "x", "a": {"$sealed": format!("{THERE}.AAAA")}, "b": [{"$sealed": format!("{GONE}.AAAA")}],
            "c": {"$slot": "password", "$sealed": format!("{THERE}.AAAA")}, "d": {"$slot": "p", "$erased": true},
            "e": {"f": {"$erased": true}, "n": 3}, "g": {"$personal": "open"}, "h": {"$sealed": "rubbish"},
            "i": {"$secret": "open"}});
        let expected = json!({"type": "x", "a": "‹sealed›", "b": ["‹erased›"], "c": "‹secret›", "d": "‹secret›",
            "e": {"f": "‹erased›", "n": 3}, "g": "‹sealed›", "h": "‹sealed›", "i": "‹secret›"});
        let veil = veil();
        assert!(veil.hides_in(&payload));
        assert_eq!(veil.shown(payload.clone()), expected);
        assert_eq!(veil.shown(veil.over(payload, "s/1")), expected);
    }

    #[test]
    fn what_stands_in_for_a_value_is_told_apart_from_another() {
        let veil = veil();
        let one = veil.over(json!({"a": {"$sealed": format!("{THERE}.AAAA")}}), "s/1");
        let other = veil.over(json!({"a": {"$sealed": format!("{THERE}.AAAB")}}), "s/1");
        assert_ne!(one, other);
        assert_eq!(veil.shown(one), veil.shown(other));
    }

    #[test]
    fn keys_of_secrets_are_not_even_met() {
        let mut told = Vec::new();
        let payload = json!({"a": {"$slot": "password", "$sealed": format!("{THERE}.AAAA")}, "b": [{"c": {"$sealed": format!("{GONE}.A")}}]});
        personal_keys(&payload, &mut |id| told.push(id));
        assert_eq!(told, [GONE]);
    }
}
