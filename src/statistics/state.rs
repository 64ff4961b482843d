//! What must be known of the statistics to decide about the next day, folded from their events.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};

use super::Count;
use super::commands::StatisticsCommand;
use super::error::StatisticsError;
use super::event::StatisticsEvent;

/// How many closed days are kept in mind; an older one stays as it is.
pub const KEPT: usize = 92;

/// A closed day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// What was counted.
    #[serde(flatten)]
    pub count: Count,
    /// 1, and one more for each time it changed.
    pub revision: i64,
}

/// The statistics as their events left them. By default no day was ever closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Statistics {
    days: BTreeMap<NaiveDate, Closed>,
}

impl Statistics {
    /// The last day that was closed.
    #[must_use]
    pub fn last_closed(&self) -> Option<NaiveDate> {
        self.days.last_key_value().map(|(date, _)| *date)
    }

    /// A closed day, if it is kept in mind.
    #[must_use]
    pub fn closed(&self, date: NaiveDate) -> Option<Closed> {
        self.days.get(&date).copied()
    }

    /// The closed days that are kept in mind, oldest first.
    pub fn days(&self) -> impl Iterator<Item = (NaiveDate, Closed)> {
        self.days.iter().map(|(date, closed)| (*date, *closed))
    }

    fn keep(&mut self, date: NaiveDate, closed: Closed) {
        self.days.insert(date, closed);
        while self.days.len() > KEPT {
            self.days.pop_first();
        }
    }
}

impl Aggregate for Statistics {
    const TYPE: &'static str = "statistics";
    type Command = StatisticsCommand;
    type Event = StatisticsEvent;
    type Error = StatisticsError;
    type Services = ();

    async fn handle(
        &mut self,
        command: StatisticsCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), StatisticsError> {
        for event in command.decide(self)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: StatisticsEvent) {
        match event {
            StatisticsEvent::DayClosed { date, timezone: _, registrations, active_users, position } => {
                let count = Count { registrations, active_users, position };
                self.keep(date, Closed { count, revision: 1 });
            }
            StatisticsEvent::DayRevised { date, revision, cause: _, registrations, active_users, position } => {
                let count = Count { registrations, active_users, position };
                self.keep(date, Closed { count, revision });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::event::Cause;
    use crate::statistics::testing::{closed_on, count, day, revised};

    #[test]
    fn the_newest_days_are_known_as_they_are_now_and_the_state_does_not_grow() {
        let mut statistics = Statistics::default();
        assert_eq!(statistics.last_closed(), None);
        for date in day(1).iter_days().take(2 * KEPT) {
            statistics.apply(closed_on(date, count(1, 2, 3)));
        }
        let last = statistics.last_closed().unwrap();
        assert_eq!((statistics.days().count(), statistics.closed(day(1))), (KEPT, None));
        assert_eq!(statistics.closed(last).unwrap().revision, 1);
        let mut statistics = Statistics::default();
        statistics.apply(closed_on(day(2), count(1, 2, 3)));
        statistics.apply(revised(2, 2, Cause::LateEvent, count(1, 3, 9)));
        assert_eq!(statistics.closed(day(2)), Some(Closed { count: count(1, 3, 9), revision: 2 }));
        let stored = serde_json::to_string(&statistics).unwrap();
        assert_eq!(serde_json::from_str::<Statistics>(&stored).unwrap(), statistics);
        assert_eq!(serde_json::from_str::<Statistics>("{}").unwrap(), Statistics::default());
    }
}
