//! What must be known of an account to decide about its next command, folded from its events.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};

use super::codes::Codes;
use super::commands::AccountCommand;
use super::error::AccountError;
use super::event::AccountEvent;
use super::ports::AccountServices;
use super::values::{Channel, Purpose, Role};
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
    codes: Codes,
    verified: BTreeSet<Channel>,
    avatar: Option<Personal<String>>,
    roles: BTreeSet<Role>,
    /// The last local day on which the owner was there.
    active_on: Option<NaiveDate>,
    /// The person is forgotten: nothing can be asked of the account any more.
    erased: bool,
}

impl Account {
    /// Whether somebody has registered it, and is not forgotten.
    #[must_use]
    pub const fn is_registered(&self) -> bool {
        self.registered && !self.erased
    }

    /// Whether there ever was anybody: a stream that held one person is never given to another.
    #[must_use]
    pub const fn was_registered(&self) -> bool {
        self.registered
    }

    /// Forgets codes that are worth nothing any more.
    pub(super) fn forget_expired(&mut self, now: DateTime<Utc>) {
        self.codes.forget_expired(now);
    }

    /// Nothing can be asked of an account that nobody has.
    pub(super) const fn exists(&self) -> Result<(), AccountError> {
        if self.is_registered() { Ok(()) } else { Err(AccountError::NotRegistered) }
    }

    /// The codes it has out.
    #[must_use]
    pub const fn codes(&self) -> &Codes {
        &self.codes
    }

    /// Where a code goes by this channel, unless forgotten.
    #[must_use]
    pub fn contact(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Email => self.email(),
            Channel::Sms => self.phone(),
        }
    }

    /// Whether the owner proved to hold the contact of this channel.
    #[must_use]
    pub fn is_verified(&self, channel: Channel) -> bool {
        self.verified.contains(&channel)
    }

    /// The name under which the picture is kept, if there is one.
    #[must_use]
    pub fn avatar(&self) -> Option<&str> {
        self.avatar.as_ref()?.get().map(String::as_str)
    }

    /// The roles it holds.
    #[must_use]
    pub const fn roles(&self) -> &BTreeSet<Role> {
        &self.roles
    }

    /// The last local day on which the owner was there, as far as that was recorded.
    #[must_use]
    pub const fn active_on(&self) -> Option<NaiveDate> {
        self.active_on
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
            AccountEvent::Registered { username, username_key: _, email, phone, password_hash, date: _ } => {
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
            AccountEvent::VerificationRequested {
                verification_id,
                channel,
                purpose,
                destination: _,
                code,
                requested_at,
                expires_at,
            } => self.codes.sent((verification_id, purpose, channel), code, (requested_at, expires_at)),
            AccountEvent::VerificationSent { verification_id } => self.codes.delivered(verification_id),
            AccountEvent::VerificationFailed { verification_id: _, channel, purpose, failures } => {
                self.codes.failed(purpose, channel, failures);
            }
            AccountEvent::ContactVerified { verification_id: _, channel } => {
                self.codes.used(Purpose::VerifyContact, channel);
                self.verified.insert(channel);
            }
            AccountEvent::PasswordChanged { verification_id: _, channel: _, password_hash } => {
                self.codes.password_is_another();
                self.password_hash = password_hash;
            }
            AccountEvent::PasswordReset { verification_id: _, channel: _, password_hash } => {
                self.codes.password_is_another();
                self.password_hash = password_hash;
                self.session_digest = None;
            }
            AccountEvent::AvatarChanged { avatar } => self.avatar = Some(avatar),
            AccountEvent::AvatarRemoved {} => self.avatar = None,
            AccountEvent::Active { date } => self.active_on = Some(date),
            AccountEvent::RoleGranted { role } => {
                self.roles.insert(role);
            }
            AccountEvent::RoleRevoked { role } => {
                self.roles.remove(&role);
            }
            AccountEvent::Erased {} => *self = Self { registered: true, erased: true, ..Self::default() },
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
