//! Close a day: it is over, and these are its numbers. In order, and each once.

use chrono::{DateTime, NaiveDate, Utc};

use crate::statistics::Count;
use crate::statistics::error::StatisticsError;
use crate::statistics::event::StatisticsEvent;
use crate::statistics::state::Statistics;

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseDay {
    /// The day.
    pub date: NaiveDate,
    /// The time zone whose day it is.
    pub timezone: String,
    /// When the day ends there.
    pub ends_at: DateTime<Utc>,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// What was counted.
    pub count: Count,
}

impl CloseDay {
    pub(super) fn decide(&self, state: &Statistics) -> Result<Vec<StatisticsEvent>, StatisticsError> {
        if let Some(last) = state.last_closed() {
            if self.date <= last {
                return Err(StatisticsError::AlreadyClosed);
            }
            match last.succ_opt() {
                Some(next) if next < self.date => return Err(StatisticsError::OutOfOrder(next)),
                _ => (),
            }
        }
        if self.now < self.ends_at {
            return Err(StatisticsError::NotOver);
        }
        let Count { registrations, active_users, position } = self.count;
        Ok(vec![StatisticsEvent::DayClosed {
            date: self.date,
            timezone: self.timezone.clone(),
            registrations,
            active_users,
            position,
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::testing::{closed, count, day, scene};
    use chrono::TimeDelta;

    fn close(on: u32, after_its_end: i64) -> CloseDay {
        let ends_at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        CloseDay {
            date: day(on),
            timezone: "Asia/Shanghai".to_owned(),
            ends_at,
            now: ends_at + TimeDelta::microseconds(after_its_end),
            count: count(3, 5, 70),
        }
    }

    #[test]
    fn a_day_that_is_over_is_closed_and_the_first_may_be_any() {
        for past in [vec![], vec![closed(24, count(1, 1, 9)), closed(25, count(1, 1, 10))]] {
            let now_closed = vec![closed(26, count(3, 5, 70))];
            scene().given(past).when(close(26, 0).into()).then_expect_events(now_closed);
        }
    }

    #[test]
    fn no_day_is_closed_before_it_is_over_or_twice_or_before_the_one_before() {
        let past = vec![closed(25, count(1, 1, 9))];
        for (command, refusal) in [
            (close(26, -1), StatisticsError::NotOver),
            (close(25, 0), StatisticsError::AlreadyClosed),
            (close(24, 0), StatisticsError::AlreadyClosed),
            (close(27, 0), StatisticsError::OutOfOrder(day(26))),
        ] {
            scene().given(past.clone()).when(command.into()).then_expect_error(refusal);
        }
    }
}
