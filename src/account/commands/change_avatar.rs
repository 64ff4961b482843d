//! Change the avatar: say under which name the new picture, already drawn and kept, is found.

use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::state::Account;
use crate::eventstore::personal::Personal;

/// The command. Choosing the picture one has leaves no trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeAvatar {
    /// The name under which the picture is kept.
    pub avatar: String,
}

impl ChangeAvatar {
    pub(super) fn decide(&self, state: &Account) -> Result<Vec<AccountEvent>, AccountError> {
        state.exists()?;
        if state.avatar() == Some(self.avatar.as_str()) {
            return Ok(Vec::new());
        }
        Ok(vec![AccountEvent::AvatarChanged { avatar: Personal::new(self.avatar.clone()) }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, registered, scene};

    #[test]
    fn another_picture_is_an_event_and_the_same_one_is_none() {
        let command = |name: &str| ChangeAvatar { avatar: name.to_owned() };
        let changed = |name: &str| AccountEvent::AvatarChanged { avatar: Personal::new(name.to_owned()) };
        for (past, events) in [
            (vec![registered()], vec![changed("a/1")]),
            (vec![registered(), changed("a/1")], vec![]),
            (vec![registered(), changed("a/2")], vec![changed("a/1")]),
            (vec![registered(), changed("a/1"), AccountEvent::AvatarRemoved {}], vec![changed("a/1")]),
        ] {
            scene(&FakeHasher::default()).given(past).when(command("a/1").into()).then_expect_events(events);
        }
        scene(&FakeHasher::default())
            .given(vec![registered(), AccountEvent::Erased {}])
            .when(command("a/1").into())
            .then_expect_error(AccountError::NotRegistered);
    }
}
