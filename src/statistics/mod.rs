//! Which days are counted for good: how many people registered and how many were active on each local day.
//!
//! A day is **closed** once it is over, in order, each once: from then on its numbers are final, and say up to which
//! position of the log they were counted. Should a day that is closed turn out otherwise all the same, because an event
//! of that day was recorded late or because a program counted wrong, it is **revised**: a new revision with its cause,
//! and the older one stays in the log. Forgetting a person changes no number: that somebody was there stays a fact.
//!
//! All days are one stream, [`STREAM`], since a day is closed after the one before it and only a stream knows that. The
//! state holds the [`KEPT`] newest days and no more, and snapshots of it are taken as of any long stream, so that the
//! thirtieth year costs a command as little as the first. A change of the time zone needs no other stream: a day is a
//! date, and which date an event counts for stands in the event.
//!
//! This room decides and does nothing else; who counts is [`crate::jobs::close_day`].

pub mod commands;
mod error;
mod event;
mod state;
#[cfg(test)]
mod testing;

pub use commands::{CloseDay, ReviseDay, StatisticsCommand};
pub use error::StatisticsError;
pub use event::{Cause, StatisticsEvent};
pub use state::{Closed, KEPT, Statistics};

/// The one stream of all days.
pub const STREAM: &str = "daily";

/// What was counted of one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Count {
    /// How many people registered.
    pub registrations: i64,
    /// How many were active.
    pub active_users: i64,
    /// Every event up to this position of the log is counted, and none after it.
    pub position: i64,
}

impl Count {
    /// Whether both say the same of the day, wherever they were counted to.
    #[must_use]
    pub const fn agrees_with(&self, other: &Self) -> bool {
        self.registrations == other.registrations && self.active_users == other.active_users
    }
}

impl crate::eventstore::LoggedAggregate for Statistics {
    const STATE_VERSION: i32 = 1;

    fn claims(_: &StatisticsEvent) -> Vec<crate::eventstore::ClaimChange> {
        Vec::new()
    }

    /// Nothing is claimed, so nobody is told this.
    fn claims_taken(_: &[String]) -> StatisticsError {
        StatisticsError::AlreadyClosed
    }
}
