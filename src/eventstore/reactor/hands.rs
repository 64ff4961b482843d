//! Working: a few tasks of one reactor at a time, each tried once within its deadline, and its result written.

use std::ops::Add;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use metrics::counter;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use super::tasks::{self, Claimed, Try, Verdict};
use super::{DEADLINE, Engine, LEASE, Outcome, Reactor, Task};
use crate::eventstore::feed;
use crate::ports::Ports;

/// How many tasks of one reactor an instance works on at a time. No more are taken than can be begun at once,
/// so that no lease runs while its task waits.
const HANDS: usize = 4;

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// How long to wait before a result that could not be written is written again.
const BREATH: Duration = Duration::from_millis(250);

/// What became of the tasks that were worked on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worked {
    /// Those whose effect took place.
    pub done: u64,
    /// Those for which there was nothing to do any more.
    pub dropped: u64,
    /// Those that are tried again later.
    pub retried: u64,
    /// Those that wait for an operator.
    pub parked: u64,
    /// Those whose result came too late or could not be written: they are tried again by whoever has them now.
    pub late: u64,
}

impl Add for Worked {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            done: self.done + other.done,
            dropped: self.dropped + other.dropped,
            retried: self.retried + other.retried,
            parked: self.parked + other.parked,
            late: self.late + other.late,
        }
    }
}

/// How one try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
    Dropped,
    Retried,
    Parked,
    Late,
}

/// One reactor with the tasks that are in hand for it. Dropped, it lets go of them all.
#[derive(Debug)]
pub(super) struct Hands {
    engine: Arc<Engine>,
    reactor: Arc<dyn Reactor>,
    busy: JoinSet<End>,
    worked: Worked,
}

impl Hands {
    /// Empty hands for the engine's `nth` reactor.
    pub(super) fn of(engine: &Arc<Engine>, nth: usize) -> Option<Self> {
        let reactor = Arc::clone(engine.reactors.get(nth)?);
        Some(Self { engine: Arc::clone(engine), reactor, busy: JoinSet::new(), worked: Worked::default() })
    }

    /// Takes as many due tasks as can be begun now, and begins them.
    pub(super) async fn fill(&mut self) -> Result<(), sqlx::Error> {
        let free = HANDS.saturating_sub(self.busy.len());
        if free == 0 {
            return Ok(());
        }
        // The lease is counted from here, however long the database takes to give it.
        let (began, now) = (Instant::now(), self.engine.ports.now());
        let limit = i64::try_from(free).unwrap_or(1);
        for claimed in tasks::claim(&self.engine.pool, self.reactor.name(), limit, now).await? {
            let (engine, reactor) = (Arc::clone(&self.engine), Arc::clone(&self.reactor));
            self.busy.spawn(async move { engine.try_once(reactor.as_ref(), claimed, began).await });
        }
        Ok(())
    }

    /// Waits until something that was in hand is finished; gives `false` when the hands were empty.
    pub(super) async fn finish(&mut self) -> bool {
        let Some(first) = self.busy.join_next().await else { return false };
        let mut ended = Some(first);
        while let Some(end) = ended {
            self.count(end.unwrap_or(End::Late));
            // Whatever else is finished by now, so that one statement can take the place of all of it.
            ended = self.busy.try_join_next();
        }
        true
    }

    /// Whether something is in hand.
    pub(super) fn are_busy(&self) -> bool {
        !self.busy.is_empty()
    }

    /// Works until nothing is due any more.
    pub(super) async fn work_off(mut self) -> Result<Worked, sqlx::Error> {
        loop {
            self.fill().await?;
            if !self.finish().await {
                return Ok(self.worked);
            }
        }
    }

    fn count(&mut self, end: End) {
        let (counted, word) = match end {
            End::Done => (&mut self.worked.done, "done"),
            End::Dropped => (&mut self.worked.dropped, "dropped"),
            End::Retried => (&mut self.worked.retried, "retry"),
            End::Parked => (&mut self.worked.parked, "parked"),
            End::Late => (&mut self.worked.late, "late"),
        };
        *counted += 1;
        counter!("reactor_outcomes_total", "reactor" => self.reactor.name(), "outcome" => word).increment(1);
    }
}

impl Engine {
    /// One try of one task, and what came of it in the table.
    async fn try_once(&self, reactor: &dyn Reactor, claimed: Claimed, began: Instant) -> End {
        let tried = Try::of(reactor.name(), &claimed);
        let attempt = u32::try_from(claimed.attempts).unwrap_or(u32::MAX);
        let outcome = if attempt > reactor.max_attempts() {
            // It was begun that often and no result ever came: it may be what kills us.
            Outcome::Park { why: "it did not come to an end at any of its tries".to_owned(), alarm: false }
        } else {
            self.call(reactor, claimed, attempt, began + DEADLINE).await
        };
        tracing::debug!(reactor = tried.reactor, position = tried.position, attempt, ?outcome, "tried");
        let (verdict, end, alarm) = self.judge(outcome, attempt, reactor.max_attempts());
        if !self.write(tried, &verdict, began + LEASE).await {
            tracing::warn!(reactor = tried.reactor, position = tried.position, "a result came too late");
            return End::Late;
        }
        if let Verdict::Parked { why, .. } = &verdict {
            if alarm {
                counter!("reactor_alarms_total", "reactor" => reactor.name()).increment(1);
                tracing::error!(
                    reactor = tried.reactor,
                    position = tried.position,
                    why,
                    "parked: needs an operator"
                );
            } else {
                tracing::warn!(reactor = tried.reactor, position = tried.position, attempt, why, "parked");
            }
        }
        end
    }

    /// Reads the event and lets the reactor do what follows from it.
    async fn call(
        &self,
        reactor: &dyn Reactor,
        claimed: Claimed,
        attempt: u32,
        deadline: Instant,
    ) -> Outcome {
        let called = async {
            match self.open(claimed, attempt).await {
                Ok(task) => reactor.react(&task).await,
                Err(error) => {
                    Outcome::Retry { why: format!("the event could not be opened: {error}"), after: None }
                }
            }
        };
        let again = |why: &str| Outcome::Retry { why: why.to_owned(), after: None };
        match AssertUnwindSafe(timeout_at(deadline, called)).catch_unwind().await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_elapsed)) => again("it took too long"),
            Err(_panic) => again("it panicked"),
        }
    }

    async fn open(&self, claimed: Claimed, attempt: u32) -> Result<Task, sqlx::Error> {
        let Claimed { first_tried_at, tried_before, event, .. } = claimed;
        let mut connection = self.pool.acquire().await?;
        let opened = feed::open_marked(&mut connection, &self.sealer, &self.upcasters, vec![event]).await?;
        let event = opened.into_iter().next().ok_or(sqlx::Error::RowNotFound)?;
        Ok(Task {
            position: event.position,
            event_id: event.event_id,
            recorded_at: event.recorded_at,
            aggregate_type: event.aggregate_type,
            aggregate_id: event.aggregate_id,
            sequence: event.sequence,
            event_type: event.event_type,
            payload: event.payload,
            metadata: event.metadata,
            attempt,
            first_tried_at,
            tried_before,
        })
    }

    /// What an outcome means for the task, and whether it is an alarm.
    fn judge(&self, outcome: Outcome, attempt: u32, most: u32) -> (Verdict, End, bool) {
        let at = self.ports.now();
        match outcome {
            Outcome::Done => (Verdict::Finished, End::Done, false),
            Outcome::Dropped(_) => (Verdict::Finished, End::Dropped, false),
            Outcome::NotYet { after } => {
                (Verdict::NotYet { at: tasks::later(at, after) }, End::Retried, false)
            }
            Outcome::Retry { why, after } if attempt < most => {
                let at = tasks::later(at, after.unwrap_or_else(|| pause(&self.ports, attempt)));
                (Verdict::Again { at, why }, End::Retried, false)
            }
            Outcome::Retry { why, .. } => (Verdict::Parked { at, why }, End::Parked, false),
            Outcome::Park { why, alarm } => (Verdict::Parked { at, why }, End::Parked, alarm),
        }
    }

    /// Writes the verdict, again and again while the lease lasts: what is not written is done twice.
    async fn write(&self, tried: Try<'_>, verdict: &Verdict, until: Instant) -> bool {
        let written = timeout_at(until, async {
            loop {
                match tasks::settle(&self.pool, tried, verdict).await {
                    Ok(counted) => return counted,
                    Err(error) => tracing::debug!(%error, "a result could not be written yet"),
                }
                sleep(BREATH).await;
            }
        });
        written.await.unwrap_or(false)
    }
}

/// How long to wait after the `attempt`th try: between half and the whole of 2, 4, 8 … seconds, five minutes at
/// most; by chance, so that what failed together does not come back together.
fn pause(ports: &Ports, attempt: u32) -> Duration {
    let whole = Duration::from_secs(1).saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST_PAUSE);
    let [chance] = ports.random::<1>().unwrap_or([u8::MAX]);
    whole / 2 + whole / 2 * u32::from(chance) / u32::from(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes_and_differ_by_chance() {
        let ports = Ports::system();
        for (attempt, seconds) in [(1, 2), (2, 4), (5, 32), (8, 256), (9, 300), (u32::MAX, 300)] {
            let whole = Duration::from_secs(seconds);
            let pauses: Vec<_> = (0..100).map(|_| pause(&ports, attempt)).collect();
            assert!(pauses.iter().all(|pause| (whole / 2..=whole).contains(pause)), "{attempt}: {pauses:?}");
            assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{attempt}");
        }
    }
}
