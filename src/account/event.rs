//! What can happen to an account, as it is written into the log for ever.
//!
//! A stored name is never given another meaning. A field may be added with a default; any other change
//! is a new version and an upcaster.

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::codes;
use super::error::TakenField;
use super::values::{Channel, Purpose, Role};
use crate::eventstore::DestroyedKeys;
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
        /// The local day on which it was; unknown before version 2.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date: Option<NaiveDate>,
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
    /// A code was made for the owner; a reactor delivers it.
    #[serde(rename = "account.verification_requested")]
    VerificationRequested {
        /// By which the code is spoken of.
        verification_id: Uuid,
        /// How it goes.
        channel: Channel,
        /// What it is for.
        purpose: Purpose,
        /// The address or number it goes to.
        destination: Personal<String>,
        /// The six digits.
        code: Secret<String>,
        /// When it was asked for.
        requested_at: DateTime<Utc>,
        /// From when on it is worth nothing.
        expires_at: DateTime<Utc>,
    },
    /// The code was handed over to whoever carries it.
    #[serde(rename = "account.verification_sent")]
    VerificationSent {
        /// The code's id.
        verification_id: Uuid,
    },
    /// Somebody typed another code than the one that was sent.
    #[serde(rename = "account.verification_failed")]
    VerificationFailed {
        /// The code's id.
        verification_id: Uuid,
        /// How the code went.
        channel: Channel,
        /// What it is for.
        purpose: Purpose,
        /// For the how many-th time.
        failures: u8,
    },
    /// The owner proved to read the address or to hold the number.
    #[serde(rename = "account.contact_verified")]
    ContactVerified {
        /// The code's id.
        verification_id: Uuid,
        /// Which of the two contacts.
        channel: Channel,
    },
    /// The owner, logged in, proved a code and chose another password.
    #[serde(rename = "account.password_changed")]
    PasswordChanged {
        /// The code's id.
        verification_id: Uuid,
        /// How the code went.
        channel: Channel,
        /// The new password's hash as a PHC string.
        password_hash: Secret<String>,
    },
    /// The owner had forgotten the password, proved a code and chose another; every session ends.
    #[serde(rename = "account.password_reset")]
    PasswordReset {
        /// The code's id.
        verification_id: Uuid,
        /// How the code went.
        channel: Channel,
        /// The new password's hash as a PHC string.
        password_hash: Secret<String>,
    },
    /// The owner chose another picture.
    #[serde(rename = "account.avatar_changed")]
    AvatarChanged {
        /// Under which name it is kept.
        avatar: Personal<String>,
    },
    /// The owner took the picture away.
    #[serde(rename = "account.avatar_removed")]
    AvatarRemoved {},
    /// The owner was there on a local day, for the first time that day.
    #[serde(rename = "account.active")]
    Active {
        /// The day; later than that of every such event before.
        date: NaiveDate,
    },
    /// The account may do more.
    #[serde(rename = "account.role_granted")]
    RoleGranted {
        /// The role.
        role: Role,
    },
    /// The account may do that no more.
    #[serde(rename = "account.role_revoked")]
    RoleRevoked {
        /// The role.
        role: Role,
    },
    /// The person is forgotten: keys, claims and read models are gone with this event.
    #[serde(rename = "account.erased")]
    Erased {},
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
            Self::Erased {} => vec![ClaimChange::ReleaseAll],
            _ => Vec::new(),
        }
    }

    /// The keys that this event destroys: of a code that was used or used up, and of the person who is forgotten.
    #[must_use]
    pub fn destroyed_keys(&self) -> Vec<DestroyedKeys> {
        let code = |purpose, channel| vec![DestroyedKeys::Slot(codes::slot(purpose, channel))];
        match self {
            Self::ContactVerified { channel, .. } => code(Purpose::VerifyContact, *channel),
            // Whoever still holds a code for it must not choose the next one.
            Self::PasswordChanged { .. } | Self::PasswordReset { .. } => codes::OF_PASSWORDS
                .into_iter()
                .flat_map(|(purpose, channel)| code(purpose, channel))
                .collect(),
            Self::VerificationFailed { purpose, channel, failures, .. } if *failures >= codes::TRIES => {
                code(*purpose, *channel)
            }
            Self::Erased {} => vec![DestroyedKeys::All],
            _ => Vec::new(),
        }
    }

    /// How many tries are left, where these events say that a code was wrong.
    #[must_use]
    pub fn tries_left(events: &[Self]) -> Option<u8> {
        events.iter().find_map(|event| match event {
            Self::VerificationFailed { failures, .. } => Some(codes::TRIES.saturating_sub(*failures)),
            _ => None,
        })
    }

    /// The name under which the event is stored.
    #[must_use]
    pub const fn stored_name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "account.registered",
            Self::LoggedIn { .. } => "account.logged_in",
            Self::LoggedOut { .. } => "account.logged_out",
            Self::PasswordRehashed { .. } => "account.password_rehashed",
            Self::VerificationRequested { .. } => "account.verification_requested",
            Self::VerificationSent { .. } => "account.verification_sent",
            Self::VerificationFailed { .. } => "account.verification_failed",
            Self::ContactVerified { .. } => "account.contact_verified",
            Self::PasswordChanged { .. } => "account.password_changed",
            Self::PasswordReset { .. } => "account.password_reset",
            Self::AvatarChanged { .. } => "account.avatar_changed",
            Self::AvatarRemoved {} => "account.avatar_removed",
            Self::Active { .. } => "account.active",
            Self::RoleGranted { .. } => "account.role_granted",
            Self::RoleRevoked { .. } => "account.role_revoked",
            Self::Erased {} => "account.erased",
        }
    }
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        self.stored_name().to_owned()
    }

    fn event_version(&self) -> String {
        match self {
            // 2: with the local day.
            Self::Registered { .. } => "2".to_owned(),
            _ => "1".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{logged_in, registered, requested};
    use serde_json::json;

    fn all() -> Vec<AccountEvent> {
        let session_digest = "d1".to_owned();
        let password_hash = || Secret::new(AccountEvent::PASSWORD_SLOT, "new".to_owned());
        let (verification_id, channel, purpose) = (Uuid::nil(), Channel::Sms, Purpose::VerifyContact);
        vec![
            registered(),
            logged_in("d1", 7),
            AccountEvent::LoggedOut { session_digest },
            AccountEvent::PasswordRehashed { password_hash: password_hash() },
            requested(verification_id, purpose, channel, DateTime::UNIX_EPOCH),
            AccountEvent::VerificationSent { verification_id },
            AccountEvent::VerificationFailed { verification_id, channel, purpose, failures: 5 },
            AccountEvent::ContactVerified { verification_id, channel },
            AccountEvent::PasswordChanged { verification_id, channel, password_hash: password_hash() },
            AccountEvent::PasswordReset { verification_id, channel, password_hash: password_hash() },
            AccountEvent::AvatarChanged { avatar: Personal::new("a/b".to_owned()) },
            AccountEvent::AvatarRemoved {},
            AccountEvent::Active { date: NaiveDate::from_ymd_opt(2026, 11, 26).unwrap() },
            AccountEvent::RoleGranted { role: Role::Auditor },
            AccountEvent::RoleRevoked { role: Role::Auditor },
            AccountEvent::Erased {},
        ]
    }

    #[test]
    fn the_stored_form_carries_the_stored_name_and_reads_back() {
        for event in all() {
            let stored = serde_json::to_value(&event).unwrap();
            assert_eq!(stored.get("type").unwrap(), event.event_type().as_str());
            let version = if matches!(event, AccountEvent::Registered { .. }) { "2" } else { "1" };
            assert_eq!(event.event_version(), version);
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
        let later: Vec<_> = all().iter().skip(1).flat_map(AccountEvent::claims).collect();
        assert_eq!(later, [ClaimChange::ReleaseAll]);
    }

    #[test]
    fn what_is_used_up_loses_its_key_and_who_is_forgotten_all_of_them() {
        let destroyed: Vec<_> = all().iter().flat_map(AccountEvent::destroyed_keys).collect();
        let slot = |name: &str| DestroyedKeys::Slot(name.to_owned());
        let of_passwords = [
            "brief.change_password.email",
            "brief.change_password.sms",
            "brief.reset_password.email",
            "brief.reset_password.sms",
        ];
        assert_eq!(
            destroyed,
            [slot("brief.verify_contact.sms"), slot("brief.verify_contact.sms"),]
                .into_iter()
                .chain((0..2).flat_map(|_| of_passwords.map(slot)))
                .chain([DestroyedKeys::All])
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn debug_shows_nobody() {
        let shown = format!("{:?}", all()).replace("Changed", "");
        assert!(!["hang", "san@", "138", "right"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }
}
