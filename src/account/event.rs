//! What can happen to an account, as it is written into the log for ever.
//!
//! A stored name is never given another meaning. A field may be added with a default; any other change
//! is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::error::TakenField;
use crate::eventstore::claims::ClaimChange;
use crate::eventstore::personal::{Personal, Secret};

/// Something that happened to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum AccountEvent {
    /// Somebody opened the account.
    #[serde(rename = "account.registered")]
    Registered {
        /// The name as its owner typed it, in NFKC.
        username: Personal<String>,
        /// What the name is compared by: NFKC and case folding.
        username_key: Personal<String>,
        /// The address in lower case.
        email: Personal<String>,
        /// The number as E.164.
        phone: Personal<String>,
        /// The password's hash as a PHC string.
        password_hash: Secret<String>,
    },
    /// The owner proved the password and got a new session; any older one ends.
    #[serde(rename = "account.logged_in")]
    LoggedIn {
        /// SHA-256 of the session's token, in hex.
        session_digest: String,
        /// Milliseconds since the epoch; later than that of every login before.
        login_time: i64,
        /// What the client called itself, if it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_agent: Option<Personal<String>>,
    },
    /// The owner ended the session.
    #[serde(rename = "account.logged_out")]
    LoggedOut {
        /// The session that ended.
        session_digest: String,
    },
    /// The same password, hashed the way new ones are.
    #[serde(rename = "account.password_rehashed")]
    PasswordRehashed {
        /// The hash as a PHC string.
        password_hash: Secret<String>,
    },
}

impl AccountEvent {
    /// The slot of the password's hash: a newer one destroys the key of the one before.
    pub const PASSWORD_SLOT: &'static str = "password";

    /// What this event does to the unique values the account holds.
    #[must_use]
    pub fn claims(&self) -> Vec<ClaimChange> {
        match self {
            Self::Registered { username_key, email, phone, .. } => {
                let held = [
                    (TakenField::Username, username_key),
                    (TakenField::Email, email),
                    (TakenField::Phone, phone),
                ];
                let known = held.into_iter().filter_map(|(field, value)| Some((field, value.get()?)));
                known.map(|(field, value)| ClaimChange::take(field.as_str(), value)).collect()
            }
            Self::LoggedIn { .. } | Self::LoggedOut { .. } | Self::PasswordRehashed { .. } => Vec::new(),
        }
    }

    /// The name under which the event is stored.
    #[must_use]
    pub const fn stored_name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "account.registered",
            Self::LoggedIn { .. } => "account.logged_in",
            Self::LoggedOut { .. } => "account.logged_out",
            Self::PasswordRehashed { .. } => "account.password_rehashed",
        }
    }
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        self.stored_name().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{logged_in, registered};
    use serde_json::json;

    fn all() -> Vec<AccountEvent> {
        let session_digest = "d1".to_owned();
        let password_hash = Secret::new(AccountEvent::PASSWORD_SLOT, "new".to_owned());
        vec![
            registered(),
            logged_in("d1", 7),
            AccountEvent::LoggedOut { session_digest },
            AccountEvent::PasswordRehashed { password_hash },
        ]
    }

    #[test]
    fn the_stored_form_carries_the_stored_name_and_reads_back() {
        for event in all() {
            let stored = serde_json::to_value(&event).unwrap();
            assert_eq!(stored.get("type").unwrap(), event.event_type().as_str());
            assert_eq!(event.event_version(), "1");
            assert_eq!(serde_json::from_value::<AccountEvent>(stored).unwrap(), event);
        }
    }

    #[test]
    fn an_erased_account_still_reads_and_claims_nothing() {
        let erased = json!({"$erased": true});
        let stored = json!({"type": "account.registered", "username": erased, "username_key": erased, "email": erased,
            "phone": {"$sealed": "k.x"}, "password_hash": {"$slot": "password", "$erased": true}});
        let event: AccountEvent = serde_json::from_value(stored).unwrap();
        assert_eq!(event.claims(), []);
    }

    #[test]
    fn registering_takes_the_three_values_as_they_are_compared() {
        let taken =
            ["username", "email", "phone"].into_iter().zip(["zhangsan", "san@example.com", "+8613800138000"]);
        assert_eq!(
            registered().claims(),
            taken.map(|(kind, value)| ClaimChange::take(kind, value)).collect::<Vec<_>>()
        );
        assert!(all().iter().skip(1).all(|event| event.claims().is_empty()));
    }

    #[test]
    fn debug_shows_nobody() {
        let shown = format!("{:?}", all());
        assert!(!["hang", "san@", "138", "right"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }
}
