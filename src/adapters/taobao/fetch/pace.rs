//! Politeness: one request at a time to each host, so far apart, and none while the host has asked for quiet.
//!
//! Each caller takes the next free moment of its host and waits for it, first come first served. Who would have
//! to wait too long takes none and is told when to come back. The pace is this process's own; others keep theirs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::ports::Ports;

/// How long a host's wish for quiet is honoured at most.
const LONGEST_QUIET: Duration = Duration::from_hours(24);
/// Beyond so many hosts, those that may be asked at once are forgotten.
const MANY: usize = 256;

/// The pace of all hosts.
#[derive(Debug)]
pub(super) struct Pace {
    pause: Duration,
    ports: Ports,
    /// When each host may be asked again.
    free: Mutex<HashMap<String, Instant>>,
}

impl Pace {
    pub(super) fn new(pause: Duration, ports: Ports) -> Self {
        Self { pause, ports, free: Mutex::default() }
    }

    /// Waits for the host's next free moment, if that is within `patience`.
    ///
    /// # Errors
    /// How long it would have taken.
    pub(super) async fn turn(&self, host: &str, patience: Duration) -> Result<(), Duration> {
        let wait = self.take(host, patience, Instant::now())?;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// Leaves the host alone for so long.
    pub(super) fn quiet(&self, host: &str, after: Duration) {
        let until = Instant::now() + after.min(LONGEST_QUIET);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let moment = free.entry(host.to_owned()).or_insert(until);
        *moment = (*moment).max(until);
    }

    fn take(&self, host: &str, patience: Duration, now: Instant) -> Result<Duration, Duration> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() > MANY {
            free.retain(|_, moment| *moment > now);
        }
        let moment = free.get(host).copied().unwrap_or(now).max(now);
        let wait = moment.saturating_duration_since(now);
        if wait > patience {
            return Err(wait);
        }
        free.insert(host.to_owned(), moment + self.pause + self.jitter());
        Ok(wait)
    }

    /// Up to a quarter of the pause.
    fn jitter(&self) -> Duration {
        // Without chance there is no jitter, and no harm.
        let [byte] = self.ports.random().unwrap_or([0]);
        self.pause * u32::from(byte) / 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn requests_to_a_host_are_a_pause_apart_and_other_hosts_are_not_held_up() {
        let pace = Pace::new(SECOND, Ports::system());
        let now = Instant::now();
        let waits: Vec<_> = (0..4).map(|_| pace.take("a", SECOND * 10, now).unwrap()).collect();
        assert_eq!(waits[0], Duration::ZERO);
        for pair in waits.windows(2) {
            let apart = pair[1].abs_diff(pair[0]);
            assert!(apart >= SECOND && apart < SECOND * 5 / 4, "{apart:?}");
        }
        assert_eq!(pace.take("b", SECOND, now), Ok(Duration::ZERO));
        assert_eq!(pace.take("a", SECOND * 10, now + SECOND * 60), Ok(Duration::ZERO));
    }

    #[test]
    fn who_has_no_patience_takes_no_turn() {
        let pace = Pace::new(SECOND, Ports::system());
        let now = Instant::now();
        pace.take("a", SECOND, now).unwrap();
        let refused = pace.take("a", SECOND / 2, now).unwrap_err();
        assert!(refused >= SECOND);
        // The turn is still there.
        assert_eq!(pace.take("a", SECOND * 2, now), Ok(refused));
    }

    #[test]
    fn a_host_is_left_alone_as_long_as_it_asks_and_not_for_ever() {
        let pace = Pace::new(SECOND, Ports::system());
        pace.quiet("a", SECOND * 60);
        pace.quiet("a", SECOND);
        let wait = pace.take("a", SECOND * 5, Instant::now()).unwrap_err();
        assert!(wait > SECOND * 58 && wait <= SECOND * 60);
        pace.quiet("b", Duration::MAX);
        assert!(pace.take("b", SECOND, Instant::now()).unwrap_err() <= LONGEST_QUIET);
    }
}
