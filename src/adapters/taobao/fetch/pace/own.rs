//! Moments kept in this process, for a crawler without a database.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Beyond so many hosts, those that may be asked at once are forgotten.
const MANY: usize = 256;

/// When each host may be asked again.
#[derive(Debug, Default)]
pub(super) struct Own(Mutex<HashMap<String, Instant>>);

impl Own {
    /// Takes the host's next free moment, if that is within `patience`, and leaves the one a step after it. Gives how
    /// long it is until then.
    ///
    /// # Errors
    /// How long it would have been.
    pub(super) fn take(&self, host: &str, step: Duration, patience: Duration) -> Result<Duration, Duration> {
        self.take_at(host, step, patience, Instant::now())
    }

    /// Leaves the host alone for so long.
    pub(super) fn quiet(&self, host: &str, after: Duration) {
        let until = Instant::now() + after;
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let moment = free.entry(host.to_owned()).or_insert(until);
        *moment = (*moment).max(until);
    }

    fn take_at(
        &self,
        host: &str,
        step: Duration,
        patience: Duration,
        now: Instant,
    ) -> Result<Duration, Duration> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() > MANY {
            free.retain(|_, moment| *moment > now);
        }
        let moment = free.get(host).copied().unwrap_or(now).max(now);
        let wait = moment.saturating_duration_since(now);
        if wait > patience {
            return Err(wait);
        }
        free.insert(host.to_owned(), moment + step);
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn moments_of_a_host_are_a_step_apart_and_other_hosts_are_not_held_up() {
        let (own, now) = (Own::default(), Instant::now());
        for nth in 0..4 {
            assert_eq!(own.take_at("a", SECOND, SECOND * 10, now), Ok(SECOND * nth));
        }
        assert_eq!(own.take_at("b", SECOND, SECOND, now), Ok(Duration::ZERO));
        assert_eq!(own.take_at("a", SECOND, SECOND * 10, now + SECOND * 60), Ok(Duration::ZERO));
    }

    #[test]
    fn who_has_no_patience_takes_no_moment() {
        let (own, now) = (Own::default(), Instant::now());
        own.take_at("a", SECOND, SECOND, now).unwrap();
        assert_eq!(own.take_at("a", SECOND, SECOND / 2, now), Err(SECOND));
        // It is still there.
        assert_eq!(own.take_at("a", SECOND, SECOND * 2, now), Ok(SECOND));
    }

    #[test]
    fn a_host_is_left_alone_as_long_as_it_asked_at_most() {
        let own = Own::default();
        own.quiet("a", SECOND * 60);
        own.quiet("a", SECOND);
        let wait = own.take("a", SECOND, SECOND * 5).unwrap_err();
        assert!(wait > SECOND * 58 && wait <= SECOND * 60);
    }
}
