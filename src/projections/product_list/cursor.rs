//! Cursors: a place in a list, for a client to hand back. It can be read by us only as we wrote it.
//!
//! A cursor is base64url of a JSON object and 16 bytes of a keyed digest over it (HMAC-SHA-256, RFC 2104, cut as
//! its section 5 allows). The object holds the place, when the cursor was made, and a digest of the question
//! that it belongs to. So nobody makes up a place, and none is used with other filters, another order or in
//! another store.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::hmac;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::query::{Info, Place, Query, Status};
use crate::eventstore::seal::{MasterKey, SealError};

/// How long a cursor is good for.
pub const LIFETIME: Duration = Duration::from_hours(24);
/// How far ahead of ours the clock of the instance that made it may be, in seconds.
const SKEW: i64 = 60;
/// The most characters of a cursor: a title's 120 characters take at most 480 bytes, escaped at most 720.
const LONGEST: usize = 2048;
/// Bytes of a digest that are kept.
const TAG: usize = 16;

/// Why a cursor leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCursor {
    /// We did not write it (contract: 400 `invalid_query`).
    #[error("the cursor is none")]
    Malformed,
    /// It is of another question or more than 24 hours old (contract: 410 `cursor_expired`).
    #[error("the cursor is of another list or too old")]
    Expired,
}

/// What a cursor says.
#[derive(Serialize, Deserialize)]
struct Written {
    key: String,
    id: Uuid,
    /// Seconds since the epoch.
    at: i64,
    /// Of the question, in hexadecimal.
    of: String,
}

/// Writes and reads cursors.
#[derive(Clone, Debug)]
pub struct Cursors {
    key: hmac::Key,
}

impl Cursors {
    /// Cursors of the installation with this master key.
    ///
    /// # Errors
    /// [`SealError`] when the derivation of the key fails.
    pub fn new(master: &MasterKey) -> Result<Self, SealError> {
        Ok(Self { key: master.digest_key("product list cursors")? })
    }

    /// The cursor of a place in the answer to `query`, made `now`.
    #[must_use]
    pub fn write(&self, query: &Query, place: &Place, now: DateTime<Utc>) -> String {
        let written = Written {
            key: place.key.clone(),
            id: place.product_id,
            at: now.timestamp(),
            of: self.question(query),
        };
        // Strings and a number: this cannot fail.
        let mut bytes = serde_json::to_vec(&written).unwrap_or_default();
        let tag = self.digest("cursor", &[&bytes]);
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place that a cursor says, for the same question.
    ///
    /// # Errors
    /// [`BadCursor`].
    pub fn read(&self, query: &Query, cursor: &str, now: DateTime<Utc>) -> Result<Place, BadCursor> {
        let written = self.open(cursor).ok_or(BadCursor::Malformed)?;
        let age = now.timestamp().saturating_sub(written.at);
        let lifetime = i64::try_from(LIFETIME.as_secs()).unwrap_or(i64::MAX);
        if written.of != self.question(query) || age >= lifetime || age < -SKEW {
            return Err(BadCursor::Expired);
        }
        Ok(Place { key: written.key, product_id: written.id })
    }

    fn open(&self, cursor: &str) -> Option<Written> {
        if cursor.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (json, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG)?)?;
        // A guess hits one in 2^128; the time that a comparison takes gives nothing away that matters, since
        // a place is no secret and no access.
        if self.digest("cursor", &[json]) != tag {
            return None;
        }
        serde_json::from_slice(json).ok()
    }

    /// What tells one question from another: everything but how many products a page has.
    fn question(&self, query: &Query) -> String {
        let category = query.category_id.map(|id| id.to_string()).unwrap_or_default();
        let search = query.search.as_ref().map_or("", |search| search.as_str());
        let parts: [&[u8]; 6] = [
            query.store_id.as_bytes(),
            query.sort.as_str().as_bytes(),
            category.as_bytes(),
            query.status.map_or("", Status::as_str).as_bytes(),
            query.info.map_or("", Info::as_str).as_bytes(),
            search.as_bytes(),
        ];
        hex::encode(self.digest("question", &parts))
    }

    fn digest(&self, purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(purpose.as_bytes());
        for part in parts {
            // With its length before it, so that no part runs into the next.
            context.update(&part.len().to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().iter().take(TAG).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::super::query::{Search, Sort};
    use super::*;

    fn cursors() -> Cursors {
        let master = MasterKey::parse(&"8a1f3c5e".repeat(8)).unwrap();
        Cursors::new(&master).unwrap()
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn place() -> Place {
        Place { key: "19.90".to_owned(), product_id: Uuid::from_u128(7) }
    }

    fn query() -> Query {
        Query::all_of(Uuid::from_u128(1))
    }

    #[test]
    fn a_place_comes_back_within_a_day() {
        let cursor = cursors().write(&query(), &place(), now());
        let later = now() + TimeDelta::hours(24) - TimeDelta::seconds(1);
        assert_eq!(cursors().read(&query(), &cursor, later), Ok(place()));
        assert_eq!(cursors().read(&query(), &cursor, later + TimeDelta::seconds(1)), Err(BadCursor::Expired));
        assert_eq!(
            cursors().read(&query(), &cursor, now() - TimeDelta::minutes(2)),
            Err(BadCursor::Expired),
            "from the future"
        );
    }

    #[test]
    fn a_cursor_is_of_one_question_only() {
        let cursor = cursors().write(&query(), &place(), now());
        let others = [
            Query::all_of(Uuid::from_u128(2)),
            Query { sort: Sort::Title, ..query() },
            Query { category_id: Some(Uuid::from_u128(3)), ..query() },
            Query { status: Some(Status::Listed), ..query() },
            Query { info: Some(Info::Failed), ..query() },
            Query { search: Search::parse("茶").unwrap(), ..query() },
        ];
        for other in others {
            assert_eq!(cursors().read(&other, &cursor, now()), Err(BadCursor::Expired), "{other:?}");
        }
    }

    #[test]
    fn the_longest_title_makes_a_cursor_that_is_read() {
        for character in ["\u{1f600}", "\\", "\u{10ffff}", "\u{1}"] {
            let place = Place { key: character.repeat(120), product_id: Uuid::max() };
            let cursor = cursors().write(&query(), &place, now());
            assert_eq!(cursors().read(&query(), &cursor, now()), Ok(place));
        }
    }

    #[test]
    fn another_installation_reads_nothing() {
        let other = Cursors::new(&MasterKey::parse(&"1c2d3e4f".repeat(8)).unwrap()).unwrap();
        let cursor = other.write(&query(), &place(), now());
        assert_eq!(cursors().read(&query(), &cursor, now()), Err(BadCursor::Malformed));
    }

    proptest! {
        #[test]
        fn hostile_text_is_malformed(text in any::<String>(), bytes: Vec<u8>) {
            for cursor in [text, URL_SAFE_NO_PAD.encode(bytes)] {
                prop_assert_eq!(cursors().read(&query(), &cursor, now()), Err(BadCursor::Malformed));
            }
        }

        #[test]
        fn hostile_json_without_our_digest_is_malformed(
            key in any::<String>(), id: u128, tag: [u8; TAG], at in any::<i64>(),
        ) {
            let written = Written { key, id: Uuid::from_u128(id), at, of: cursors().question(&query()) };
            let mut bytes = serde_json::to_vec(&written).unwrap();
            bytes.extend(tag);
            let cursor = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(cursors().read(&query(), &cursor, now()), Err(BadCursor::Malformed));
        }

        #[test]
        fn a_changed_character_is_found_out(nth: prop::sample::Index, other in "[A-Za-z0-9_-]") {
            let cursor = cursors().write(&query(), &place(), now());
            let nth = nth.index(cursor.len());
            let changed = format!("{}{other}{}", &cursor[..nth], &cursor[nth + 1..]);
            let read = cursors().read(&query(), &changed, now());
            let expected = if changed == cursor { Ok(place()) } else { Err(BadCursor::Malformed) };
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn any_place_comes_back(key in "\\PC{0,120}", id: u128) {
            let place = Place { key, product_id: Uuid::from_u128(id) };
            let cursor = cursors().write(&query(), &place, now());
            prop_assert_eq!(cursors().read(&query(), &cursor, now()), Ok(place));
        }
    }
}
