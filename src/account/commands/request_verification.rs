//! Request a verification: have a code sent to one's own email or phone, for one purpose.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::codes;
use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::state::Account;
use crate::account::values::{Channel, Code, Purpose};
use crate::eventstore::personal::{Personal, Secret};
use crate::fields::{FieldCode, FieldError, Fields};

/// The body of `POST /me/verifications`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct VerificationRequest {
    /// `email` or `sms`.
    #[schema(required, nullable = false, value_type = Channel)]
    pub channel: Option<String>,
    /// `verify_contact` or `change_password`.
    #[schema(required, nullable = false, pattern = "^(verify_contact|change_password)$")]
    pub purpose: Option<String>,
}

impl VerificationRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// `required` for what is missing, `unknown` for a name that there is not.
    pub fn parse(self) -> Result<(Channel, Purpose), Vec<FieldError>> {
        let mut fields = Fields::default();
        let channel = fields.read("channel", self.channel.as_deref(), parse_channel);
        let purpose = fields.read("purpose", self.purpose.as_deref(), |name| {
            // Resetting is for who is not logged in, and has a request of its own.
            [Purpose::VerifyContact, Purpose::ChangePassword]
                .into_iter()
                .find(|purpose| purpose.as_str() == name)
                .ok_or(FieldCode::Unknown)
        });
        channel.zip(purpose).ok_or_else(|| fields.into_errors())
    }
}

/// The channel that a request names.
pub(super) fn parse_channel(name: &str) -> Result<Channel, FieldCode> {
    Channel::parse(name).ok_or(FieldCode::Unknown)
}

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestVerification {
    /// The new code's id.
    pub verification_id: Uuid,
    /// How it goes.
    pub channel: Channel,
    /// What it is for.
    pub purpose: Purpose,
    /// The new code.
    pub code: Code,
    /// The present instant.
    pub now: DateTime<Utc>,
}

impl RequestVerification {
    pub(super) fn decide(&self, state: &Account) -> Result<Vec<AccountEvent>, AccountError> {
        state.exists()?;
        let Self { verification_id, channel, purpose, code, now } = self;
        state.codes().may_send(*purpose, *channel, *now)?;
        let destination = state.contact(*channel).ok_or(AccountError::NotRegistered)?;
        Ok(vec![AccountEvent::VerificationRequested {
            verification_id: *verification_id,
            channel: *channel,
            purpose: *purpose,
            destination: Personal::new(destination.to_owned()),
            code: Secret::new(&codes::slot(*purpose, *channel), code.as_str().to_owned()),
            requested_at: *now,
            expires_at: *now + codes::LIFETIME,
        }])
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::account::testing::{FakeHasher, at, registered, requested, scene};
    use serde_json::json;

    fn request(id: u128, purpose: Purpose, channel: Channel, seconds: i64) -> RequestVerification {
        let code = Code::parse("123456").unwrap();
        RequestVerification { verification_id: Uuid::from_u128(id), channel, purpose, code, now: at(seconds) }
    }

    fn sent(id: u128, purpose: Purpose, channel: Channel, seconds: i64) -> AccountEvent {
        requested(Uuid::from_u128(id), purpose, channel, at(seconds))
    }

    #[test]
    fn a_code_goes_to_the_contact_of_its_channel() {
        for channel in [Channel::Email, Channel::Sms] {
            scene(&FakeHasher::default())
                .given(vec![registered()])
                .when(request(1, Purpose::VerifyContact, channel, 0).into())
                .then_expect_events(vec![sent(1, Purpose::VerifyContact, channel, 0)]);
        }
    }

    #[test]
    fn a_minute_lies_between_two_codes_of_a_channel_whatever_they_are_for() {
        let past = vec![registered(), sent(1, Purpose::VerifyContact, Channel::Email, 0)];
        let wait = Duration::from_secs(1);
        scene(&FakeHasher::default())
            .given(past.clone())
            .when(request(2, Purpose::ChangePassword, Channel::Email, 59).into())
            .then_expect_error(AccountError::ResendTooSoon { wait });
        for (channel, seconds) in [(Channel::Email, 60), (Channel::Sms, 1)] {
            scene(&FakeHasher::default())
                .given(past.clone())
                .when(request(2, Purpose::ChangePassword, channel, seconds).into())
                .then_expect_events(vec![sent(2, Purpose::ChangePassword, channel, seconds)]);
        }
    }

    #[test]
    fn ten_codes_a_day_and_channel_are_enough() {
        let mut past = vec![registered()];
        past.extend(
            (0..10_u8)
                .map(|nth| sent(u128::from(nth), Purpose::VerifyContact, Channel::Sms, i64::from(nth) * 100)),
        );
        let wait = Duration::from_secs(24 * 3600 - 1_000);
        scene(&FakeHasher::default())
            .given(past.clone())
            .when(request(11, Purpose::VerifyContact, Channel::Sms, 1_000).into())
            .then_expect_error(AccountError::TooManySends { wait });
        for (channel, seconds) in [(Channel::Email, 1_000), (Channel::Sms, 24 * 3600)] {
            scene(&FakeHasher::default())
                .given(past.clone())
                .when(request(11, Purpose::VerifyContact, channel, seconds).into())
                .then_expect_events(vec![sent(11, Purpose::VerifyContact, channel, seconds)]);
        }
    }

    #[test]
    fn a_clock_that_was_ahead_for_a_while_locks_nobody_out() {
        let past = vec![registered(), sent(1, Purpose::VerifyContact, Channel::Sms, 1_000_000)];
        scene(&FakeHasher::default())
            .given(past)
            .when(request(2, Purpose::VerifyContact, Channel::Sms, 0).into())
            .then_expect_events(vec![sent(2, Purpose::VerifyContact, Channel::Sms, 0)]);
    }

    #[test]
    fn nobody_and_the_forgotten_get_no_code() {
        for past in [vec![], vec![registered(), AccountEvent::Erased {}]] {
            scene(&FakeHasher::default())
                .given(past)
                .when(request(1, Purpose::VerifyContact, Channel::Sms, 0).into())
                .then_expect_error(AccountError::NotRegistered);
        }
    }

    #[test]
    fn a_request_names_a_channel_and_a_purpose() {
        let parse = |body| serde_json::from_value::<VerificationRequest>(body).unwrap().parse();
        assert_eq!(
            parse(json!({"channel": "sms", "purpose": "change_password"})),
            Ok((Channel::Sms, Purpose::ChangePassword))
        );
        let wrong = |field, code| FieldError { field, code };
        assert_eq!(
            parse(json!({"channel": "pigeon"})),
            Err(vec![wrong("channel", FieldCode::Unknown), wrong("purpose", FieldCode::Required)])
        );
        assert_eq!(
            parse(json!({"channel": "email", "purpose": "reset_password"})),
            Err(vec![wrong("purpose", FieldCode::Unknown)])
        );
    }
}
