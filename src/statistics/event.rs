//! What can happen to the statistics, as it is written into the log for ever.
//!
//! A stored name is never given another meaning. A field may be added with a default; any other change
//! is a new version and an upcaster. Numbers only: nothing here is personal.

use chrono::NaiveDate;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

/// Why a closed day has other numbers than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// An event of that day was recorded after the day was closed.
    LateEvent,
    /// The same events, counted anew, are of another number: the program counted wrong before.
    Corrected,
}

/// Something that happened to the statistics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum StatisticsEvent {
    /// A local day is over and counted.
    #[serde(rename = "statistics.day_closed")]
    DayClosed {
        /// The day.
        date: NaiveDate,
        /// The time zone by which it was over.
        timezone: String,
        /// How many people registered.
        registrations: i64,
        /// How many were active.
        active_users: i64,
        /// Every event up to this position of the log was counted.
        position: i64,
    },
    /// A closed day has other numbers.
    #[serde(rename = "statistics.day_revised")]
    DayRevised {
        /// The day.
        date: NaiveDate,
        /// 2 for the first time.
        revision: i64,
        /// Why.
        cause: Cause,
        /// How many people registered.
        registrations: i64,
        /// How many were active.
        active_users: i64,
        /// Every event up to this position of the log was counted.
        position: i64,
    },
}

impl StatisticsEvent {
    /// The name under which the event is stored.
    #[must_use]
    pub const fn stored_name(&self) -> &'static str {
        match self {
            Self::DayClosed { .. } => "statistics.day_closed",
            Self::DayRevised { .. } => "statistics.day_revised",
        }
    }
}

impl DomainEvent for StatisticsEvent {
    fn event_type(&self) -> String {
        self.stored_name().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::testing::{closed, count, revised};

    #[test]
    fn the_stored_form_carries_the_stored_name_and_reads_back() {
        for event in [closed(26, count(1, 2, 3)), revised(26, 2, Cause::Corrected, count(1, 2, 3))] {
            let stored = serde_json::to_value(&event).unwrap();
            assert_eq!(stored["type"], event.event_type().as_str());
            assert_eq!(event.event_version(), "1");
            assert_eq!(serde_json::from_value::<StatisticsEvent>(stored).unwrap(), event);
        }
    }
}
