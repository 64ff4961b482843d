//! Request a password reset: have a code sent, not logged in, to the contact of an account one names.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::request_verification::{RequestVerification, parse_channel};
use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::state::Account;
use crate::account::values::{Channel, Code, Purpose};
use crate::fields::{FieldError, Fields};

/// The body of `POST /password-resets`.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct ResetRequest {
    /// The username, the email or the phone.
    #[schema(required, nullable = false)]
    pub identifier: Option<String>,
    /// `email` or `sms`.
    #[schema(required, nullable = false, value_type = Channel)]
    pub channel: Option<String>,
    /// The captcha that was shown.
    #[schema(required, nullable = false)]
    pub captcha_id: Option<String>,
    /// What the person read in it.
    #[schema(required, nullable = false)]
    pub captcha_answer: Option<String>,
}

/// A request that can be acted on once the captcha's answer proves right.
#[derive(Clone, PartialEq, Eq)]
pub struct ResetAttempt {
    /// The username, the email or the phone, as typed.
    pub identifier: String,
    /// How the code is to go.
    pub channel: Channel,
    /// The captcha that was shown.
    pub captcha_id: String,
    /// What the person read in it.
    pub captcha_answer: String,
}

opaque_debug!(ResetRequest, ResetAttempt);

impl ResetRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// One entry for every wrong field. An identifier that cannot be one is none of them: it is answered
    /// like one that belongs to nobody.
    pub fn parse(self) -> Result<ResetAttempt, Vec<FieldError>> {
        let mut fields = Fields::default();
        let owned = |text: &str| Ok(text.to_owned());
        let identifier = fields.read("identifier", self.identifier.as_deref(), owned);
        let channel = fields.read("channel", self.channel.as_deref(), parse_channel);
        let captcha_id = fields.read("captcha_id", self.captcha_id.as_deref(), owned);
        let captcha_answer = fields.read("captcha_answer", self.captcha_answer.as_deref(), owned);
        let read = || {
            Some(ResetAttempt {
                identifier: identifier?,
                channel: channel?,
                captcha_id: captcha_id?,
                captcha_answer: captcha_answer?,
            })
        };
        read().ok_or_else(|| fields.into_errors())
    }
}

/// The command. Its limits are apart from those of codes that the owner asks for: anybody can ask for this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPasswordReset {
    /// The new code's id.
    pub reset_id: Uuid,
    /// How it goes.
    pub channel: Channel,
    /// The new code.
    pub code: Code,
    /// The present instant.
    pub now: DateTime<Utc>,
}

impl RequestPasswordReset {
    pub(super) fn decide(&self, state: &Account) -> Result<Vec<AccountEvent>, AccountError> {
        let Self { reset_id, channel, code, now } = self.clone();
        let purpose = Purpose::ResetPassword;
        RequestVerification { verification_id: reset_id, channel, purpose, code, now }.decide(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::FieldCode;
    use crate::account::testing::{FakeHasher, at, registered, requested, scene};
    use serde_json::json;

    #[test]
    fn a_code_for_resetting_goes_out() {
        let command = RequestPasswordReset {
            reset_id: Uuid::from_u128(1),
            channel: Channel::Email,
            code: Code::parse("123456").unwrap(),
            now: at(0),
        };
        let event = requested(Uuid::from_u128(1), Purpose::ResetPassword, Channel::Email, at(0));
        scene(&FakeHasher::default())
            .given(vec![registered()])
            .when(command.clone().into())
            .then_expect_events(vec![event.clone()]);
        assert!(matches!(
            scene(&FakeHasher::default())
                .given(vec![registered(), event])
                .when(RequestPasswordReset { now: at(30), ..command }.into())
                .inspect_result(),
            Err(AccountError::ResendTooSoon { .. })
        ));
    }

    #[test]
    fn every_missing_field_is_told() {
        let parse = |body| serde_json::from_value::<ResetRequest>(body).unwrap().parse();
        let required = ["identifier", "channel", "captcha_id", "captcha_answer"]
            .map(|field| FieldError { field, code: FieldCode::Required });
        assert_eq!(parse(json!({})), Err(required.to_vec()));
        let body = json!({"identifier": "?", "channel": "email", "captcha_id": "c", "captcha_answer": "a"});
        assert_eq!(parse(body).unwrap().channel, Channel::Email);
    }
}
