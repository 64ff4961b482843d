//! The events that a projection hears, read from the log in large pages and opened as far as they are read.
//!
//! The feed ([`super::feed`]) gives events whole. A projection names the event types it hears and the fields that
//! it reads of each; what is not read is neither unsealed nor carried to the database again. This is where the
//! time of a rebuild goes.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use cqrs_es::persist::SerializedEvent;
use serde_json::Value;
use serde_json::value::RawValue;
use sqlx::{FromRow, PgConnection};

use super::personal::may_hold_marker;
use super::seal::{self, KeyRing, Sealer};
use super::upcast::Upcasters;
use super::writer::listeners::Incoming;

/// The event types that are heard, and which top-level fields are read of each; `None`: any.
pub type Heard = HashMap<String, Option<BTreeSet<String>>>;

/// Some events as they lie in the log, with the keys that open what is read of them.
#[derive(Debug)]
pub struct Page {
    events: Vec<Loaded>,
    keys: KeyRing,
    /// Every heard event up to this position is in this page or was in one before.
    pub until: i64,
}

#[derive(Debug, FromRow)]
struct Stored {
    position: i64,
    recorded_at: DateTime<Utc>,
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: String,
}

#[derive(Debug)]
struct Loaded {
    stored: Stored,
    payload: Payload,
}

/// A payload, taken apart as far as is needed.
#[derive(Debug)]
enum Payload {
    /// Nothing in it is sealed: `Stored::payload` is what the statement gets.
    Plain,
    /// The fields that are read: those that are open as JSON members, and those that hold something sealed.
    Fields { open: String, sealed: Vec<(String, Value)> },
    /// All of it.
    Whole(Value),
}

/// What a page is read with.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Opens what is sealed.
    pub sealer: Sealer,
    /// Brings old shapes to today's.
    pub upcasters: Upcasters,
    /// What is heard.
    pub heard: Heard,
}

impl Reader {
    /// Up to `limit` heard events after position `after` and up to `until`.
    ///
    /// # Errors
    /// The database's error.
    pub async fn page(
        &self,
        database: &mut PgConnection,
        after: i64,
        until: i64,
        limit: i64,
    ) -> Result<Page, sqlx::Error> {
        // An upcaster may rename an event into one that is heard, so then all are looked at.
        let types: Option<Vec<&str>> =
            self.upcasters.is_empty().then(|| self.heard.keys().map(String::as_str).collect());
        let stored: Vec<Stored> = sqlx::query_as(
            "SELECT position, recorded_at, aggregate_type, aggregate_id, sequence, event_type, event_version, \
                    payload::text AS payload \
             FROM events WHERE log = 0 AND position > $1 AND position <= $2 \
               AND ($4::text[] IS NULL OR event_type = ANY($4)) ORDER BY position LIMIT $3",
        )
        .bind(after)
        .bind(until)
        .bind(limit)
        .bind(types)
        .fetch_all(&mut *database)
        .await?;
        let is_full = i64::try_from(stored.len()).unwrap_or(i64::MAX) >= limit;
        let until = stored.last().filter(|_| is_full).map_or(until, |last| last.position);
        let events: Vec<Loaded> = stored.into_iter().map(|stored| self.take_apart(stored)).collect();
        let ids: Vec<_> = events.iter().flat_map(|event| event.payload.key_ids()).collect();
        let keys = self.sealer.load_keys(database, &ids).await?;
        Ok(Page { events, keys, until })
    }

    fn take_apart(&self, stored: Stored) -> Loaded {
        let payload = if self.upcasters.concern(&stored.event_type, &stored.event_version) {
            Payload::Whole(serde_json::from_str(&stored.payload).unwrap_or_default())
        } else {
            Payload::of(&stored.payload, self.heard.get(&stored.event_type).and_then(Option::as_ref))
        };
        Loaded { stored, payload }
    }

    /// The page's events as a statement sees them, with their types. Takes processor time, none of the database's.
    #[must_use]
    pub fn open(&self, page: Page) -> Vec<(String, Incoming)> {
        let Page { events, keys, .. } = page;
        let opened = events.into_iter().map(|event| self.open_one(event, &keys));
        opened.filter(|(event_type, _)| self.heard.contains_key(event_type)).collect()
    }

    fn open_one(&self, Loaded { stored, payload }: Loaded, keys: &KeyRing) -> (String, Incoming) {
        let stream = format!("{}/{}", stored.aggregate_type, stored.aggregate_id);
        let mut event_type = stored.event_type;
        let payload = match payload {
            Payload::Plain => stored.payload,
            Payload::Fields { mut open, sealed } => {
                for (field, value) in sealed {
                    let value = seal::plain(seal::open(value, &format!("{stream}/{field}"), keys));
                    add_member(&mut open, &field, &value.to_string());
                }
                format!("{{{open}}}")
            }
            Payload::Whole(payload) => {
                let upcast = self.upcasters.upcast(SerializedEvent::new(
                    stored.aggregate_id.clone(),
                    usize::try_from(stored.sequence).unwrap_or(0),
                    stored.aggregate_type,
                    event_type,
                    stored.event_version,
                    seal::open(payload, &stream, keys),
                    Value::Null,
                ));
                event_type = upcast.event_type;
                seal::plain(upcast.payload).to_string()
            }
        };
        let incoming = Incoming {
            aggregate_id: stored.aggregate_id,
            payload,
            recorded_at: stored.recorded_at,
            position: stored.position,
        };
        (event_type, incoming)
    }
}

fn add_member(members: &mut String, name: &str, json: &str) {
    if !members.is_empty() {
        members.push(',');
    }
    members.push_str(&Value::from(name).to_string());
    members.push(':');
    members.push_str(json);
}

impl Payload {
    fn of(text: &str, read: Option<&BTreeSet<String>>) -> Self {
        if !may_hold_marker(text) {
            return Self::Plain;
        }
        let whole = || Self::Whole(serde_json::from_str(text).unwrap_or_default());
        let (Some(read), Ok(members)) = (read, serde_json::from_str::<HashMap<String, &RawValue>>(text))
        else {
            return whole();
        };
        let (mut open, mut sealed) = (String::with_capacity(text.len()), Vec::new());
        for field in read {
            match members.get(field).map(|value| value.get()) {
                None => (),
                Some(json) if may_hold_marker(json) => {
                    sealed.push((field.clone(), serde_json::from_str(json).unwrap_or_default()));
                }
                Some(json) => add_member(&mut open, field, json),
            }
        }
        Self::Fields { open, sealed }
    }

    fn key_ids(&self) -> Vec<uuid::Uuid> {
        match self {
            Self::Plain => Vec::new(),
            Self::Fields { sealed, .. } => {
                sealed.iter().flat_map(|(_, value)| seal::key_ids(value)).collect()
            }
            Self::Whole(value) => seal::key_ids(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read_is_left_out_and_what_is_sealed_is_kept_apart() {
        let text = r#"{"a": {"$sealed": "k.x"}, "b": 1, "c": {"$sealed": "k.y"}, "d": [1, 2]}"#;
        let read = ["b", "c", "d", "e"].map(str::to_owned).into();
        let Payload::Fields { open, sealed } = Payload::of(text, Some(&read)) else {
            panic!("not by fields")
        };
        assert_eq!(open, r#""b":1,"d":[1, 2]"#);
        assert_eq!(sealed, [("c".to_owned(), serde_json::json!({"$sealed": "k.y"}))]);
        assert!(matches!(Payload::of(text, None), Payload::Whole(_)));
        assert!(matches!(Payload::of(r#"{"a": "$"}"#, None), Payload::Whole(_)));
        assert!(matches!(Payload::of(r#"{"a": "b"}"#, Some(&read)), Payload::Plain));
    }
}
