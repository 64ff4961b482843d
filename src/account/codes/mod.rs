//! The codes that an account has out: how many may be sent, which one counts, and how often it may be tried.
//!
//! A code is for one purpose and goes by one channel; a newer one of the same kind takes its place. It can be
//! used once, within ten minutes, and after five wrong tries not at all. The tries are counted by events of the
//! account's own stream, so that of many guesses at once no more than five are ever compared: each of them is
//! decided on the state that the one before left, or not at all.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::AccountError;
use super::values::{Channel, Code, Purpose};
use crate::eventstore::personal::Secret;
use crate::eventstore::seal::BRIEF;

/// How long a code can be used.
pub const LIFETIME: Duration = Duration::from_mins(10);
/// How long after a code the next one may be sent by the same channel.
pub const RESEND_AFTER: Duration = Duration::from_mins(1);
/// How many codes may be sent in 24 hours by the same channel.
pub const SENDS_A_DAY: usize = 10;
/// How many wrong tries a code survives less one.
pub const TRIES: u8 = 5;
/// The time in which sends are counted.
const DAY: Duration = Duration::from_hours(24);

/// The kinds of codes that let somebody choose another password.
pub(super) const OF_PASSWORDS: [(Purpose, Channel); 4] = [
    (Purpose::ChangePassword, Channel::Email),
    (Purpose::ChangePassword, Channel::Sms),
    (Purpose::ResetPassword, Channel::Email),
    (Purpose::ResetPassword, Channel::Sms),
];

/// The slot of a code's secret: its key dies when the code is used, replaced, used up or old.
#[must_use]
pub fn slot(purpose: Purpose, channel: Channel) -> String {
    format!("{BRIEF}{}.{}", purpose.as_str(), channel.as_str())
}

/// What a code's sending is counted under: its channel, and whether it was asked for by somebody logged in. Strangers
/// who ask to reset the password use up their own count and not the owner's.
fn counted(purpose: Purpose, channel: Channel) -> String {
    let who = if purpose == Purpose::ResetPassword { "anybody" } else { "owner" };
    format!("{who}.{}", channel.as_str())
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Try {
    /// It is the code, which went by this channel.
    Right(Channel),
    /// It is not, for this many times now; the code went by this channel.
    Wrong(Channel, u8),
}

/// The codes of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Codes {
    /// By slot: at most one of each kind.
    live: BTreeMap<String, LiveCode>,
    /// When which code was sent, by [`counted`]: those of the last day, oldest first.
    sent: BTreeMap<String, Vec<(DateTime<Utc>, Uuid)>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct LiveCode {
    id: Uuid,
    purpose: Purpose,
    channel: Channel,
    code: Secret<String>,
    expires_at: DateTime<Utc>,
    failures: u8,
    /// Whether it was handed over to whoever carries it.
    delivered: bool,
}

impl Codes {
    /// Whether another code may be sent now by `channel`.
    pub(super) fn may_send(
        &self,
        purpose: Purpose,
        channel: Channel,
        now: DateTime<Utc>,
    ) -> Result<(), AccountError> {
        let sent = self.sent.get(&counted(purpose, channel)).map_or(&[][..], Vec::as_slice);
        // What a clock says that was far ahead for a while must not lock the owner out until then.
        let known = || sent.iter().map(|(at, _)| *at).filter(|at| *at <= now + RESEND_AFTER);
        let until = |instant: DateTime<Utc>| (instant - now).to_std().unwrap_or_default();
        if let Some(last) = known().max().filter(|last| *last + RESEND_AFTER > now) {
            return Err(AccountError::ResendTooSoon { wait: until(last + RESEND_AFTER) });
        }
        let today: Vec<_> = known().filter(|at| *at + DAY > now).collect();
        match today.len().checked_sub(SENDS_A_DAY).and_then(|over| today.get(over)) {
            Some(oldest) => Err(AccountError::TooManySends { wait: until(*oldest + DAY) }),
            None => Ok(()),
        }
    }

    /// Compares a guess at the code with this id.
    pub(super) fn judge(
        &self,
        purpose: Purpose,
        id: Uuid,
        guess: &Code,
        now: DateTime<Utc>,
    ) -> Result<Try, AccountError> {
        let live = self.live.values().find(|live| live.id == id && live.purpose == purpose);
        let Some(live) = live else {
            // Of one that was used or replaced, its owner is told that; of one for something else, nothing.
            let of_another_kind = self.live.values().any(|live| live.id == id);
            let was_sent = self.sent.values().flatten().any(|(_, sent)| *sent == id);
            let known = was_sent && !of_another_kind;
            return Err(if known { AccountError::CodeExpired } else { AccountError::UnknownVerification });
        };
        if live.expires_at <= now {
            return Err(AccountError::CodeExpired);
        }
        if live.failures >= TRIES {
            let wait = (live.expires_at - now).to_std().unwrap_or_default();
            return Err(AccountError::TooManyTries { wait });
        }
        // That comparing takes a little longer for a good beginning tells nothing in five tries.
        match live.code.get() {
            Some(code) if code == guess.as_str() => Ok(Try::Right(live.channel)),
            Some(_) => Ok(Try::Wrong(live.channel, live.failures + 1)),
            None => Err(AccountError::CodeExpired),
        }
    }

    /// A code went out.
    pub(super) fn sent(
        &mut self,
        (id, purpose, channel): (Uuid, Purpose, Channel),
        code: Secret<String>,
        (at, expires_at): (DateTime<Utc>, DateTime<Utc>),
    ) {
        self.forget_expired(at);
        let live = LiveCode { id, purpose, channel, code, expires_at, failures: 0, delivered: false };
        self.live.insert(slot(purpose, channel), live);
        let sent = self.sent.entry(counted(purpose, channel)).or_default();
        sent.retain(|(earlier, _)| *earlier + TimeDelta::days(1) > at);
        sent.push((at, id));
    }

    /// The password is another one: whatever code could change it again is worth nothing.
    pub(super) fn password_is_another(&mut self) {
        for (purpose, channel) in OF_PASSWORDS {
            self.live.remove(&slot(purpose, channel));
        }
    }

    /// Time has passed: what is worth nothing any more need not be remembered.
    pub(super) fn forget_expired(&mut self, now: DateTime<Utc>) {
        self.live.retain(|_, live| live.expires_at > now);
    }

    /// Whether the code with this id is out and its delivery was not reported yet.
    pub(super) fn awaits_delivery(&self, id: Uuid) -> bool {
        self.live.values().any(|live| live.id == id && !live.delivered)
    }

    /// A code was handed over to whoever carries it.
    pub(super) fn delivered(&mut self, id: Uuid) {
        if let Some(live) = self.live.values_mut().find(|live| live.id == id) {
            live.delivered = true;
        }
    }

    /// A code was wrong for this many times; after the last one nothing of it is kept.
    pub(super) fn failed(&mut self, purpose: Purpose, channel: Channel, failures: u8) {
        if let Some(live) = self.live.get_mut(&slot(purpose, channel)) {
            live.failures = failures;
            if failures >= TRIES {
                live.code = Secret::default();
            }
        }
    }

    /// A code did what it was for.
    pub(super) fn used(&mut self, purpose: Purpose, channel: Channel) {
        self.live.remove(&slot(purpose, channel));
    }
}

#[cfg(test)]
mod tests;
