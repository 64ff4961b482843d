//! How often one address may ask: a bucket for each kind of request, kept in this process.
//!
//! Limits that protect an account (wrong passwords) are not here but in the database, since they must
//! hold across instances.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use super::problem::Problem;

/// A kind of request with a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// Availability checks: one or two a field while a person types.
    Availability,
    /// New captchas and their images.
    Captcha,
    /// Registrations.
    Register,
    /// Logins.
    Login,
    /// Requests for a code, by somebody logged in.
    Code,
    /// Typed codes.
    Confirm,
    /// Requests to reset a password.
    Reset,
    /// Uploaded pictures, each of which is decoded.
    Avatar,
    /// Exports, each of which reads a whole history.
    Export,
    /// Looks behind the veil, each of which is recorded.
    Reveal,
    /// Requests with an `Idempotency-Key`, each of which writes a row.
    Keyed,
}

/// The limits per address.
#[derive(Debug)]
pub struct Limits {
    enforced: bool,
    availability: DefaultKeyedRateLimiter<IpAddr>,
    captcha: DefaultKeyedRateLimiter<IpAddr>,
    register: DefaultKeyedRateLimiter<IpAddr>,
    login: DefaultKeyedRateLimiter<IpAddr>,
    code: DefaultKeyedRateLimiter<IpAddr>,
    confirm: DefaultKeyedRateLimiter<IpAddr>,
    reset: DefaultKeyedRateLimiter<IpAddr>,
    avatar: DefaultKeyedRateLimiter<IpAddr>,
    export: DefaultKeyedRateLimiter<IpAddr>,
    reveal: DefaultKeyedRateLimiter<IpAddr>,
    keyed: DefaultKeyedRateLimiter<IpAddr>,
}

/// A bucket that holds `burst` requests and is refilled by `per_minute`.
fn bucket(per_minute: u32, burst: u32) -> DefaultKeyedRateLimiter<IpAddr> {
    let nonzero = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    DefaultKeyedRateLimiter::keyed(Quota::per_minute(nonzero(per_minute)).allow_burst(nonzero(burst)))
}

impl Limits {
    /// The limits, or none at all where `enforced` is false.
    #[must_use]
    pub fn new(enforced: bool) -> Self {
        Self {
            enforced,
            availability: bucket(120, 60),
            captcha: bucket(60, 40),
            register: bucket(20, 20),
            login: bucket(60, 30),
            code: bucket(30, 20),
            confirm: bucket(60, 30),
            reset: bucket(10, 10),
            avatar: bucket(20, 20),
            export: bucket(10, 10),
            reveal: bucket(30, 30),
            keyed: bucket(120, 60),
        }
    }

    fn of(&self, kind: Limited) -> &DefaultKeyedRateLimiter<IpAddr> {
        match kind {
            Limited::Availability => &self.availability,
            Limited::Captcha => &self.captcha,
            Limited::Register => &self.register,
            Limited::Login => &self.login,
            Limited::Code => &self.code,
            Limited::Confirm => &self.confirm,
            Limited::Reset => &self.reset,
            Limited::Avatar => &self.avatar,
            Limited::Export => &self.export,
            Limited::Reveal => &self.reveal,
            Limited::Keyed => &self.keyed,
        }
    }

    /// Takes one request of `kind` from the address's bucket.
    ///
    /// # Errors
    /// `too_many_requests` with the time until the next one is allowed.
    pub fn take(&self, kind: Limited, address: IpAddr) -> Result<(), Problem> {
        if !self.enforced {
            return Ok(());
        }
        self.of(kind).check_key(&address).map_err(|until| {
            metrics::counter!("rate_limited_total").increment(1);
            Problem::later("too_many_requests", until.wait_time_from(DefaultClock::default().now()))
        })
    }

    /// Forgets addresses whose buckets are full again.
    pub fn sweep(&self) {
        for kind in [
            Limited::Availability,
            Limited::Captcha,
            Limited::Register,
            Limited::Login,
            Limited::Code,
            Limited::Confirm,
            Limited::Reset,
            Limited::Avatar,
            Limited::Export,
            Limited::Reveal,
            Limited::Keyed,
        ] {
            self.of(kind).retain_recent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_runs_dry_for_its_address_only_and_says_when_to_come_back() {
        let limits = Limits::new(true);
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        for _ in 0..20 {
            limits.take(Limited::Register, one).unwrap();
        }
        let refused = limits.take(Limited::Register, one).unwrap_err();
        assert_eq!(refused.code, "too_many_requests");
        assert!(refused.retry_after.unwrap() > std::time::Duration::ZERO);
        limits.take(Limited::Register, other).unwrap();
        limits.take(Limited::Login, one).unwrap();
        let off = Limits::new(false);
        assert!((0..100).all(|_| off.take(Limited::Register, one).is_ok()));
    }
}
