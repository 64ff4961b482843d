//! cqrs-es's `EventStore` over our log: loads a stream, commits what a command decided.
//!
//! We implement the trait ourselves, since only here can a taken claim become the aggregate's own
//! refusal. Single streams are read through postgres-es; commits go through the [`super::writer`].
//! The aggregate of a recent command is kept in memory, as a snapshot is: what was appended since is read
//! each time (mostly nothing, by one index probe), since a refusal must not be decided on a stale copy either.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use cqrs_es::{AggregateContext, AggregateError, EventEnvelope, EventStore};
use postgres_es::PostgresEventRepository;
use quick_cache::sync::Cache;
use sqlx::PgPool;

use super::LoggedAggregate;
use super::faults::{self, ReadError};
use super::seal::{self, KeyRing, Sealer, SealingKey};
use super::snapshots::{self, Beginning};
use super::upcast::Upcasters;
use super::writer::Writer;
use super::writer::listeners::Listeners;
use crate::ports::Ports;

/// How many recent aggregates of one type are kept in memory.
const RECENT: usize = 10_000;

/// What every aggregate's store shares. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Log {
    /// Reads streams, keys and snapshots.
    pub pool: PgPool,
    /// Takes the appends.
    pub writer: Writer,
    /// Seals and opens.
    pub sealer: Sealer,
    /// Which events an inline projection hears: only those are sent along open.
    pub listeners: Arc<Listeners>,
    /// Time, ids and chance.
    pub ports: Ports,
}

/// A stream's state with what is needed to append to it.
#[derive(Debug)]
pub struct Context<A> {
    pub(super) aggregate_id: String,
    aggregate: A,
    /// Sequence of the last event that `aggregate` has seen before the command.
    pub(super) sequence: i64,
    pub(super) person: Option<SealingKey>,
    pub(super) epoch: u64,
}

impl<A: LoggedAggregate> Context<A> {
    /// A stream of which nothing is known but where it ends, to append what was decided elsewhere.
    pub(super) fn at(aggregate_id: &str, sequence: i64, person: Option<SealingKey>) -> Self {
        let (aggregate_id, aggregate) = (aggregate_id.to_owned(), A::default());
        Self { aggregate_id, aggregate, sequence, person, epoch: 0 }
    }
}

impl<A: LoggedAggregate> AggregateContext<A> for Context<A> {
    fn aggregate(&mut self) -> &mut A {
        &mut self.aggregate
    }
}

#[derive(Clone, Debug)]
struct Recent<A> {
    aggregate: A,
    sequence: i64,
    person: Option<SealingKey>,
    epoch: u64,
}

/// The streams of one aggregate type. Cheap to clone; clones share the memory.
#[derive(Clone, Debug)]
pub struct Store<A: LoggedAggregate> {
    pub(super) log: Log,
    upcasters: Upcasters,
    recent: Option<Arc<Cache<String, Arc<Recent<A>>>>>,
}

impl<A: LoggedAggregate> Store<A> {
    /// A store that keeps recent aggregates in memory.
    #[must_use]
    pub fn new(log: Log, upcasters: Upcasters) -> Self {
        Self { log, upcasters, recent: Some(Arc::new(Cache::new(RECENT))) }
    }

    /// The same without memory: every command loads its stream.
    #[must_use]
    pub fn without_memory(log: Log, upcasters: Upcasters) -> Self {
        Self { log, upcasters, recent: None }
    }

    /// Says that `aggregate_id` was just made up, so that the load that follows need not look for events. It
    /// counts for that one load: whatever becomes of the command, nobody is told of an empty stream again.
    pub(super) fn expect_new(&self, aggregate_id: &str) {
        if let Some(recent) = &self.recent {
            let (aggregate, epoch) = (A::default(), self.log.writer.epoch());
            recent.insert(
                aggregate_id.to_owned(),
                Arc::new(Recent { aggregate, sequence: 0, person: None, epoch }),
            );
        }
    }

    /// Does the work of looking at a stream that is in memory, for a name that belongs to none.
    pub(super) async fn look_nowhere(&self, aggregate_id: &str) -> Result<(), AggregateError<A::Error>> {
        self.read(aggregate_id, 1, KeyRing::new()).await?;
        Ok(())
    }

    /// What is in memory of a stream, unless the database may have lost some of it since.
    fn recall(&self, aggregate_id: &str, epoch: u64) -> Option<Arc<Recent<A>>> {
        let recent = self.recent.as_ref()?.get(aggregate_id)?;
        if recent.sequence == 0 {
            self.forget(aggregate_id);
        }
        (recent.epoch == epoch).then_some(recent)
    }

    /// Events after `sequence`, opened with `keys` and brought to today's shape.
    async fn read(
        &self,
        aggregate_id: &str,
        sequence: i64,
        mut keys: KeyRing,
    ) -> Result<Vec<SerializedEvent>, ReadError> {
        let repository = PostgresEventRepository::new(self.log.pool.clone());
        let events = match usize::try_from(sequence) {
            Ok(last) if last > 0 => repository.get_last_events::<A>(aggregate_id, last).await?,
            _ => repository.get_events::<A>(aggregate_id).await?,
        };
        let mut missing: Vec<_> = events.iter().flat_map(|event| seal::key_ids(&event.payload)).collect();
        missing.retain(|id| !keys.contains_key(id));
        // Most are keys of secrets that were replaced: gone for good, and not asked for when all are.
        keys.extend(self.log.sealer.load_keys(&self.log.pool, &missing).await?);
        let stream = format!("{}/{aggregate_id}", A::TYPE);
        Ok(events
            .into_iter()
            .map(|mut event| {
                event.payload = seal::open(event.payload, &stream, &keys);
                self.upcasters.upcast(event)
            })
            .collect())
    }

    async fn load(&self, aggregate_id: &str) -> Result<Context<A>, ReadError> {
        let epoch = self.log.writer.epoch();
        let (mut aggregate, mut sequence, mut person, keys) = match self.recall(aggregate_id, epoch) {
            Some(new) if new.sequence == 0 => {
                let aggregate = A::default();
                return Ok(Context {
                    aggregate_id: aggregate_id.to_owned(),
                    aggregate,
                    sequence: 0,
                    person: None,
                    epoch,
                });
            }
            Some(known) => {
                let Recent { aggregate, sequence, person, .. } = known.as_ref().clone();
                let keys = person.iter().map(|person| (person.id, person.clone())).collect();
                (aggregate, sequence, person, keys)
            }
            None => {
                let Beginning { person, keys, snapshot } = self.beginning(aggregate_id).await?;
                let (aggregate, sequence) = snapshot.unwrap_or_default();
                (aggregate, sequence, person, keys)
            }
        };
        let before = sequence;
        // Also after a recall: another instance may have appended, and a refusal is checked by no append.
        for event in self.read(aggregate_id, sequence, keys).await? {
            sequence += 1;
            aggregate.apply(serde_json::from_value(event.payload)?);
        }
        if person.is_none() && sequence > before {
            // The first event, and with it the person's key, came between the two questions.
            person = self.beginning(aggregate_id).await?.person;
        }
        if let (Some(recent), true) = (&self.recent, sequence > 0) {
            let (aggregate, person) = (aggregate.clone(), person.clone());
            recent.insert(aggregate_id.to_owned(), Arc::new(Recent { aggregate, sequence, person, epoch }));
        }
        Ok(Context { aggregate_id: aggregate_id.to_owned(), aggregate, sequence, person, epoch })
    }

    async fn beginning(&self, aggregate_id: &str) -> Result<Beginning<A>, sqlx::Error> {
        snapshots::beginning::<A>(&self.log.pool, &self.log.sealer, aggregate_id).await
    }

    /// Keeps the state in memory and, now and then, in a snapshot.
    fn remember(&self, context: Context<A>, sequence: i64) {
        let Context { aggregate_id, mut aggregate, sequence: before, person, epoch } = context;
        aggregate.forget_expired(self.log.ports.now());
        if snapshots::is_due(before, sequence) {
            snapshots::save_later(&self.log, &aggregate_id, &aggregate, sequence, person.as_ref());
        }
        if let Some(recent) = &self.recent {
            recent.insert(aggregate_id, Arc::new(Recent { aggregate, sequence, person, epoch }));
        }
    }

    /// Drops what is in memory of a stream.
    pub fn forget(&self, aggregate_id: &str) {
        if let Some(recent) = &self.recent {
            recent.remove(aggregate_id);
        }
    }
}

impl<A: LoggedAggregate> EventStore<A> for Store<A> {
    type AC = Context<A>;

    async fn load_events(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let events = self.read(aggregate_id, 0, KeyRing::new()).await?;
        events.into_iter().map(|event| EventEnvelope::try_from(event).map_err(AggregateError::from)).collect()
    }

    async fn load_aggregate(&self, aggregate_id: &str) -> Result<Context<A>, AggregateError<A::Error>> {
        Ok(self.load(aggregate_id).await?)
    }

    async fn commit(
        &self,
        events: Vec<A::Event>,
        mut context: Context<A>,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let append = self
            .prepare(&mut context, &events, &metadata)
            .map_err(|error| AggregateError::UnexpectedError(Box::new(error)))?;
        let aggregate_id = context.aggregate_id.clone();
        let forgotten = append.destroys.iter().any(String::is_empty);
        match self.log.writer.append(append).await {
            Ok(_position) => {
                let first = usize::try_from(context.sequence).unwrap_or(0) + 1;
                let last = context.sequence + i64::try_from(events.len()).unwrap_or(0);
                if forgotten {
                    self.forget(&aggregate_id);
                } else {
                    self.remember(context, last);
                }
                Ok(events
                    .into_iter()
                    .zip(first..)
                    .map(|(payload, sequence)| EventEnvelope {
                        aggregate_id: aggregate_id.clone(),
                        sequence,
                        payload,
                        metadata: metadata.clone(),
                    })
                    .collect())
            }
            Err(error) => {
                self.forget(&aggregate_id);
                Err(faults::refusal::<A>(error))
            }
        }
    }
}
