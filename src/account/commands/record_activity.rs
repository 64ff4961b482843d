//! Record activity: the owner was there on a local day. It counts once a day, and never for a day gone by.
//!
//! Nobody is told no: whoever asks a second time, or for an account that nobody has, leaves no trace.

use chrono::NaiveDate;

use crate::account::event::AccountEvent;
use crate::account::state::Account;

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordActivity {
    /// The local day.
    pub date: NaiveDate,
}

impl RecordActivity {
    pub(super) fn decide(self, state: &Account) -> Vec<AccountEvent> {
        // A clock set back, or a time zone further west, gives a day a second time.
        let is_counted = state.active_on().is_some_and(|last| last >= self.date);
        let counts = state.is_registered() && !is_counted;
        counts.then_some(AccountEvent::Active { date: self.date }).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, registered, scene};

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    fn active(on: u32) -> AccountEvent {
        AccountEvent::Active { date: day(on) }
    }

    #[test]
    fn the_first_time_of_a_day_counts() {
        for past in [vec![registered()], vec![registered(), active(24), active(25)]] {
            let command = RecordActivity { date: day(26) };
            scene(&FakeHasher::default())
                .given(past)
                .when(command.into())
                .then_expect_events(vec![active(26)]);
        }
    }

    #[test]
    fn a_day_counts_once_and_no_day_before_the_last() {
        for (last, asked) in [(26, 26), (26, 25), (26, 1)] {
            let past = vec![registered(), active(last)];
            let command = RecordActivity { date: day(asked) };
            scene(&FakeHasher::default()).given(past).when(command.into()).then_expect_events(vec![]);
        }
    }

    #[test]
    fn nobody_and_the_forgotten_are_not_counted() {
        for past in [vec![], vec![registered(), AccountEvent::Erased {}]] {
            let command = RecordActivity { date: day(26) };
            scene(&FakeHasher::default()).given(past).when(command.into()).then_expect_events(vec![]);
        }
    }
}
