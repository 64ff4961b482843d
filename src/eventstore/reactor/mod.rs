//! Reactors: effects on the world after the fact, of every event they hear, at least once, whatever crashes.
//!
//! A [`Reactor`] names the events it hears and says what to do about one. The engine, [`Reactors`], does the
//! rest, in every instance at once:
//! - It **queues** ([`Reactors::queue`]): the events after each reactor's position become *tasks*, rows that
//!   hold a position of the log and nothing else.
//! - It **works** ([`Reactors::work`]): takes due tasks under a *lease*, reads the event from the log, opens it
//!   and calls the reactor. What comes back ([`Outcome`]) deletes the task, puts it off, or *parks* it until an
//!   operator sets it free ([`standing`]).
//! - It **runs** ([`Reactors::start`]): both again and again, woken by the log itself.
//!
//! A task is tried by one instance at a time, but it may be tried again although the first try got through:
//! when its result could not be written. So an effect must bear being repeated; [`Task::event_id`] is its key,
//! and [`Task::first_tried_at`] says since when something may have got through. Between tasks no order is
//! promised. Leases compare the clocks of instances, which may differ by [`CLOCKS_APART`] without harm.

mod hands;
mod run;
pub mod standing;
mod tasks;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

pub use hands::Worked;
pub use run::Running;
pub(crate) use run::listen;

use super::seal::Sealer;
use super::upcast::Upcasters;
use crate::ports::Ports;
use hands::Hands;

/// How long a task belongs to the instance that took it; after that, it is anybody's.
pub const LEASE: Duration = Duration::from_secs(20);

/// How long a try may take, from before the task is taken on. The rest of the lease is for writing the result.
pub const DEADLINE: Duration = Duration::from_secs(15);

/// How far apart the clocks of two instances may be: what is left of a lease after the longest try.
pub const CLOCKS_APART: Duration = LEASE.saturating_sub(DEADLINE);

/// What a reactor answers with, in its time.
pub type Reaction<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Something that happens because of an event.
pub trait Reactor: Send + Sync + fmt::Debug {
    /// Its name, which never changes: under another name it is a new reactor.
    fn name(&self) -> &'static str;

    /// The stored names of the events it hears, those of older shapes as well where an upcaster renames them.
    fn hears(&self) -> &'static [&'static str];

    /// How often an event is tried before it is parked.
    fn max_attempts(&self) -> u32 {
        10
    }

    /// Whether a reactor that is new to a log hears all of it. That is the default, since it loses nothing: a
    /// reactor drops ([`Outcome::Dropped`]) what is past its time. One for which the past is harmful or would
    /// take too long says `false`, and begins with the first event after its own first start.
    fn starts_from_the_beginning(&self) -> bool {
        true
    }

    /// Does what follows from one event. Cancelled after [`DEADLINE`], which counts as [`Outcome::Retry`]; so
    /// does a panic.
    fn react<'a>(&'a self, task: &'a Task) -> Reaction<'a>;
}

/// One event, to be worked on by one reactor. `Debug` shows nothing of its payload.
#[derive(Clone)]
pub struct Task {
    /// The event's place in the log.
    pub position: i64,
    /// The event's own id: the key by which an effect that is repeated can be recognised.
    pub event_id: Uuid,
    /// When the event was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The stream's aggregate type.
    pub aggregate_type: String,
    /// The stream's aggregate id.
    pub aggregate_id: String,
    /// Place in the stream.
    pub sequence: i64,
    /// The name, of today's shape.
    pub event_type: String,
    /// The payload, opened, of today's shape and with the markers in place: it deserialises as the aggregate's
    /// event, in which personal values of the forgotten and secrets that were replaced read as erased.
    pub payload: Value,
    /// Who and in which context.
    pub metadata: Value,
    /// Which try this is; 1 is the first (also after an operator set the task free).
    pub attempt: u32,
    /// When the very first try began. Until then nothing can have got through.
    pub first_tried_at: DateTime<Utc>,
    /// Whether there was a try before this one; also where an operator had the tries counted anew since.
    pub tried_before: bool,
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Task({} at {}, attempt {})", self.event_type, self.position, self.attempt)
    }
}

/// What became of a task. The reasons are logged and shown to operators: they name no person and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The effect took place.
    Done,
    /// Nothing was tried, since it is not this task's turn: it is due again after so long, and this was no try.
    NotYet {
        /// How long.
        after: Duration,
    },
    /// There is nothing to do any more, for this reason: it is past its time, or its person was forgotten.
    Dropped(&'static str),
    /// It may work later.
    Retry {
        /// Why it did not work.
        why: String,
        /// Not before this long. Without it: after about 2, 4, 8 … seconds, at most five minutes.
        after: Option<Duration>,
    },
    /// It will not work until an operator has done something.
    Park {
        /// Why.
        why: String,
        /// Whether the operator is to be told at once, since others will fail as well.
        alarm: bool,
    },
}

/// The engine: some reactors on one log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reactors(Arc<Engine>);

#[derive(Debug)]
struct Engine {
    pool: PgPool,
    sealer: Sealer,
    upcasters: Upcasters,
    ports: Ports,
    reactors: Vec<Arc<dyn Reactor>>,
}

impl Reactors {
    /// An engine for `reactors`, whose names all differ.
    #[must_use]
    pub fn new(
        pool: PgPool,
        sealer: Sealer,
        upcasters: Upcasters,
        ports: Ports,
        reactors: Vec<Arc<dyn Reactor>>,
    ) -> Self {
        Self(Arc::new(Engine { pool, sealer, upcasters, ports, reactors }))
    }

    /// Makes tasks of everything in the log that is not yet queued; gives their number. Where another instance
    /// is queueing for a reactor, that one is passed over.
    ///
    /// # Errors
    /// The database's error; what was queued before it stays queued.
    pub async fn queue(&self) -> Result<u64, sqlx::Error> {
        self.0.queue(|_| ()).await
    }

    /// Works on everything that is due, until nothing is. What is to be tried again later is left for later.
    /// Whoever drops the future leaves what was in hand as a killed instance does: until the lease runs out.
    ///
    /// # Errors
    /// The database's error.
    pub async fn work(&self) -> Result<Worked, sqlx::Error> {
        let all = (0..self.0.reactors.len()).filter_map(|nth| Hands::of(&self.0, nth));
        let worked = try_join_all(all.map(Hands::work_off)).await?;
        Ok(worked.into_iter().fold(Worked::default(), |sum, worked| sum + worked))
    }
}

impl Engine {
    /// Queues in turns, a page for each reactor that is behind; calls `has_work` with the number of each reactor
    /// for which something is due.
    async fn queue(&self, mut has_work: impl FnMut(usize)) -> Result<u64, sqlx::Error> {
        let now = self.ports.now();
        let names: Vec<_> = self.reactors.iter().map(|reactor| reactor.name()).collect();
        let mut behind = Vec::new();
        for (nth, seen) in tasks::look(&self.pool, &names, now).await?.into_iter().enumerate() {
            if seen.has_due {
                has_work(nth);
            }
            if seen.is_behind {
                behind.push(nth);
            }
        }
        let mut total = 0;
        while !behind.is_empty() {
            let mut still = Vec::new();
            for nth in behind {
                let Some(reactor) = self.reactors.get(nth) else { continue };
                let page = tasks::queue_page(&self.pool, reactor.as_ref(), now).await?;
                if page.queued > 0 {
                    has_work(nth);
                }
                if page.has_more {
                    still.push(nth);
                }
                total += u64::try_from(page.queued).unwrap_or(0);
            }
            behind = still;
        }
        Ok(total)
    }
}
