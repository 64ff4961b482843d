//! Reset a forgotten password: prove a code, not logged in, and choose another; every session ends.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change_password::{hash_for, new_password};
use super::confirm_verification::judge;
use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::ports::PasswordHasher;
use crate::account::state::Account;
use crate::account::values::{Code, Password, Purpose};
use crate::fields::{FieldError, Fields};

/// The body of `POST /password-resets/{id}/confirm`.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct ResetPasswordRequest {
    /// The six digits that were sent.
    #[schema(required, nullable = false)]
    pub code: Option<String>,
    /// 8–128 characters of any kind, not a common password. `passwd1` is another name of it.
    #[serde(alias = "passwd1")]
    #[schema(required, nullable = false, format = "password", min_length = 8, max_length = 128)]
    pub password: Option<String>,
    /// The password again. `passwd2` is another name of it.
    #[serde(alias = "passwd2")]
    #[schema(required, nullable = false, format = "password")]
    pub password_confirmation: Option<String>,
}

impl ResetPasswordRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// One entry for every wrong field.
    pub fn parse(self) -> Result<(Code, Password), Vec<FieldError>> {
        let mut fields = Fields::default();
        let code = fields.read("code", self.code.as_deref(), Code::parse);
        let password =
            new_password(&mut fields, self.password.as_deref(), self.password_confirmation.as_deref());
        code.zip(password).ok_or_else(|| fields.into_errors())
    }
}

/// The command. A wrong code is no refusal but an event, since it must be counted.
#[derive(Clone, PartialEq, Eq)]
pub struct ResetPassword {
    /// The code's id.
    pub reset_id: Uuid,
    /// What was typed.
    pub code: Code,
    /// The new password.
    pub password: Password,
    /// The present instant.
    pub now: DateTime<Utc>,
}

opaque_debug!(ResetPasswordRequest, ResetPassword);

impl ResetPassword {
    pub(super) async fn decide(
        &self,
        state: &Account,
        hasher: &dyn PasswordHasher,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let judged = judge(state, Purpose::ResetPassword, self.reset_id, &self.code, self.now)?;
        Ok(vec![match judged {
            Ok(channel) => AccountEvent::PasswordReset {
                verification_id: self.reset_id,
                channel,
                password_hash: hash_for(state, &self.password, hasher).await?,
            },
            Err(wrong) => wrong,
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, at, logged_in, registered, requested, scene};
    use crate::account::{Channel, Login};
    use crate::eventstore::personal::Secret;

    const ID: Uuid = Uuid::from_u128(1);

    fn reset(code: &str) -> ResetPassword {
        let code = Code::parse(code).unwrap();
        ResetPassword { reset_id: ID, code, password: Password::new("a better one"), now: at(1) }
    }

    fn past() -> Vec<AccountEvent> {
        vec![registered(), logged_in("d1", 5), requested(ID, Purpose::ResetPassword, Channel::Email, at(0))]
    }

    fn was_reset() -> AccountEvent {
        AccountEvent::PasswordReset {
            verification_id: ID,
            channel: Channel::Email,
            password_hash: Secret::new("password", "plain:a better one".to_owned()),
        }
    }

    #[test]
    fn the_right_code_resets_the_password_and_the_old_one_is_worth_nothing() {
        scene(&FakeHasher::default())
            .given(past())
            .when(reset("123456").into())
            .then_expect_events(vec![was_reset()]);
        let login = Login {
            password: Password::new("right"),
            session_digest: "d2".to_owned(),
            now: at(2),
            user_agent: None,
        };
        scene(&FakeHasher::default())
            .given([past(), vec![was_reset()]].concat())
            .when(login.into())
            .then_expect_error(AccountError::InvalidCredentials);
    }

    #[test]
    fn a_wrong_code_is_counted_and_a_used_one_is_over() {
        let failed = AccountEvent::VerificationFailed {
            verification_id: ID,
            channel: Channel::Email,
            purpose: Purpose::ResetPassword,
            failures: 1,
        };
        scene(&FakeHasher::default())
            .given(past())
            .when(reset("654321").into())
            .then_expect_events(vec![failed]);
        scene(&FakeHasher::default())
            .given([past(), vec![was_reset()]].concat())
            .when(reset("123456").into())
            .then_expect_error(AccountError::CodeExpired);
    }
}
