//! The life of an account.
//!
//! An account begins when somebody **registers** a username, an email and a phone number that nobody
//! else holds; the three are claimed in the same transaction as the event that says so. Its owner
//! **logs in** by proving the password, and every login makes a new session that ends the one before:
//! one client at a time. When the password was hashed in an older way, the login that proves it also
//! records it **hashed anew**. **Logging out** ends the session, once; a second time nothing happens.
//!
//! The first time the owner is there on a local day, the account is **active** that day, once.
//!
//! By **codes** sent to the email or the phone ([`codes`]) the owner **verifies a contact**, **changes the
//! password** or, not logged in, **resets** it. The owner may have a picture and may hold **roles**, which
//! admins grant. In the end the account is **erased**: the person is forgotten, and only the facts remain.
//!
//! This room decides and does nothing else: no database, no HTTP, no clock. Time, ids and chance come
//! as values in the commands; hashing comes as a port. To add to the life of an account, write a file
//! in [`commands`](mod@commands), an event in [`AccountEvent`] and its effect in [`Account`].

pub mod codes;
pub mod commands;
mod error;
mod event;
mod ports;
mod state;
#[cfg(test)]
mod testing;
mod values;

pub use crate::fields::{FieldCode, FieldError};
pub use commands::{
    AccountCommand, ChangeAvatar, ChangePassword, ConfirmVerification, EraseAccount, GrantRole, Login,
    LoginAttempt, LoginRequest, Logout, RecordActivity, RecordVerificationSent, Register, RegisterRequest, Registration,
    RemoveAvatar, ReplayErasure, RequestPasswordReset, RequestVerification, ResetPassword, RevokeRole,
};
pub use error::{AccountError, TakenField};
pub use event::AccountEvent;
pub use ports::{AccountServices, HashError, PasswordHasher, Pending, Verdict};
pub use state::Account;
pub use values::{Channel, Code, Email, Identifier, Identity, Password, Phone, Purpose, Role, Username};

impl crate::eventstore::LoggedAggregate for Account {
    const STATE_VERSION: i32 = 2;

    fn claims(event: &AccountEvent) -> Vec<crate::eventstore::ClaimChange> {
        event.claims()
    }

    fn destroyed_keys(event: &AccountEvent) -> Vec<crate::eventstore::DestroyedKeys> {
        event.destroyed_keys()
    }

    fn forget_expired(&mut self, now: chrono::DateTime<chrono::Utc>) {
        Self::forget_expired(self, now);
    }

    fn claims_taken(kinds: &[String]) -> AccountError {
        AccountError::from_taken_claims(kinds)
    }
}
