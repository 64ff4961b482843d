//! What can be asked of an account: one file a command, with its request, its decision and its tests.

mod change_avatar;
mod change_password;
mod confirm_verification;
mod erase_account;
mod grant_role;
mod login;
mod logout;
mod record_activity;
mod record_verification_sent;
mod register;
mod remove_avatar;
mod replay_erasure;
mod request_password_reset;
mod request_verification;
mod reset_password;
mod revoke_role;

pub use change_avatar::ChangeAvatar;
pub use change_password::{ChangePassword, ChangePasswordRequest};
pub use confirm_verification::{ConfirmRequest, ConfirmVerification};
pub use erase_account::{EraseAccount, EraseRequest};
pub use grant_role::GrantRole;
pub use login::{Login, LoginAttempt, LoginRequest};
pub use logout::Logout;
pub use record_activity::RecordActivity;
pub use record_verification_sent::RecordVerificationSent;
pub use register::{Register, RegisterRequest, Registration};
pub use remove_avatar::RemoveAvatar;
pub use replay_erasure::ReplayErasure;
pub use request_password_reset::{RequestPasswordReset, ResetAttempt, ResetRequest};
pub use request_verification::{RequestVerification, VerificationRequest};
pub use reset_password::{ResetPassword, ResetPasswordRequest};
pub use revoke_role::RevokeRole;

use super::error::AccountError;
use super::event::AccountEvent;
use super::ports::AccountServices;
use super::state::Account;

commands! {
    /// Everything that can be asked of an account.
    pub enum AccountCommand {
        /// Have another picture.
        ChangeAvatar,
        /// Choose another password, logged in.
        ChangePassword,
        /// Type the code that was sent.
        ConfirmVerification,
        /// Be forgotten.
        EraseAccount,
        /// Let the account do more.
        GrantRole,
        /// Prove the password and get a session.
        Login,
        /// End the session.
        Logout,
        /// Be counted for a day.
        RecordActivity,
        /// Report that a code is on its way.
        RecordVerificationSent,
        /// Open the account.
        Register,
        /// Have no picture any more.
        RemoveAvatar,
        /// Be forgotten once more, after a restore.
        ReplayErasure,
        /// Have a code sent, not logged in.
        RequestPasswordReset,
        /// Have a code sent.
        RequestVerification,
        /// Choose another password, not logged in.
        ResetPassword,
        /// Let the account do less.
        RevokeRole,
    }
}

impl AccountCommand {
    /// What happens if this is asked of `state`.
    pub(super) async fn decide(
        &self,
        state: &Account,
        services: &AccountServices,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let hasher = services.hasher.as_ref();
        match self {
            Self::ChangeAvatar(command) => command.decide(state),
            Self::ChangePassword(command) => command.decide(state, hasher).await,
            Self::ConfirmVerification(command) => command.decide(state),
            Self::EraseAccount(command) => command.decide(state, hasher).await,
            Self::GrantRole(command) => command.decide(state),
            Self::Login(command) => command.decide(state, hasher).await,
            Self::Logout(command) => Ok(command.decide(state)),
            Self::RecordActivity(command) => Ok(command.decide(state)),
            Self::RecordVerificationSent(command) => Ok(command.decide(state)),
            Self::Register(command) => command.decide(state),
            Self::RemoveAvatar(command) => command.decide(state),
            Self::ReplayErasure(command) => Ok(command.decide(state)),
            Self::RequestPasswordReset(command) => command.decide(state),
            Self::RequestVerification(command) => command.decide(state),
            Self::ResetPassword(command) => command.decide(state, hasher).await,
            Self::RevokeRole(command) => command.decide(state),
        }
    }
}
