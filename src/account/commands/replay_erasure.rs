//! Replay an erasure: a backup that was restored knows somebody who has left since. Nobody proves a password; that
//! was done when the person left. Of whom the account knows nothing, or has forgotten all, nothing is recorded.

use crate::account::event::AccountEvent;
use crate::account::state::Account;

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayErasure;

impl ReplayErasure {
    #[expect(clippy::unused_self, reason = "decided like every other command")]
    pub(super) fn decide(self, state: &Account) -> Vec<AccountEvent> {
        state.is_registered().then_some(AccountEvent::Erased {}).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, logged_in, registered, scene};

    #[test]
    fn whoever_is_back_is_forgotten_once_more_and_nobody_else_is() {
        for (past, events) in [
            (vec![registered(), logged_in("d1", 5)], vec![AccountEvent::Erased {}]),
            (vec![registered(), AccountEvent::Erased {}], vec![]),
            (vec![], vec![]),
        ] {
            let hasher = FakeHasher::default();
            scene(&hasher).given(past).when(ReplayErasure.into()).then_expect_events(events);
            assert_eq!(hasher.work(), 0, "no password is asked for");
        }
    }
}
