//! Revoke a role. Who does not hold it loses nothing, and nothing is recorded.

use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::state::Account;
use crate::account::values::Role;

/// The command. Who revokes is in the metadata, as for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokeRole {
    /// The role.
    pub role: Role,
}

impl RevokeRole {
    pub(super) fn decide(self, state: &Account) -> Result<Vec<AccountEvent>, AccountError> {
        state.exists()?;
        let is_held = state.roles().contains(&self.role);
        Ok(is_held.then_some(AccountEvent::RoleRevoked { role: self.role }).into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, registered, scene};

    #[test]
    fn a_role_is_revoked_once() {
        let command = RevokeRole { role: Role::Admin };
        let (granted, revoked) = (
            AccountEvent::RoleGranted { role: Role::Admin },
            AccountEvent::RoleRevoked { role: Role::Admin },
        );
        for (past, events) in [
            (vec![registered()], vec![]),
            (vec![registered(), granted.clone()], vec![revoked.clone()]),
            (vec![registered(), granted, revoked], vec![]),
        ] {
            scene(&FakeHasher::default()).given(past).when(command.into()).then_expect_events(events);
        }
    }
}
