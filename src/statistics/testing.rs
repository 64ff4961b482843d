//! What the tests of every command on the statistics share: days and a past.

use chrono::NaiveDate;
use cqrs_es::test::TestFramework;

use super::{Cause, Count, Statistics, StatisticsEvent};

/// The start of a given/when/then.
pub(crate) fn scene() -> TestFramework<Statistics> {
    TestFramework::with(())
}

/// A day of November 2026.
pub(crate) fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

/// Registrations, active people, and up to where they were counted.
pub(crate) fn count(registrations: i64, active_users: i64, position: i64) -> Count {
    Count { registrations, active_users, position }
}

/// A day of November 2026 was closed in Shanghai.
pub(crate) fn closed(on: u32, count: Count) -> StatisticsEvent {
    closed_on(day(on), count)
}

/// A day was closed in Shanghai.
pub(crate) fn closed_on(date: NaiveDate, count: Count) -> StatisticsEvent {
    let Count { registrations, active_users, position } = count;
    StatisticsEvent::DayClosed {
        date,
        timezone: "Asia/Shanghai".to_owned(),
        registrations,
        active_users,
        position,
    }
}

/// A day of November 2026 changed.
pub(crate) fn revised(on: u32, revision: i64, cause: Cause, count: Count) -> StatisticsEvent {
    let Count { registrations, active_users, position } = count;
    StatisticsEvent::DayRevised { date: day(on), revision, cause, registrations, active_users, position }
}
