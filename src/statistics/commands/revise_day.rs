//! Revise a day: it is closed, and turned out otherwise all the same. Without a change it leaves no trace.

use chrono::NaiveDate;

use crate::statistics::Count;
use crate::statistics::error::StatisticsError;
use crate::statistics::event::{Cause, StatisticsEvent};
use crate::statistics::state::Statistics;

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviseDay {
    /// The day.
    pub date: NaiveDate,
    /// Why it is counted anew.
    pub cause: Cause,
    /// What was counted now.
    pub count: Count,
}

impl ReviseDay {
    pub(super) fn decide(&self, state: &Statistics) -> Result<Vec<StatisticsEvent>, StatisticsError> {
        let Some(closed) = state.closed(self.date) else {
            let last = state.last_closed();
            let was_closed = last.is_some_and(|last| self.date <= last);
            return Err(if was_closed { StatisticsError::TooOld } else { StatisticsError::NotClosed });
        };
        // Whoever counted up to an earlier position knows less.
        if self.count.agrees_with(&closed.count) || self.count.position < closed.count.position {
            return Ok(Vec::new());
        }
        let Count { registrations, active_users, position } = self.count;
        Ok(vec![StatisticsEvent::DayRevised {
            date: self.date,
            revision: closed.revision + 1,
            cause: self.cause,
            registrations,
            active_users,
            position,
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::state::KEPT;
    use crate::statistics::testing::{closed, closed_on, count, day, revised, scene};

    fn revise(on: u32, count: Count) -> ReviseDay {
        ReviseDay { date: day(on), cause: Cause::LateEvent, count }
    }

    #[test]
    fn other_numbers_are_a_new_revision() {
        let past = vec![closed(25, count(1, 1, 9))];
        let once = revised(25, 2, Cause::LateEvent, count(1, 2, 20));
        scene()
            .given(past.clone())
            .when(revise(25, count(1, 2, 20)).into())
            .then_expect_events(vec![once.clone()]);
        let past = past.into_iter().chain([once]).collect();
        let twice = revised(25, 3, Cause::LateEvent, count(2, 2, 21));
        scene().given(past).when(revise(25, count(2, 2, 21)).into()).then_expect_events(vec![twice]);
    }

    #[test]
    fn the_same_numbers_and_older_ones_change_nothing() {
        let past = vec![closed(25, count(1, 1, 9))];
        for now in [count(1, 1, 9), count(1, 1, 30), count(0, 0, 8)] {
            scene().given(past.clone()).when(revise(25, now).into()).then_expect_events(vec![]);
        }
    }

    #[test]
    fn an_open_day_is_not_revised_and_one_of_long_ago_stays() {
        let past = vec![closed(25, count(1, 1, 9))];
        let open = scene().given(past).when(revise(26, count(2, 2, 20)).into());
        open.then_expect_error(StatisticsError::NotClosed);
        let long = day(1).iter_days().take(KEPT + 1).map(|date| closed_on(date, count(1, 1, 9)));
        let old = scene().given(long.collect()).when(revise(1, count(2, 2, 20)).into());
        old.then_expect_error(StatisticsError::TooOld);
    }
}
