//! What the tests of every command share: a past, and a hasher that can be looked into.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::{
    Account, AccountEvent, AccountServices, Channel, HashError, Password, PasswordHasher, Pending, Purpose,
    Verdict, codes,
};
use crate::eventstore::personal::{Personal, Secret};

/// Hashes to `plain:<password>`, knows `old:<password>` as outdated, and counts its work.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeHasher {
    /// How many times it verified.
    pub(crate) verified: Arc<AtomicUsize>,
    /// What verifying fails with.
    pub(crate) verify_fails: Option<HashError>,
    /// What hashing fails with.
    pub(crate) hash_fails: Option<HashError>,
}

impl FakeHasher {
    /// How many times it verified.
    pub(crate) fn work(&self) -> usize {
        self.verified.load(Ordering::SeqCst)
    }
}

impl PasswordHasher for FakeHasher {
    fn hash<'a>(&'a self, password: &'a Password) -> Pending<'a, String> {
        let plain = String::from_utf8_lossy(password.as_bytes());
        let result = self.hash_fails.map_or_else(|| Ok(format!("plain:{plain}")), Err);
        Box::pin(async { result })
    }

    fn verify<'a>(&'a self, phc: Option<&'a str>, password: &'a Password) -> Pending<'a, Verdict> {
        self.verified.fetch_add(1, Ordering::SeqCst);
        let (kind, stored) = phc.and_then(|phc| phc.split_once(':')).unzip();
        let verdict = Verdict {
            matches: stored.is_some_and(|stored| stored.as_bytes() == password.as_bytes()),
            outdated: kind == Some("old"),
        };
        let result = self.verify_fails.map_or(Ok(verdict), Err);
        Box::pin(async move { result })
    }
}

/// The start of a given/when/then.
pub(crate) fn scene(hasher: &FakeHasher) -> TestFramework<Account> {
    TestFramework::with(AccountServices { hasher: Arc::new(hasher.clone()) })
}

/// Zhang San registered with the password `right`.
pub(crate) fn registered() -> AccountEvent {
    registered_with("plain:right")
}

/// Zhang San registered, his password hashed as given.
pub(crate) fn registered_with(phc: &str) -> AccountEvent {
    let personal = |value: &str| Personal::new(value.to_owned());
    AccountEvent::Registered {
        username: personal("ZhangSan"),
        username_key: personal("zhangsan"),
        email: personal("san@example.com"),
        phone: personal("+8613800138000"),
        password_hash: Secret::new("password", phc.to_owned()),
        date: None,
    }
}

/// A login by curl.
pub(crate) fn logged_in(session_digest: &str, login_time: i64) -> AccountEvent {
    AccountEvent::LoggedIn {
        session_digest: session_digest.to_owned(),
        login_time,
        user_agent: Some(Personal::new("curl/8".to_owned())),
    }
}

/// The code 123456 on its way, asked for at this instant.
pub(crate) fn requested(
    verification_id: Uuid,
    purpose: Purpose,
    channel: Channel,
    at: DateTime<Utc>,
) -> AccountEvent {
    let destination = if channel == Channel::Email { "san@example.com" } else { "+8613800138000" };
    AccountEvent::VerificationRequested {
        verification_id,
        channel,
        purpose,
        destination: Personal::new(destination.to_owned()),
        code: Secret::new(&codes::slot(purpose, channel), "123456".to_owned()),
        requested_at: at,
        expires_at: at + codes::LIFETIME,
    }
}

/// An instant, in seconds.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}
