//! Change the password: prove a code, choose another password, get a new session; every other one ends.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::confirm_verification::judge;
use super::login::logged_in;
use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::ports::PasswordHasher;
use crate::account::state::Account;
use crate::account::values::{Code, Email, Password, Purpose, Username};
use crate::eventstore::personal::Secret;
use crate::fields::{FieldCode, FieldError, Fields};

/// The body of `PUT /me/password`.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct ChangePasswordRequest {
    /// The code's id.
    #[schema(required, nullable = false, value_type = Uuid)]
    pub verification_id: Option<String>,
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

opaque_debug!(ChangePasswordRequest);

impl ChangePasswordRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// One entry for every wrong field. Whether the password holds the owner's name is asked later, since
    /// that is told to the owner only.
    pub fn parse(self) -> Result<(Uuid, Code, Password), Vec<FieldError>> {
        let mut fields = Fields::default();
        let id = fields.read("verification_id", self.verification_id.as_deref(), |id| {
            Uuid::parse_str(id).map_err(|_| FieldCode::InvalidFormat)
        });
        let code = fields.read("code", self.code.as_deref(), Code::parse);
        let password =
            new_password(&mut fields, self.password.as_deref(), self.password_confirmation.as_deref());
        let read = || Some((id?, code?, password?));
        read().ok_or_else(|| fields.into_errors())
    }
}

/// Reads a new password and its repetition.
pub(super) fn new_password(
    fields: &mut Fields,
    password: Option<&str>,
    confirmation: Option<&str>,
) -> Option<Password> {
    let first = password.filter(|password| !password.is_empty());
    let read = fields.read("password", first, |received| {
        let password = Password::new(received);
        password.check(None, None).map(|()| password)
    });
    let again = fields.read("password_confirmation", confirmation, |again| {
        // Without a password there is nothing to differ from, and that it is missing is told already.
        if first.is_some_and(|first| first != again) { Err(FieldCode::Mismatch) } else { Ok(()) }
    });
    again.and(read)
}

/// The hash of a new password that does not hold its owner's name or address.
pub(super) async fn hash_for(
    state: &Account,
    password: &Password,
    hasher: &dyn PasswordHasher,
) -> Result<Secret<String>, AccountError> {
    let username = state.username().and_then(|name| Username::parse(name).ok());
    let email = state.email().and_then(|address| Email::parse(address).ok());
    let wrong = |code| AccountError::Invalid(vec![FieldError { field: "password", code }]);
    password.check(username.as_ref(), email.as_ref()).map_err(wrong)?;
    Ok(Secret::new(AccountEvent::PASSWORD_SLOT, hasher.hash(password).await?))
}

/// The command. A wrong code is no refusal but an event, since it must be counted.
#[derive(Clone, PartialEq, Eq)]
pub struct ChangePassword {
    /// The code's id.
    pub verification_id: Uuid,
    /// What was typed.
    pub code: Code,
    /// The new password.
    pub password: Password,
    /// SHA-256 of the new session's token, in hex.
    pub session_digest: String,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

opaque_debug!(ChangePassword);

impl ChangePassword {
    pub(super) async fn decide(
        &self,
        state: &Account,
        hasher: &dyn PasswordHasher,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        let judged = judge(state, Purpose::ChangePassword, self.verification_id, &self.code, self.now)?;
        let channel = match judged {
            Ok(channel) => channel,
            Err(wrong) => return Ok(vec![wrong]),
        };
        let password_hash = hash_for(state, &self.password, hasher).await?;
        let verification_id = self.verification_id;
        Ok(vec![
            AccountEvent::PasswordChanged { verification_id, channel, password_hash },
            logged_in(state, &self.session_digest, self.now, self.user_agent.as_deref()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, at, logged_in, registered, requested, scene};
    use crate::account::{Channel, HashError};
    use serde_json::json;

    const ID: Uuid = Uuid::from_u128(1);

    fn change(code: &str, password: &str) -> ChangePassword {
        ChangePassword {
            verification_id: ID,
            code: Code::parse(code).unwrap(),
            password: Password::new(password),
            session_digest: "d9".to_owned(),
            now: at(1),
            user_agent: Some("curl/8".to_owned()),
        }
    }

    fn past(purpose: Purpose) -> Vec<AccountEvent> {
        vec![registered(), logged_in("d1", 5), requested(ID, purpose, Channel::Sms, at(0))]
    }

    #[test]
    fn the_right_code_changes_the_password_and_renews_the_session_in_one() {
        let changed = AccountEvent::PasswordChanged {
            verification_id: ID,
            channel: Channel::Sms,
            password_hash: Secret::new("password", "plain:a better one".to_owned()),
        };
        scene(&FakeHasher::default())
            .given(past(Purpose::ChangePassword))
            .when(change("123456", "a better one").into())
            .then_expect_events(vec![changed, logged_in("d9", at(1).timestamp_millis())]);
    }

    #[test]
    fn a_wrong_code_is_counted_and_changes_nothing() {
        let failed = AccountEvent::VerificationFailed {
            verification_id: ID,
            channel: Channel::Sms,
            purpose: Purpose::ChangePassword,
            failures: 1,
        };
        scene(&FakeHasher::default())
            .given(past(Purpose::ChangePassword))
            .when(change("654321", "a better one").into())
            .then_expect_events(vec![failed]);
        scene(&FakeHasher::default())
            .given(past(Purpose::VerifyContact))
            .when(change("123456", "a better one").into())
            .then_expect_error(AccountError::UnknownVerification);
    }

    #[test]
    fn a_password_that_holds_the_owner_s_name_is_refused_and_the_code_stays() {
        let field = FieldError { field: "password", code: FieldCode::CommonPassword };
        scene(&FakeHasher::default())
            .given(past(Purpose::ChangePassword))
            .when(change("123456", "zhangsan and more").into())
            .then_expect_error(AccountError::Invalid(vec![field]));
        let busy = FakeHasher { hash_fails: Some(HashError::Overloaded), ..FakeHasher::default() };
        scene(&busy)
            .given(past(Purpose::ChangePassword))
            .when(change("123456", "a better one").into())
            .then_expect_error(AccountError::Overloaded);
    }

    #[test]
    fn everything_wrong_with_a_request_is_told_at_once() {
        let parse = |body| {
            let parsed = serde_json::from_value::<ChangePasswordRequest>(body).unwrap().parse();
            parsed.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        };
        assert_eq!(
            parse(json!({})).unwrap_err(),
            "verification_id required, code required, password required, password_confirmation required"
        );
        let wrong = json!({"verification_id": "x", "code": "1", "passwd1": "short", "passwd2": "other"});
        assert_eq!(
            parse(wrong).unwrap_err(),
            "verification_id invalid_format, code invalid_format, password too_short, password_confirmation mismatch"
        );
        let right = json!({"verification_id": ID, "code": "123 456", "passwd1": "a better one", "passwd2": "a better one"});
        assert_eq!(parse(right).unwrap().0, ID);
    }
}
