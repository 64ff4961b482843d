//! Politeness: one request at a time to each host, so far apart, and none while the host has asked for quiet.
//!
//! Each caller takes the next free moment of its host and waits for it, first come first served. Whoever would have
//! to wait too long takes none and is told when to come back. The moments are kept in the database, so that several
//! instances are no less polite than one ([`shared`]), or in the process, where there is no database ([`own`]).

mod own;
mod shared;

use std::time::Duration;

use sqlx::PgPool;

use self::own::Own;
use self::shared::Shared;
use crate::ports::Ports;

/// How long a host's wish for quiet is honoured at most.
const LONGEST_QUIET: Duration = Duration::from_hours(24);
/// A wait up to this comes from others who wait as well; a longer one, from a host that wants quiet.
const CROWD: Duration = Duration::from_secs(10);

/// The pace of all hosts.
#[derive(Debug)]
pub(super) struct Pace {
    pause: Duration,
    ports: Ports,
    moments: Moments,
}

/// Where the moments are kept.
#[derive(Debug)]
enum Moments {
    Own(Own),
    Shared(Shared),
}

/// Why it is nobody's turn.
#[derive(Debug)]
pub(super) enum NoTurn {
    /// It comes in so long.
    NotYet(Duration),
    /// The moments could not be asked for.
    Away(sqlx::Error),
}

impl Pace {
    /// A pace of this process's own.
    pub(super) fn new(pause: Duration, ports: Ports) -> Self {
        Self { pause, ports, moments: Moments::Own(Own::default()) }
    }

    /// The same pace, kept together with all other instances on this database.
    pub(super) fn sharing(self, pool: PgPool) -> Self {
        Self { moments: Moments::Shared(Shared(pool)), ..self }
    }

    /// Waits for the host's next free moment, if that is within `patience`.
    ///
    /// # Errors
    /// When it is not, or nobody knows.
    pub(super) async fn turn(&self, host: &str, patience: Duration) -> Result<(), NoTurn> {
        let step = self.pause + self.jitter();
        let taken = match &self.moments {
            Moments::Own(own) => own.take(host, step, patience),
            Moments::Shared(shared) => shared.take(host, step, patience).await.map_err(NoTurn::Away)?,
        };
        match taken {
            Ok(wait) if wait.is_zero() => Ok(()),
            Ok(wait) => {
                tokio::time::sleep(wait).await;
                Ok(())
            }
            // Others are before this one. It stays a while, so that of ten thousand that wait not all are put off
            // one after the other, again and again.
            Err(wait) if wait <= CROWD => {
                let stay = wait.min(patience);
                tokio::time::sleep(stay).await;
                Err(NoTurn::NotYet(wait.saturating_sub(stay)))
            }
            Err(wait) => Err(NoTurn::NotYet(wait)),
        }
    }

    /// Leaves the host alone for so long.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn quiet(&self, host: &str, after: Duration) -> Result<(), sqlx::Error> {
        let after = after.min(LONGEST_QUIET);
        match &self.moments {
            Moments::Own(own) => {
                own.quiet(host, after);
                Ok(())
            }
            Moments::Shared(shared) => shared.quiet(host, after).await,
        }
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

    #[tokio::test]
    async fn requests_to_a_host_are_a_pause_and_a_bit_apart() {
        let pause = Duration::from_millis(20);
        let pace = Pace::new(pause, Ports::system());
        for _ in 0..200 {
            assert!((pause..=pause * 5 / 4).contains(&(pause + pace.jitter())));
        }
        let begun = std::time::Instant::now();
        for _ in 0..4 {
            pace.turn("a", Duration::from_secs(1)).await.unwrap();
        }
        assert!(begun.elapsed() >= pause * 3, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn in_a_crowd_whoever_gets_no_turn_stays_a_while() {
        let pace = Pace::new(Duration::from_secs(3), Ports::system());
        let patience = Duration::from_millis(150);
        pace.turn("a", patience).await.unwrap();
        let begun = std::time::Instant::now();
        let Err(NoTurn::NotYet(wait)) = pace.turn("a", patience).await else { panic!("a turn") };
        assert!(begun.elapsed() >= patience);
        assert!(wait > Duration::from_secs(2) && wait <= CROWD, "{wait:?}");
        pace.turn("b", patience).await.unwrap();
    }

    #[tokio::test]
    async fn a_host_that_wants_quiet_is_not_waited_for_and_not_left_alone_for_ever() {
        let pace = Pace::new(Duration::from_secs(1), Ports::system());
        pace.quiet("a", Duration::MAX).await.unwrap();
        let begun = std::time::Instant::now();
        let Err(NoTurn::NotYet(wait)) = pace.turn("a", CROWD).await else { panic!("a turn") };
        assert!(wait > CROWD && wait <= LONGEST_QUIET, "{wait:?}");
        assert!(begun.elapsed() < CROWD);
    }
}
