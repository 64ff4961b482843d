//! The two types by which an event says what must not lie open in the log.
//!
//! [`Personal<T>`] is a fact about a person (a name, an address): it is sealed with the person's key
//! and reads as erased once that key is destroyed. [`Secret<T>`] is a credential (a password hash, a
//! code): it is sealed with a key of its own, named by a *slot*, which is destroyed as soon as a newer
//! value takes the slot. Which fields are sealed is decided by these types alone, so nesting or
//! renaming a field cannot lose the seal: `Serialize` writes a marker object that [`super::seal`]
//! replaces on the way into the table and restores on the way out.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::IgnoredAny, ser::SerializeMap};

/// Marker key of an open personal value in the JSON of an event that is not (yet) sealed.
pub(crate) const PERSONAL: &str = "$personal";
/// Marker key of an open secret value; its slot stands beside it under [`SLOT`].
pub(crate) const SECRET: &str = "$secret";
/// Key that holds a secret's slot name, open and sealed.
pub(crate) const SLOT: &str = "$slot";
/// Marker key of a sealed value as it lies in the table: `"<key id>.<base64url of nonce and ciphertext>"`.
pub(crate) const SEALED: &str = "$sealed";
/// Marker key of a value whose key has been destroyed.
pub(crate) const ERASED: &str = "$erased";

/// Whether a JSON text may hold a marker; a text that begins with a dollar sign looks like one.
pub(crate) fn may_hold_marker(json: &str) -> bool {
    json.contains("\"$")
}

/// A value about a person: sealed with that person's key in the log, `None` once the person is forgotten.
///
/// `Debug` never prints the value, so that a log line cannot leak it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Personal<T>(Option<T>);

impl<T> Personal<T> {
    /// Wraps a known value.
    pub const fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// What a value reads as after its person was forgotten.
    #[must_use]
    pub const fn erased() -> Self {
        Self(None)
    }

    /// The value, unless the person was forgotten.
    pub const fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "‹personal›" } else { "‹erased›" })
    }
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match &self.0 {
            Some(value) => map.serialize_entry(PERSONAL, value)?,
            None => map.serialize_entry(ERASED, &true)?,
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Sealed and erased read the same here: without its key a value is not known.
        #[derive(Deserialize)]
        enum Marker<T> {
            #[serde(rename = "$personal")]
            Known(T),
            #[serde(rename = "$sealed")]
            Sealed(IgnoredAny),
            #[serde(rename = "$erased")]
            Erased(IgnoredAny),
        }
        Ok(match Marker::deserialize(deserializer)? {
            Marker::Known(value) => Self(Some(value)),
            Marker::Sealed(_) | Marker::Erased(_) => Self(None),
        })
    }
}

/// A credential: sealed with a key of its own that lives only as long as the value is the newest in its slot.
///
/// `Debug` never prints the value.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret<T> {
    slot: String,
    value: Option<T>,
}

impl<T> Secret<T> {
    /// Wraps a value that takes `slot` (for example `"password"`) of its stream; the key of whatever
    /// held the slot before is destroyed in the same append.
    pub fn new(slot: &str, value: T) -> Self {
        Self { slot: slot.to_owned(), value: Some(value) }
    }

    /// The value, unless it was replaced or its person was forgotten.
    pub const fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "‹secret {}›", self.slot)
    }
}

impl<T: Serialize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(SLOT, &self.slot)?;
        match &self.value {
            Some(value) => map.serialize_entry(SECRET, value)?,
            None => map.serialize_entry(ERASED, &true)?,
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Marker<T> {
            #[serde(rename = "$slot", default)]
            slot: String,
            #[serde(rename = "$secret")]
            value: Option<T>,
        }
        let marker = Marker::deserialize(deserializer)?;
        Ok(Self { slot: marker.slot, value: marker.value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_personal_value_survives_the_round_trip_and_never_shows_in_debug() {
        let value = Personal::new("zhang".to_owned());
        let json = serde_json::to_value(&value).unwrap();
        assert_eq!(json, serde_json::json!({"$personal": "zhang"}));
        assert_eq!(serde_json::from_value::<Personal<String>>(json).unwrap(), value);
        assert!(!format!("{value:?}").contains("zhang"));
    }

    #[test]
    fn sealed_and_erased_values_read_as_unknown() {
        for json in [serde_json::json!({"$sealed": "k.x"}), serde_json::json!({"$erased": true})] {
            let read: Personal<String> = serde_json::from_value(json).unwrap();
            assert_eq!(read, Personal::erased());
        }
        let read: Secret<String> =
            serde_json::from_value(serde_json::json!({"$slot": "password", "$sealed": "k.x"})).unwrap();
        assert_eq!(read.get(), None);
    }

    #[test]
    fn a_secret_keeps_its_slot_and_hides_its_value() {
        let value = Secret::new("password", "hash".to_owned());
        let json = serde_json::to_value(&value).unwrap();
        assert_eq!(json, serde_json::json!({"$slot": "password", "$secret": "hash"}));
        assert_eq!(serde_json::from_value::<Secret<String>>(json).unwrap(), value);
        assert_eq!(format!("{value:?}"), "‹secret password›");
    }
}
