//! Log out: end the session. Ending one that is over is no error and leaves no trace.

use crate::account::event::AccountEvent;
use crate::account::state::Account;

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// SHA-256 of the session's token, in hex.
    pub session_digest: String,
}

impl Logout {
    pub(super) fn decide(&self, state: &Account) -> Vec<AccountEvent> {
        let is_current = state.session_digest() == Some(self.session_digest.as_str());
        is_current
            .then(|| AccountEvent::LoggedOut { session_digest: self.session_digest.clone() })
            .into_iter()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, logged_in, registered, scene};

    fn logged_out(session_digest: &str) -> AccountEvent {
        AccountEvent::LoggedOut { session_digest: session_digest.to_owned() }
    }

    #[test]
    fn the_current_session_ends() {
        let past = vec![registered(), logged_in("d1", 5)];
        let command = Logout { session_digest: "d1".to_owned() };
        scene(&FakeHasher::default())
            .given(past)
            .when(command.into())
            .then_expect_events(vec![logged_out("d1")]);
    }

    #[test]
    fn a_session_that_is_over_or_never_was_ends_without_an_event() {
        for past in [
            vec![],
            vec![registered()],
            vec![registered(), logged_in("d1", 5), logged_out("d1")],
            vec![registered(), logged_in("d1", 5), logged_in("d2", 6)],
        ] {
            let command = Logout { session_digest: "d1".to_owned() };
            scene(&FakeHasher::default()).given(past).when(command.into()).then_expect_events(vec![]);
        }
    }
}
