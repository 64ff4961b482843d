//! cqrs-es's `EventStore` over our log: loads a stream, commits what a command decided.
//!
//! We implement the trait ourselves, since only here can a taken claim become the aggregate's own
//! refusal. Single streams are read through postgres-es; commits go through the [`super::writer`].
//! The aggregate of a recent command is kept in memory: the append's sequence check makes a stale copy
//! harmless (the command is tried again on a fresh one).

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use cqrs_es::{AggregateContext, AggregateError, DomainEvent, EventEnvelope, EventStore};
use postgres_es::PostgresEventRepository;
use quick_cache::sync::Cache;
use sqlx::PgPool;

use super::faults::{self, CommitError, ReadError};
use super::personal::{PERSONAL, SECRET};
use super::seal::{self, KeyRing, PERSON, SealError, Sealer, SealingKey};
use super::snapshots::{self, Beginning};
use super::upcast::Upcasters;
use super::writer::Writer;
use super::writer::listeners::Listeners;
use super::{Append, ClaimChange, LoggedAggregate, NewEvent, NewKey};
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
    aggregate_id: String,
    aggregate: A,
    /// Sequence of the last event that `aggregate` has seen before the command.
    sequence: i64,
    person: Option<SealingKey>,
    epoch: u64,
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

    /// Says that `aggregate_id` was just made up, so that its first command need not look for events. Where
    /// that is not so, the append finds out and the command is decided anew.
    pub(super) fn expect_new(&self, aggregate_id: &str) {
        if let Some(recent) = &self.recent {
            let (aggregate, epoch) = (A::default(), self.log.writer.epoch());
            recent.insert(
                aggregate_id.to_owned(),
                Arc::new(Recent { aggregate, sequence: 0, person: None, epoch }),
            );
        }
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
        if let Some(recent) = self.recent.as_ref().and_then(|recent| recent.get(aggregate_id))
            && recent.epoch == epoch
        {
            let Recent { aggregate, sequence, person, epoch } = recent.as_ref().clone();
            return Ok(Context { aggregate_id: aggregate_id.to_owned(), aggregate, sequence, person, epoch });
        }
        let Beginning { person, keys, snapshot } =
            snapshots::beginning::<A>(&self.log.pool, &self.log.sealer, aggregate_id).await?;
        let (mut aggregate, mut sequence) = snapshot.unwrap_or_default();
        for event in self.read(aggregate_id, sequence, keys).await? {
            sequence += 1;
            aggregate.apply(serde_json::from_value(event.payload)?);
        }
        if let (Some(recent), true) = (&self.recent, sequence > 0) {
            let (aggregate, person) = (aggregate.clone(), person.clone());
            recent.insert(aggregate_id.to_owned(), Arc::new(Recent { aggregate, sequence, person, epoch }));
        }
        Ok(Context { aggregate_id: aggregate_id.to_owned(), aggregate, sequence, person, epoch })
    }

    /// Turns decided events into an append: sealed, with claims and keys.
    fn prepare(
        &self,
        context: &mut Context<A>,
        events: &[A::Event],
        metadata: &HashMap<String, String>,
    ) -> Result<Append, CommitError> {
        let stream = format!("{}/{}", A::TYPE, context.aggregate_id);
        let mut append = Append {
            aggregate_type: A::TYPE,
            aggregate_id: context.aggregate_id.clone(),
            after: context.sequence,
            events: Vec::with_capacity(events.len()),
            metadata: serde_json_canonicalizer::to_string(metadata)?,
            releases: Vec::new(),
            takes: Vec::new(),
            keys: Vec::new(),
        };
        for event in events {
            let payload = serde_json::to_value(event)?;
            let event_type = event.event_type();
            let heard = !self.log.listeners.of(&event_type).is_empty();
            let open = if heard { seal::plain(payload.clone()).to_string() } else { String::new() };
            let sealed = if has_markers(&payload) {
                let person = self.person_of(context, &mut append.keys)?;
                self.log.sealer.seal(payload, &stream, &person, &mut append.keys)?
            } else {
                payload
            };
            append.events.push(NewEvent {
                event_id: self.log.ports.id().map_err(SealError::from)?,
                event_type,
                event_version: event.event_version(),
                sealed: serde_json_canonicalizer::to_string(&sealed)?,
                open,
            });
            for change in A::claims(event) {
                match change {
                    ClaimChange::Take { kind, scope, value } => {
                        append.takes.push(self.log.sealer.claim(kind, &scope, &value));
                    }
                    ClaimChange::Release { kind } => append.releases.push(kind),
                    ClaimChange::ReleaseAll => append.releases.push(""),
                }
            }
        }
        Ok(append)
    }

    /// The stream's person's key; a new one, to be stored with the append, where there is none yet.
    fn person_of(&self, context: &mut Context<A>, keys: &mut Vec<NewKey>) -> Result<SealingKey, SealError> {
        if let Some(person) = &context.person {
            return Ok(person.clone());
        }
        let (person, stored) = self.log.sealer.new_key(PERSON)?;
        keys.push(stored);
        Ok(context.person.insert(person).clone())
    }

    /// Keeps the state in memory and, now and then, in a snapshot.
    fn remember(&self, context: Context<A>, sequence: i64) {
        let Context { aggregate_id, aggregate, sequence: before, person, epoch } = context;
        if snapshots::is_due(before, sequence) {
            snapshots::save_later(&self.log, &aggregate_id, &aggregate, sequence, person.as_ref());
        }
        if let Some(recent) = &self.recent {
            recent.insert(aggregate_id, Arc::new(Recent { aggregate, sequence, person, epoch }));
        }
    }

    fn forget(&self, aggregate_id: &str) {
        if let Some(recent) = &self.recent {
            recent.remove(aggregate_id);
        }
    }
}

/// Whether anything in the payload is to be sealed.
fn has_markers(payload: &serde_json::Value) -> bool {
    match payload {
        serde_json::Value::Object(object) => {
            object.contains_key(PERSONAL) || object.contains_key(SECRET) || object.values().any(has_markers)
        }
        serde_json::Value::Array(items) => items.iter().any(has_markers),
        _ => false,
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
        match self.log.writer.append(append).await {
            Ok(_position) => {
                let first = usize::try_from(context.sequence).unwrap_or(0) + 1;
                let last = context.sequence + i64::try_from(events.len()).unwrap_or(0);
                self.remember(context, last);
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
