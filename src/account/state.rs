//! What must be known of an account to decide about its next command, folded from its events.

use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};

use super::commands::AccountCommand;
use super::error::AccountError;
use super::event::AccountEvent;
use super::ports::AccountServices;
use crate::eventstore::personal::{Personal, Secret};

/// An account as its events left it. The default is an account nobody has registered yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    registered: bool,
    username: Personal<String>,
    email: Personal<String>,
    phone: Personal<String>,
    password_hash: Secret<String>,
    /// Digest of the one session that is valid.
    session_digest: Option<String>,
    /// Milliseconds since the epoch; 0 before the first login.
    login_time: i64,
}

impl Account {
    /// Whether somebody has registered it.
    #[must_use]
    pub const fn is_registered(&self) -> bool {
        self.registered
    }

    /// The name as its owner typed it, unless forgotten.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.username.get().map(String::as_str)
    }

    /// The address, unless forgotten.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.email.get().map(String::as_str)
    }

    /// The number, unless forgotten.
    #[must_use]
    pub fn phone(&self) -> Option<&str> {
        self.phone.get().map(String::as_str)
    }

    /// The password's hash, unless there is none (any more).
    #[must_use]
    pub fn password_hash(&self) -> Option<&str> {
        self.password_hash.get().map(String::as_str)
    }

    /// The digest of the session that is valid, if one is.
    #[must_use]
    pub fn session_digest(&self) -> Option<&str> {
        self.session_digest.as_deref()
    }

    /// When the owner last logged in, in milliseconds since the epoch; 0 before the first time.
    #[must_use]
    pub const fn login_time(&self) -> i64 {
        self.login_time
    }
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Error = AccountError;
    type Services = AccountServices;

    async fn handle(
        &mut self,
        command: AccountCommand,
        services: &AccountServices,
        sink: &EventSink<Self>,
    ) -> Result<(), AccountError> {
        for event in command.decide(self, services).await? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Registered { username, username_key: _, email, phone, password_hash } => {
                *self = Self { registered: true, username, email, phone, password_hash, ..Self::default() };
            }
            AccountEvent::LoggedIn { session_digest, login_time, user_agent: _ } => {
                self.session_digest = Some(session_digest);
                self.login_time = login_time;
            }
            AccountEvent::LoggedOut { session_digest } => {
                self.session_digest.take_if(|current| *current == session_digest);
            }
            AccountEvent::PasswordRehashed { password_hash } => self.password_hash = password_hash,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{logged_in, registered};

    #[test]
    fn the_events_of_a_life_leave_the_latest_of_everything() {
        let mut account = Account::default();
        assert!(!account.is_registered());
        account.apply(registered());
        assert_eq!(
            (account.username(), account.email(), account.phone()),
            (Some("ZhangSan"), Some("san@example.com"), Some("+8613800138000"))
        );
        assert_eq!((account.session_digest(), account.login_time()), (None, 0));
        account.apply(logged_in("d1", 5));
        account.apply(logged_in("d2", 9));
        account.apply(AccountEvent::LoggedOut { session_digest: "d1".to_owned() });
        assert_eq!((account.session_digest(), account.login_time()), (Some("d2"), 9));
        account.apply(AccountEvent::LoggedOut { session_digest: "d2".to_owned() });
        assert_eq!(account.session_digest(), None);
        account.apply(AccountEvent::PasswordRehashed {
            password_hash: Secret::new("password", "new".to_owned()),
        });
        assert_eq!(account.password_hash(), Some("new"));
        let stored = serde_json::to_string(&account).unwrap();
        assert_eq!(serde_json::from_str::<Account>(&stored).unwrap(), account);
    }

    #[test]
    fn a_state_stored_by_older_code_reads_with_defaults() {
        assert_eq!(serde_json::from_str::<Account>("{}").unwrap(), Account::default());
    }
}
