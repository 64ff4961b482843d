//! Reveal: record that somebody is about to be shown what is personal here, before it is shown.

use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::state::Account;
use crate::account::values::Shown;

/// The command. Who is to see it is in the metadata, as for every command. Every time is recorded anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// In which answer.
    pub shown: Shown,
    /// Places in the log: of the events to be shown, or after which the state is.
    pub positions: Vec<i64>,
}

impl Reveal {
    pub(super) fn decide(&self, state: &Account) -> Result<Vec<AccountEvent>, AccountError> {
        // Of somebody who is forgotten, or never was, there is nothing to show.
        state.exists()?;
        let Self { shown, positions } = self.clone();
        Ok(vec![AccountEvent::Revealed { shown, positions }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, registered, scene};

    #[test]
    fn every_look_is_recorded_while_there_is_somebody_to_be_seen() {
        let positions = vec![3, 9];
        let command = Reveal { shown: Shown::State, positions: positions.clone() };
        let revealed = AccountEvent::Revealed { shown: Shown::State, positions };
        for past in [vec![registered()], vec![registered(), revealed.clone()]] {
            scene(&FakeHasher::default())
                .given(past)
                .when(command.clone().into())
                .then_expect_events(vec![revealed.clone()]);
        }
        for past in [vec![], vec![registered(), AccountEvent::Erased {}]] {
            scene(&FakeHasher::default())
                .given(past)
                .when(command.clone().into())
                .then_expect_error(AccountError::NotRegistered);
        }
    }
}
