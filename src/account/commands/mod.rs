//! What can be asked of an account: one file a command, with its request, its decision and its tests.

mod login;
mod logout;
mod register;

pub use login::{Login, LoginAttempt, LoginRequest};
pub use logout::Logout;
pub use register::{Register, RegisterRequest, Registration};

use super::error::AccountError;
use super::event::AccountEvent;
use super::ports::AccountServices;
use super::state::Account;

/// Everything that can be asked of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountCommand {
    /// Open the account.
    Register(Register),
    /// Prove the password and get a session.
    Login(Login),
    /// End the session.
    Logout(Logout),
}

impl AccountCommand {
    /// What happens if this is asked of `state`.
    pub(super) async fn decide(
        &self,
        state: &Account,
        services: &AccountServices,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        match self {
            Self::Register(command) => command.decide(state),
            Self::Login(command) => command.decide(state, services.hasher.as_ref()).await,
            Self::Logout(command) => Ok(command.decide(state)),
        }
    }
}

impl From<Register> for AccountCommand {
    fn from(command: Register) -> Self {
        Self::Register(command)
    }
}

impl From<Login> for AccountCommand {
    fn from(command: Login) -> Self {
        Self::Login(command)
    }
}

impl From<Logout> for AccountCommand {
    fn from(command: Logout) -> Self {
        Self::Logout(command)
    }
}
