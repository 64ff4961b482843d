//! S9: who was there today. A person's first request of a local day becomes an event of the account, once.
//!
//! The request does not wait for it: the command runs beside the request, and whatever becomes of it the answer is the same.
//! Later requests of that day find the person in this process's memory and cost nothing more. The
//! account itself decides whether the day is counted already, so other instances, a restart or two requests at once
//! never make it count twice. What could not be recorded (the database away, too many at once) is forgotten here as
//! well, so that the person's next request tries again; an orderly stop waits for what is under way.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use metrics::counter;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::account::RecordActivity;
use crate::calendar::Calendar;
use crate::eventstore::Metadata;
use crate::http::Shared;

/// The most people who may wait to be recorded; whoever comes beyond is recorded by a later request.
const MOST_WAITING: u32 = 10_000;
/// How many are recorded at a time: a day begins for everybody at once.
const AT_A_TIME: usize = 16;
/// How long an orderly stop waits for those under way.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who has been there today, as far as this process has recorded it or is about to. 24 bytes or so a person.
#[derive(Debug)]
pub struct Presence {
    today: Mutex<Today>,
    waiting: Arc<Semaphore>,
    recording: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Today {
    date: NaiveDate,
    span: Range<DateTime<Utc>>,
    seen: HashSet<Uuid>,
}

impl Default for Presence {
    fn default() -> Self {
        Self {
            today: Mutex::default(),
            waiting: Arc::new(Semaphore::new(MOST_WAITING as usize)),
            recording: Arc::new(Semaphore::new(AT_A_TIME)),
        }
    }
}

impl Presence {
    /// The day, if this is the person's first request of it here.
    fn first_of_day(&self, calendar: Calendar, user_id: Uuid, now: DateTime<Utc>) -> Option<NaiveDate> {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if !today.span.contains(&now) {
            let date = calendar.date(now);
            *today = Today { date, span: calendar.day(date), seen: HashSet::new() };
        }
        today.seen.insert(user_id).then_some(today.date)
    }

    /// The person's next request is to try again.
    fn forget(&self, user_id: Uuid, date: NaiveDate) {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if today.date == date {
            today.seen.remove(&user_id);
        }
    }

    /// Waits until nobody is being recorded any more, for a while.
    pub async fn settle(&self) {
        let all = self.waiting.acquire_many(MOST_WAITING);
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            tracing::warn!("some activity was not recorded; it is at the next request of those people");
        }
    }
}

/// A person's request came, with this id.
pub fn note(site: &Shared, user_id: Uuid, request_id: Option<String>) {
    let now = site.ports.now();
    let Some(date) = site.presence.first_of_day(site.settings.calendar, user_id, now) else { return };
    let Ok(place) = Arc::clone(&site.presence.waiting).try_acquire_owned() else {
        site.presence.forget(user_id, date);
        counter!("activity_deferred_total").increment(1);
        return;
    };
    let site = Arc::clone(site);
    drop(tokio::spawn(async move {
        let _turn = site.presence.recording.acquire().await;
        let metadata = Metadata {
            actor_id: Some(user_id),
            correlation_id: request_id.clone(),
            request_id,
            causation_id: None,
        };
        let command = RecordActivity { date };
        if let Err(error) = site.accounts.execute(&user_id.to_string(), command.into(), metadata).await {
            tracing::warn!(%error, "activity could not be recorded; the next request tries again");
            counter!("activity_deferred_total").increment(1);
            site.presence.forget(user_id, date);
        }
        drop(place);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_new_once_a_day_and_again_when_it_failed() {
        let (presence, calendar) = (Presence::default(), Calendar::new(chrono_tz::Tz::Asia__Shanghai));
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let somebody = Uuid::from_u128(1);
        let evening = at("2026-11-26T15:59:59.9Z");
        let first = |now| presence.first_of_day(calendar, somebody, now);
        assert_eq!(first(evening), Some(date("2026-11-26")));
        assert_eq!(first(evening), None);
        assert_eq!(first(at("2026-11-26T16:00:00Z")), Some(date("2026-11-27")));
        assert_eq!(first(at("2026-11-27T15:00:00Z")), None);
        // Of another day: nothing to forget.
        presence.forget(somebody, date("2026-11-26"));
        assert_eq!(first(at("2026-11-27T15:00:00Z")), None);
        presence.forget(somebody, date("2026-11-27"));
        assert_eq!(first(at("2026-11-27T15:00:00Z")), Some(date("2026-11-27")));
    }
}
