//! Erase the account: prove the password once more, and be forgotten.
//!
//! The event destroys the person's keys, gives up the name, the address and the number, and empties the read
//! models, all in the append's own transaction. The log keeps what happened, and can tell about whom no more.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::ports::PasswordHasher;
use crate::account::state::Account;
use crate::account::values::Password;
use crate::fields::{FieldCode, FieldError};

/// The body of `DELETE /me`.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct EraseRequest {
    /// The password. `passwd` is another name of it.
    #[serde(alias = "passwd")]
    #[schema(required, nullable = false, format = "password")]
    pub password: Option<String>,
}

impl EraseRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// `required` when the password is missing. An empty one is merely wrong.
    pub fn parse(self) -> Result<Password, Vec<FieldError>> {
        let missing = || vec![FieldError { field: "password", code: FieldCode::Required }];
        self.password.map(Password::new).ok_or_else(missing)
    }
}

/// The command.
#[derive(Clone, PartialEq, Eq)]
pub struct EraseAccount {
    /// The password as received.
    pub password: Password,
}

opaque_debug!(EraseRequest, EraseAccount);

impl EraseAccount {
    pub(super) async fn decide(
        &self,
        state: &Account,
        hasher: &dyn PasswordHasher,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        state.exists()?;
        let phc = state.password_hash().filter(|_| !self.password.is_over_long());
        let verdict = hasher.verify(phc, &self.password).await?;
        if phc.is_none() || !verdict.matches {
            return Err(AccountError::InvalidCredentials);
        }
        Ok(vec![AccountEvent::Erased {}])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, logged_in, registered, scene};
    use crate::account::{Login, Register};
    use chrono::DateTime;

    fn erase(password: &str) -> EraseAccount {
        EraseAccount { password: Password::new(password) }
    }

    #[test]
    fn the_password_erases_and_a_wrong_one_does_not() {
        let past = vec![registered(), logged_in("d1", 5)];
        scene(&FakeHasher::default())
            .given(past.clone())
            .when(erase("right").into())
            .then_expect_events(vec![AccountEvent::Erased {}]);
        for wrong in ["wrong", "", &"x".repeat(2_000)] {
            scene(&FakeHasher::default())
                .given(past.clone())
                .when(erase(wrong).into())
                .then_expect_error(AccountError::InvalidCredentials);
        }
    }

    #[test]
    fn nothing_can_be_asked_of_who_is_forgotten() {
        let past = vec![registered(), AccountEvent::Erased {}];
        scene(&FakeHasher::default())
            .given(past.clone())
            .when(erase("right").into())
            .then_expect_error(AccountError::NotRegistered);
        let login = Login {
            password: Password::new("right"),
            session_digest: "d2".to_owned(),
            now: DateTime::UNIX_EPOCH,
            user_agent: None,
        };
        scene(&FakeHasher::default())
            .given(past.clone())
            .when(login.into())
            .then_expect_error(AccountError::InvalidCredentials);
        let identity = crate::account::Identity {
            username: crate::account::Username::parse("other").unwrap(),
            email: crate::account::Email::parse("other@example.com").unwrap(),
            phone: crate::account::Phone::parse("13800138001").unwrap(),
        };
        scene(&FakeHasher::default())
            .given(past)
            .when(Register::new(identity, "plain:x".to_owned()).into())
            .then_expect_error(AccountError::AlreadyRegistered);
    }

    #[test]
    fn a_request_needs_the_password() {
        let missing = EraseRequest::default().parse();
        assert_eq!(missing, Err(vec![FieldError { field: "password", code: FieldCode::Required }]));
    }
}
