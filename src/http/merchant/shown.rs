//! Pages of lists that were shown a moment ago, for as long as nothing changed.
//!
//! A page is remembered with the version its store's list had before the page was read. Every request asks the
//! database for the version ([`product_list::list_version`](crate::projections::product_list::list_version)), which
//! each append changes in its own transaction; so a page from here is what the database would have answered at that
//! moment, on every instance, and a product that was deleted is in none.

use axum::body::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::projections::product_list::ListVersion;

/// Bytes that all pages may take together.
const ROOM: u64 = 8 * 1024 * 1024;
/// About so many pages fit.
const PAGES: usize = 1_000;
/// The longest question, as it stands in the URL, whose answer is remembered.
const LONGEST: usize = 512;
/// How long, in case somebody mends the tables by hand.
const LIFETIME: TimeDelta = TimeDelta::minutes(1);

#[derive(Clone, Debug)]
struct Shown {
    version: ListVersion,
    at: DateTime<Utc>,
    body: Bytes,
}

#[derive(Clone, Debug)]
struct Size;

impl Weighter<String, Shown> for Size {
    fn weight(&self, key: &String, shown: &Shown) -> u64 {
        u64::try_from(key.len() + shown.body.len()).unwrap_or(u64::MAX)
    }
}

/// The pages.
#[derive(Debug)]
pub struct ShownPages(Cache<String, Shown, Size>);

impl Default for ShownPages {
    fn default() -> Self {
        Self(Cache::with_weighter(PAGES, ROOM, Size))
    }
}

impl ShownPages {
    /// The page that answers `question`, if it was shown within the last minute and the list still stands like that.
    #[must_use]
    pub fn get(&self, version: ListVersion, question: &str, now: DateTime<Utc>) -> Option<Bytes> {
        let shown = self.0.get(&key(version, question))?;
        let is_fresh = shown.version == version && (shown.at..shown.at + LIFETIME).contains(&now);
        is_fresh.then_some(shown.body)
    }

    /// Remembers a page that was read after the list was seen to stand like that.
    pub fn keep(&self, version: ListVersion, question: &str, now: DateTime<Utc>, body: &Bytes) {
        if question.len() <= LONGEST {
            self.0.insert(key(version, question), Shown { version, at: now, body: body.clone() });
        }
    }
}

fn key(version: ListVersion, question: &str) -> String {
    format!("{}?{question}", version.store_id)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_page_is_given_only_of_the_same_list_for_the_same_question_and_for_a_minute() {
        let pages = ShownPages::default();
        let version = ListVersion { store_id: Uuid::from_u128(1), built: 1, events: 1 };
        let now = DateTime::UNIX_EPOCH;
        let body = Bytes::from_static(b"{}");
        pages.keep(version, "limit=2", now, &body);
        assert_eq!(pages.get(version, "limit=2", now), Some(body.clone()));
        for other in [
            ListVersion { store_id: Uuid::from_u128(2), ..version },
            ListVersion { built: 2, ..version },
            ListVersion { events: 2, ..version },
        ] {
            assert_eq!(pages.get(other, "limit=2", now), None, "{other:?}");
        }
        assert_eq!(pages.get(version, "limit=20", now), None);
        let almost = now + LIFETIME - TimeDelta::milliseconds(1);
        assert_eq!(pages.get(version, "limit=2", almost), Some(body.clone()));
        for then in [now + LIFETIME, now - TimeDelta::milliseconds(1)] {
            assert_eq!(pages.get(version, "limit=2", then), None, "{then}");
        }
    }

    #[test]
    fn they_take_no_more_than_their_room() {
        let pages = ShownPages::default();
        let version = ListVersion { store_id: Uuid::nil(), built: 1, events: 1 };
        let body = Bytes::from(vec![b' '; 100_000]);
        for nth in 0..200 {
            pages.keep(version, &format!("cursor={nth}"), DateTime::UNIX_EPOCH, &body);
        }
        assert!(pages.0.weight() <= ROOM, "{}", pages.0.weight());
        pages.keep(version, &"x".repeat(LONGEST + 1), DateTime::UNIX_EPOCH, &body);
        assert_eq!(pages.get(version, &"x".repeat(LONGEST + 1), DateTime::UNIX_EPOCH), None);
    }
}
