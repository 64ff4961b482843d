//! Remove the avatar. Where there is none, nothing happens.

use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::state::Account;

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoveAvatar;

impl RemoveAvatar {
    #[expect(clippy::unused_self, reason = "decided like every other command")]
    pub(super) fn decide(self, state: &Account) -> Result<Vec<AccountEvent>, AccountError> {
        state.exists()?;
        Ok(state.avatar().map(|_| AccountEvent::AvatarRemoved {}).into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, registered, scene};
    use crate::eventstore::personal::Personal;

    #[test]
    fn a_picture_is_removed_once() {
        let changed = AccountEvent::AvatarChanged { avatar: Personal::new("a/1".to_owned()) };
        for (past, events) in [
            (vec![registered()], vec![]),
            (vec![registered(), changed.clone()], vec![AccountEvent::AvatarRemoved {}]),
            (vec![registered(), changed, AccountEvent::AvatarRemoved {}], vec![]),
        ] {
            scene(&FakeHasher::default()).given(past).when(RemoveAvatar.into()).then_expect_events(events);
        }
    }
}
