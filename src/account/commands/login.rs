//! Log in: prove the password, get a new session, end the one before.
//!
//! A wrong password and an account that does not exist get the same answer after the same work.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::ports::PasswordHasher;
use crate::account::state::Account;
use crate::account::values::Password;
use crate::eventstore::personal::{Personal, Secret};
use crate::fields::{FieldCode, FieldError};

/// The most that is kept of what a client calls itself.
const USER_AGENT_CHARS: usize = 256;

/// The body of `POST /login`.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct LoginRequest {
    /// The username, the email or the phone.
    #[schema(required, nullable = false)]
    pub username: Option<String>,
    /// The password. `passwd` is another name of it.
    #[serde(alias = "passwd")]
    #[schema(required, nullable = false, format = "password")]
    pub password: Option<String>,
    /// The captcha that was shown, when one was asked for.
    pub captcha_id: Option<String>,
    /// What the person read in it.
    pub captcha_answer: Option<String>,
}

/// A request that can be acted on. Its username may still be no name at all: that is answered like
/// an account that does not exist.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginAttempt {
    /// The username, the email or the phone, as typed.
    pub identifier: String,
    /// The password, as received.
    pub password: Password,
    /// The captcha's id and the answer to it, when both came.
    pub captcha: Option<(String, String)>,
}

impl LoginRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// `required` for the username and the password when missing. An empty one is merely wrong.
    pub fn parse(self) -> Result<LoginAttempt, Vec<FieldError>> {
        let captcha = self.captcha_id.zip(self.captcha_answer);
        let missing = [("username", self.username.is_none()), ("password", self.password.is_none())];
        let (Some(identifier), Some(password)) = (self.username, self.password) else {
            let missing = missing.into_iter().filter(|(_, is_missing)| *is_missing);
            return Err(missing.map(|(field, _)| FieldError { field, code: FieldCode::Required }).collect());
        };
        Ok(LoginAttempt { identifier, password: Password::new(password), captcha })
    }
}

/// The command. For a name that belongs to no account it is asked of a stream that does not exist.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The password as received.
    pub password: Password,
    /// SHA-256 of the new session's token, in hex.
    pub session_digest: String,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

opaque_debug!(LoginRequest, LoginAttempt, Login);

impl Login {
    pub(super) async fn decide(
        &self,
        state: &Account,
        hasher: &dyn PasswordHasher,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        // No hash (no account, or one that was forgotten) and an over-long password take the same path.
        let phc = state.password_hash().filter(|_| !self.password.is_over_long());
        let verdict = hasher.verify(phc, &self.password).await?;
        if phc.is_none() || !verdict.matches {
            return Err(AccountError::InvalidCredentials);
        }
        let mut events = Vec::new();
        // Hashing anew can wait for a quieter login: failing to must not keep the owner out.
        if verdict.outdated
            && let Ok(phc) = hasher.hash(&self.password).await
        {
            events.push(AccountEvent::PasswordRehashed {
                password_hash: Secret::new(AccountEvent::PASSWORD_SLOT, phc),
            });
        }
        events.push(logged_in(state, &self.session_digest, self.now, self.user_agent.as_deref()));
        Ok(events)
    }
}

/// The event of a new session, which ends the one before.
pub(super) fn logged_in(
    state: &Account,
    session_digest: &str,
    now: DateTime<Utc>,
    user_agent: Option<&str>,
) -> AccountEvent {
    AccountEvent::LoggedIn {
        session_digest: session_digest.to_owned(),
        // Two logins in one millisecond, or a clock set back, must still tell older from newer.
        login_time: now.timestamp_millis().max(state.login_time().saturating_add(1)),
        user_agent: user_agent.map(|name| Personal::new(name.chars().take(USER_AGENT_CHARS).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, logged_in, registered, registered_with, scene};
    use crate::account::{AccountCommand, HashError};
    use serde_json::json;

    fn login(password: &str, millis: i64) -> AccountCommand {
        Login {
            password: Password::new(password),
            session_digest: "d9".to_owned(),
            now: DateTime::from_timestamp_millis(millis).unwrap(),
            user_agent: Some("curl/8".to_owned()),
        }
        .into()
    }

    #[test]
    fn the_right_password_gets_a_session() {
        let hasher = FakeHasher::default();
        scene(&hasher)
            .given(vec![registered()])
            .when(login("right", 1_000))
            .then_expect_events(vec![logged_in("d9", 1_000)]);
        assert_eq!(hasher.work(), 1);
    }

    #[test]
    fn every_login_is_later_than_the_one_before() {
        for (now, login_time) in [(999, 1_001), (1_000, 1_001), (1_001, 1_001), (5_000, 5_000)] {
            let past = vec![registered(), logged_in("d1", 1_000)];
            scene(&FakeHasher::default())
                .given(past)
                .when(login("right", now))
                .then_expect_events(vec![logged_in("d9", login_time)]);
        }
    }

    #[test]
    fn a_wrong_password_an_empty_one_an_over_long_one_and_no_account_cost_and_answer_the_same() {
        let over_long = "x".repeat(2_000);
        let cases = [
            (vec![registered()], "wrong"),
            (vec![registered()], ""),
            (vec![], "right"),
            (vec![], ""),
            (vec![registered_with(&format!("plain:{over_long}"))], over_long.as_str()),
        ];
        for (past, password) in cases {
            let hasher = FakeHasher::default();
            scene(&hasher)
                .given(past)
                .when(login(password, 1_000))
                .then_expect_error(AccountError::InvalidCredentials);
            assert_eq!(hasher.work(), 1);
        }
    }

    #[test]
    fn an_outdated_hash_is_replaced_by_the_login_that_proves_it() {
        let rehashed = AccountEvent::PasswordRehashed {
            password_hash: Secret::new("password", "plain:right".to_owned()),
        };
        let past = vec![registered_with("old:right")];
        scene(&FakeHasher::default())
            .given(past.clone())
            .when(login("right", 7))
            .then_expect_events(vec![rehashed, logged_in("d9", 7)]);
        scene(&FakeHasher::default())
            .given(past.clone())
            .when(login("wrong", 7))
            .then_expect_error(AccountError::InvalidCredentials);
        let busy = FakeHasher { hash_fails: Some(HashError::Overloaded), ..FakeHasher::default() };
        scene(&busy).given(past).when(login("right", 7)).then_expect_events(vec![logged_in("d9", 7)]);
    }

    #[test]
    fn a_busy_or_broken_hasher_is_told_apart_from_wrong_credentials() {
        for (failure, error) in [
            (HashError::Overloaded, AccountError::Overloaded),
            (HashError::Failed, AccountError::HashingFailed),
        ] {
            for past in [vec![registered()], vec![]] {
                let hasher = FakeHasher { verify_fails: Some(failure), ..FakeHasher::default() };
                scene(&hasher).given(past).when(login("right", 7)).then_expect_error(error.clone());
            }
        }
    }

    #[test]
    fn a_request_needs_a_username_and_a_password() {
        let parse = |body| serde_json::from_value::<LoginRequest>(body).unwrap().parse();
        let required = |field| FieldError { field, code: FieldCode::Required };
        assert_eq!(parse(json!({})), Err(vec![required("username"), required("password")]));
        assert_eq!(parse(json!({"username": "x"})), Err(vec![required("password")]));
        let attempt =
            parse(json!({"username": "x", "passwd": "", "captcha_id": "c", "captcha_answer": "a"})).unwrap();
        assert_eq!(attempt.captcha, Some(("c".to_owned(), "a".to_owned())));
        assert_eq!(attempt.password, Password::new(""));
        assert!(!format!("{attempt:?} {:?}", login("right", 1)).contains("right"));
    }
}
