//! Grant a role. Who holds it already goes on holding it, and nothing is recorded.

use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::state::Account;
use crate::account::values::Role;

/// The command. Who grants is in the metadata, as for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantRole {
    /// The role.
    pub role: Role,
}

impl GrantRole {
    pub(super) fn decide(self, state: &Account) -> Result<Vec<AccountEvent>, AccountError> {
        state.exists()?;
        let is_new = !state.roles().contains(&self.role);
        Ok(is_new.then_some(AccountEvent::RoleGranted { role: self.role }).into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, registered, scene};

    #[test]
    fn a_role_is_granted_once() {
        let command = GrantRole { role: Role::Auditor };
        let granted = |role| AccountEvent::RoleGranted { role };
        for (past, events) in [
            (vec![registered(), granted(Role::Admin)], vec![granted(Role::Auditor)]),
            (vec![registered(), granted(Role::Auditor)], vec![]),
        ] {
            scene(&FakeHasher::default()).given(past).when(command.into()).then_expect_events(events);
        }
        for past in [vec![], vec![registered(), AccountEvent::Erased {}]] {
            scene(&FakeHasher::default())
                .given(past)
                .when(command.into())
                .then_expect_error(AccountError::NotRegistered);
        }
    }
}
