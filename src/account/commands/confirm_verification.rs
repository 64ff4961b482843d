//! Confirm a verification: type the code that was sent, and the contact counts as one's own.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::codes::Try;
use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::state::Account;
use crate::account::values::{Code, Purpose};
use crate::fields::{FieldError, Fields};

/// The body of `POST /me/verifications/{id}/confirm`.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct ConfirmRequest {
    /// The six digits that were sent.
    #[schema(required, nullable = false)]
    pub code: Option<String>,
}

opaque_debug!(ConfirmRequest);

impl ConfirmRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// `required`, or `invalid_format` for what is not six digits: that is no try.
    pub fn parse(self) -> Result<Code, Vec<FieldError>> {
        let mut fields = Fields::default();
        fields.read("code", self.code.as_deref(), Code::parse).ok_or_else(|| fields.into_errors())
    }
}

/// The command. A wrong code is no refusal but an event, since it must be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmVerification {
    /// The code's id.
    pub verification_id: Uuid,
    /// What was typed.
    pub code: Code,
    /// The present instant.
    pub now: DateTime<Utc>,
}

impl ConfirmVerification {
    pub(super) fn decide(&self, state: &Account) -> Result<Vec<AccountEvent>, AccountError> {
        let Self { verification_id, code, now } = self;
        let judged = judge(state, Purpose::VerifyContact, *verification_id, code, *now)?;
        Ok(vec![match judged {
            Ok(channel) => AccountEvent::ContactVerified { verification_id: *verification_id, channel },
            Err(wrong) => wrong,
        }])
    }
}

/// What comes of a guess: the channel by which the right code went, or the event that counts a wrong one.
pub(super) fn judge(
    state: &Account,
    purpose: Purpose,
    verification_id: Uuid,
    guess: &Code,
    now: DateTime<Utc>,
) -> Result<Result<crate::account::Channel, AccountEvent>, AccountError> {
    state.exists()?;
    Ok(match state.codes().judge(purpose, verification_id, guess, now)? {
        Try::Right(channel) => Ok(channel),
        Try::Wrong(channel, failures) => {
            Err(AccountEvent::VerificationFailed { verification_id, channel, purpose, failures })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, at, registered, requested, scene};
    use crate::account::{Channel, FieldCode};
    use serde_json::json;

    const ID: Uuid = Uuid::from_u128(1);

    fn confirm(id: Uuid, code: &str, seconds: i64) -> ConfirmVerification {
        ConfirmVerification { verification_id: id, code: Code::parse(code).unwrap(), now: at(seconds) }
    }

    fn failed(failures: u8) -> AccountEvent {
        let (channel, purpose) = (Channel::Email, Purpose::VerifyContact);
        AccountEvent::VerificationFailed { verification_id: ID, channel, purpose, failures }
    }

    fn sent() -> Vec<AccountEvent> {
        vec![registered(), requested(ID, Purpose::VerifyContact, Channel::Email, at(0))]
    }

    #[test]
    fn the_right_code_verifies_the_contact_once() {
        let verified = AccountEvent::ContactVerified { verification_id: ID, channel: Channel::Email };
        scene(&FakeHasher::default())
            .given(sent())
            .when(confirm(ID, "123456", 599).into())
            .then_expect_events(vec![verified.clone()]);
        scene(&FakeHasher::default())
            .given([sent(), vec![verified]].concat())
            .when(confirm(ID, "123456", 599).into())
            .then_expect_error(AccountError::CodeExpired);
    }

    #[test]
    fn five_wrong_tries_are_counted_and_then_even_the_right_code_is_refused() {
        let mut past = sent();
        for failures in 1..=5 {
            scene(&FakeHasher::default())
                .given(past.clone())
                .when(confirm(ID, "654321", 1).into())
                .then_expect_events(vec![failed(failures)]);
            assert_eq!(AccountEvent::tries_left(&[failed(failures)]), Some(5 - failures));
            past.push(failed(failures));
        }
        let wait = std::time::Duration::from_secs(598);
        scene(&FakeHasher::default())
            .given(past)
            .when(confirm(ID, "123456", 2).into())
            .then_expect_error(AccountError::TooManyTries { wait });
    }

    #[test]
    fn an_old_a_replaced_an_unknown_and_another_purpose_s_code_are_told_apart() {
        let newer = requested(Uuid::from_u128(2), Purpose::VerifyContact, Channel::Email, at(60));
        let other = requested(ID, Purpose::ChangePassword, Channel::Email, at(0));
        for (past, id, seconds, error) in [
            (sent(), ID, 600, AccountError::CodeExpired),
            ([sent(), vec![newer]].concat(), ID, 61, AccountError::CodeExpired),
            (sent(), Uuid::from_u128(9), 1, AccountError::UnknownVerification),
            (vec![registered(), other], ID, 1, AccountError::UnknownVerification),
            (vec![], ID, 1, AccountError::NotRegistered),
        ] {
            scene(&FakeHasher::default())
                .given(past)
                .when(confirm(id, "123456", seconds).into())
                .then_expect_error(error);
        }
    }

    #[test]
    fn what_is_no_code_is_no_try() {
        let parse = |body| serde_json::from_value::<ConfirmRequest>(body).unwrap().parse();
        let wrong = |code| Err(vec![FieldError { field: "code", code }]);
        assert_eq!(parse(json!({})), wrong(FieldCode::Required));
        assert_eq!(parse(json!({"code": "12345"})), wrong(FieldCode::InvalidFormat));
        assert!(!format!("{:?}", parse(json!({"code": "123456"}))).contains('1'));
    }
}
