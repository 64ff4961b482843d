//! Register: open an account under a name, an address and a number that nobody else holds.
//!
//! Whether they are free is not decided here: the event claims them, and the append refuses what is taken.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::account::error::AccountError;
use crate::account::event::AccountEvent;
use crate::account::state::Account;
use crate::account::values::{Email, Identity, Password, Phone, Username};
use crate::eventstore::personal::{Personal, Secret};
use crate::fields::{FieldCode, FieldError, Fields};

/// The body of `POST /register`. Every field is required; missing ones are told together with wrong ones.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct RegisterRequest {
    /// 3–32 letters of any script, digits, `_` and `-`.
    #[schema(required, nullable = false, min_length = 3, max_length = 32)]
    pub username: Option<String>,
    /// One address.
    #[schema(required, nullable = false, format = "email", max_length = 254)]
    pub email: Option<String>,
    /// A mobile number; `+86` when no country is given.
    #[schema(required, nullable = false)]
    pub phone: Option<String>,
    /// 8–128 characters of any kind, not a common password. `passwd1` is another name of it.
    #[serde(alias = "passwd1")]
    #[schema(required, nullable = false, format = "password", min_length = 8, max_length = 128)]
    pub password: Option<String>,
    /// The password again. `passwd2` is another name of it.
    #[serde(alias = "passwd2")]
    #[schema(required, nullable = false, format = "password")]
    pub password_confirmation: Option<String>,
    /// The captcha that was shown.
    #[schema(required, nullable = false)]
    pub captcha_id: Option<String>,
    /// What the person read in it.
    #[schema(required, nullable = false)]
    pub captcha_answer: Option<String>,
}

/// A request that can be acted on once the captcha's answer proves right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Whom the account is for.
    pub identity: Identity,
    /// The password, good enough for this name and address; to be hashed.
    pub password: Password,
    /// The captcha that was shown.
    pub captcha_id: String,
    /// What the person read in it.
    pub captcha_answer: String,
}

impl RegisterRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// One entry for every wrong field, all at once, in the order of the fields.
    pub fn parse(self) -> Result<Registration, Vec<FieldError>> {
        let mut fields = Fields::default();
        let username = fields.read("username", self.username.as_deref(), Username::parse);
        let email = fields.read("email", self.email.as_deref(), Email::parse);
        let phone = fields.read("phone", self.phone.as_deref(), Phone::parse);
        let first = self.password.as_deref().filter(|password| !password.is_empty());
        let password = fields.read("password", first, |received| {
            let password = Password::new(received);
            password.check(username.as_ref(), email.as_ref()).map(|()| password)
        });
        let again = fields.read("password_confirmation", self.password_confirmation.as_deref(), |again| {
            // Without a password there is nothing to differ from, and that it is missing is told already.
            if first.is_some_and(|first| first != again) { Err(FieldCode::Mismatch) } else { Ok(()) }
        });
        let captcha_id = fields.read("captcha_id", self.captcha_id.as_deref(), |id| Ok(id.to_owned()));
        let captcha_answer =
            fields.read("captcha_answer", self.captcha_answer.as_deref(), |it| Ok(it.to_owned()));
        let read = || {
            let (identity, ()) = (Identity { username: username?, email: email?, phone: phone? }, again?);
            Some(Registration {
                identity,
                password: password?,
                captcha_id: captcha_id?,
                captcha_answer: captcha_answer?,
            })
        };
        read().ok_or_else(|| fields.into_errors())
    }
}

opaque_debug!(RegisterRequest);

/// The command: everything is read, the password is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    identity: Identity,
    password_hash: Secret<String>,
    date: Option<NaiveDate>,
}

impl Register {
    /// The command to register `identity` under a password's hash (a PHC string).
    #[must_use]
    pub fn new(identity: Identity, password_hash: String) -> Self {
        Self { identity, password_hash: Secret::new(AccountEvent::PASSWORD_SLOT, password_hash), date: None }
    }

    /// The same, on a local day: that by which it is counted.
    #[must_use]
    pub fn on(self, date: NaiveDate) -> Self {
        Self { date: Some(date), ..self }
    }

    pub(super) fn decide(&self, state: &Account) -> Result<Vec<AccountEvent>, AccountError> {
        if state.was_registered() {
            return Err(AccountError::AlreadyRegistered);
        }
        let Identity { username, email, phone } = &self.identity;
        Ok(vec![AccountEvent::Registered {
            username: Personal::new(username.as_str().to_owned()),
            username_key: Personal::new(username.key().to_owned()),
            email: Personal::new(email.as_str().to_owned()),
            phone: Personal::new(phone.as_str().to_owned()),
            password_hash: self.password_hash.clone(),
            date: self.date,
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, registered, scene};
    use serde_json::{Value, json};

    fn valid() -> Value {
        json!({"username": "ZhangSan", "email": "San@Example.com", "phone": "138 0013 8000", "password": "right horse battery",
            "password_confirmation": "right horse battery", "captcha_id": "c1", "captcha_answer": "aB3d"})
    }

    fn with(field: &str, value: Value) -> Value {
        let mut body = valid();
        body.as_object_mut().unwrap().insert(field.to_owned(), value);
        body
    }

    fn parse(body: Value) -> Result<Registration, Vec<(&'static str, &'static str)>> {
        let request: RegisterRequest = serde_json::from_value(body).unwrap();
        request
            .parse()
            .map_err(|errors| errors.into_iter().map(|error| (error.field, error.code.as_str())).collect())
    }

    fn command() -> Register {
        Register::new(parse(valid()).unwrap().identity, "plain:right".to_owned())
    }

    #[test]
    fn a_new_account_is_registered_under_normalised_values() {
        scene(&FakeHasher::default())
            .given_no_previous_events()
            .when(command().into())
            .then_expect_events(vec![registered()]);
    }

    #[test]
    fn the_local_day_stands_in_the_event() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        let mut expected = registered();
        if let AccountEvent::Registered { date, .. } = &mut expected {
            *date = Some(day);
        }
        scene(&FakeHasher::default())
            .given_no_previous_events()
            .when(command().on(day).into())
            .then_expect_events(vec![expected]);
    }

    #[test]
    fn an_account_is_registered_once() {
        let again = scene(&FakeHasher::default()).given(vec![registered()]).when(command().into());
        again.then_expect_error(AccountError::AlreadyRegistered);
    }

    #[test]
    fn the_old_names_of_the_passwords_are_understood() {
        let mut body = valid();
        let fields = body.as_object_mut().unwrap();
        for (new, old) in [("password", "passwd1"), ("password_confirmation", "passwd2")] {
            let value = fields.remove(new).unwrap();
            fields.insert(old.to_owned(), value);
        }
        assert_eq!(parse(body), parse(valid()));
    }

    #[test]
    fn every_missing_field_is_told_at_once() {
        let fields = [
            "username",
            "email",
            "phone",
            "password",
            "password_confirmation",
            "captcha_id",
            "captcha_answer",
        ];
        let all = Err(fields.map(|field| (field, "required")).to_vec());
        assert_eq!(parse(json!({})), all);
        for empty in [Value::Null, json!("")] {
            let body: serde_json::Map<_, _> =
                fields.map(|field| (field.to_owned(), empty.clone())).into_iter().collect();
            assert_eq!(parse(body.into()), all);
        }
    }

    #[test]
    fn every_wrong_field_is_told_at_once() {
        let body = json!({"username": "аdmin", "email": "x".repeat(255), "phone": "010-62551234", "password": "short",
            "password_confirmation": "other", "captcha_id": "c1", "captcha_answer": "x"});
        let errors = [
            ("username", "invalid_format"),
            ("email", "too_long"),
            ("phone", "invalid_format"),
            ("password", "too_short"),
            ("password_confirmation", "mismatch"),
        ];
        assert_eq!(parse(body), Err(errors.to_vec()));
    }

    #[test]
    fn each_field_has_its_own_refusals() {
        for (field, value, code) in [
            ("username", json!("ab"), "too_short"),
            ("username", json!("a".repeat(33)), "too_long"),
            ("email", json!("nobody"), "invalid_format"),
            ("phone", json!("12345"), "invalid_format"),
            ("password_confirmation", json!("right horse batterY"), "mismatch"),
        ] {
            assert_eq!(parse(with(field, value)), Err(vec![(field, code)]));
        }
        for (password, code) in [
            ("x".repeat(129), "too_long"),
            ("password".to_owned(), "common_password"),
            ("myZHANGSANpass".to_owned(), "common_password"),
        ] {
            let mut body = with("password", json!(password));
            body.as_object_mut().unwrap().insert("password_confirmation".to_owned(), json!(password));
            assert_eq!(parse(body), Err(vec![("password", code)]));
        }
    }

    #[test]
    fn debug_shows_nothing_of_the_request() {
        let request: RegisterRequest = serde_json::from_value(valid()).unwrap();
        let shown = format!("{request:?} {:?} {:?}", parse(valid()), command());
        assert!(!["Zhang", "San@", "138", "right"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }
}
