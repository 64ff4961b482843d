//! One batch on its way to the database: which appends may go together, and the columns they become.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{FromRow, Postgres};
use uuid::Uuid;

use super::Waiting;
use super::listeners::{Incoming, Listeners, Steps};
use super::placed::{Placed, place};
use crate::eventstore::merkle::{BadFrontier, Frontier};
use crate::eventstore::{Append, ClaimDigest};

/// Where the log ends, as this process last saw it.
#[derive(Clone, Debug)]
pub(in crate::eventstore) struct Head {
    pub(in crate::eventstore) position: i64,
    pub(in crate::eventstore) recorded_at: DateTime<Utc>,
    pub(in crate::eventstore) frontier: Frontier,
    /// Which listeners an append must be planned for.
    pub(in crate::eventstore) generation: i64,
}

impl Head {
    pub(in crate::eventstore) fn new(
        position: i64,
        recorded_at: DateTime<Utc>,
        frontier: &[u8],
        generation: i64,
    ) -> Result<Self, BadFrontier> {
        let frontier = Frontier::from_bytes(u64::try_from(position).unwrap_or(0), frontier)?;
        Ok(Self { position, recorded_at, frontier, generation })
    }
}

impl Head {
    /// Where an answer says that the log ends.
    pub(super) fn of(answer: &Answer) -> Result<Self, BadFrontier> {
        let Answer { head_position, head_recorded_at, head_generation, .. } = answer;
        Self::new(*head_position, *head_recorded_at, &answer.head_frontier, *head_generation)
    }
}

/// What `append_events` answers.
#[derive(Debug, FromRow)]
pub(super) struct Answer {
    pub(super) outcome: String,
    pub(super) head_position: i64,
    pub(super) head_recorded_at: DateTime<Utc>,
    pub(super) head_frontier: Vec<u8>,
    pub(super) head_generation: i64,
    pub(super) stale: Option<Vec<i32>>,
    pub(super) taken: Option<Vec<i32>>,
    pub(super) taken_kinds: Option<Vec<String>>,
}

/// Splits what waits into the appends that may share a batch and those that must wait for the next one:
/// where the second one's answer depends on the first. A stream or a claim may stand in a batch only once,
/// and what one append releases, another of the same batch may not take.
pub(super) fn split(waiting: Vec<Waiting>) -> (Vec<Waiting>, Vec<Waiting>) {
    let mut streams: HashSet<(&'static str, String)> = HashSet::new();
    let mut claims: HashSet<ClaimDigest> = HashSet::new();
    let (mut taken, mut released): (HashSet<&str>, HashSet<&str>) = (HashSet::new(), HashSet::new());
    let (mut now, mut later) = (Vec::with_capacity(waiting.len()), Vec::new());
    for item in waiting {
        let append = &item.append;
        let stream = (append.aggregate_type, append.aggregate_id.clone());
        // An empty kind releases all of them.
        let frees_what_was_taken =
            append.releases.iter().any(|kind| taken.contains(kind) || (kind.is_empty() && !taken.is_empty()));
        let takes_what_was_freed = append
            .takes
            .iter()
            .any(|claim| claims.contains(claim) || released.contains(claim.kind) || released.contains(""));
        if streams.contains(&stream) || frees_what_was_taken || takes_what_was_freed {
            later.push(item);
        } else {
            streams.insert(stream);
            released.extend(&append.releases);
            taken.extend(append.takes.iter().map(|claim| claim.kind));
            claims.extend(append.takes.iter().cloned());
            now.push(item);
        }
    }
    (now, later)
}

/// The arguments of one call of `append_events`, column by column.
#[derive(Debug, Default)]
pub(super) struct Columns {
    seen: i64,
    generation: i64,
    frontier: Vec<u8>,
    commands: Vec<i32>,
    event_ids: Vec<Uuid>,
    aggregate_types: Vec<&'static str>,
    aggregate_ids: Vec<String>,
    sequences: Vec<i64>,
    event_types: Vec<String>,
    event_versions: Vec<String>,
    payloads: Vec<String>,
    metadatas: Vec<String>,
    times: Vec<DateTime<Utc>>,
    leaves: Vec<Vec<u8>>,
    release_kinds: Vec<&'static str>,
    release_holders: Vec<String>,
    take_commands: Vec<i32>,
    take_kinds: Vec<&'static str>,
    take_scopes: Vec<String>,
    take_digests: Vec<Vec<u8>>,
    take_holders: Vec<String>,
    key_holders: Vec<String>,
    key_slots: Vec<String>,
    key_ids: Vec<Uuid>,
    /// None for a key that is destroyed.
    key_wraps: Vec<Option<Vec<u8>>>,
    steps: Steps,
}

/// The number of an append in its batch.
fn number(nth: usize) -> i32 {
    i32::try_from(nth).unwrap_or(i32::MAX)
}

const CALL: &str = "SELECT * FROM append_events($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,\
                    $19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31,$32)";

impl Columns {
    /// Those of a batch that comes after `head`.
    pub(super) fn of<'a>(
        batch: impl IntoIterator<Item = (&'a Append, DateTime<Utc>)>,
        head: &Head,
        listeners: &Listeners,
    ) -> Self {
        let mut columns = Self { seen: head.position, generation: listeners.generation, ..Self::default() };
        let mut heard: Vec<(&str, Incoming)> = Vec::new();
        let batch: Vec<(&Append, DateTime<Utc>)> = batch.into_iter().collect();
        let mut end = head.clone();
        for (placed, leaf) in place(batch.iter().copied(), &mut end) {
            let Placed { append, event, position, recorded_at, sequence, .. } = placed;
            columns.commands.push(number(placed.command));
            columns.event_ids.push(event.event_id);
            columns.aggregate_types.push(append.aggregate_type);
            columns.aggregate_ids.push(append.aggregate_id.clone());
            columns.sequences.push(sequence);
            columns.event_types.push(event.event_type.clone());
            columns.event_versions.push(event.event_version.clone());
            columns.payloads.push(event.sealed.clone());
            columns.metadatas.push(append.metadata.clone());
            columns.times.push(recorded_at);
            columns.leaves.push(leaf.to_vec());
            if !listeners.of(&event.event_type).is_empty() {
                let aggregate_id = append.aggregate_id.clone();
                let payload = event.open.as_ref().unwrap_or(&event.sealed).clone();
                heard.push((&event.event_type, Incoming { aggregate_id, payload, recorded_at, position }));
            }
        }
        for (nth, (append, _)) in batch.iter().enumerate() {
            columns.decide_with(number(nth), append);
        }
        columns.frontier = end.frontier.to_bytes();
        columns.steps = Steps::plan(heard, listeners);
        columns
    }

    /// The claims and keys of one append.
    fn decide_with(&mut self, command: i32, append: &Append) {
        for kind in &append.releases {
            self.release_kinds.push(kind);
            self.release_holders.push(append.aggregate_id.clone());
        }
        for claim in &append.takes {
            self.take_commands.push(command);
            self.take_kinds.push(claim.kind);
            self.take_scopes.push(claim.scope.clone());
            self.take_digests.push(claim.digest.clone());
            self.take_holders.push(append.aggregate_id.clone());
        }
        for key in &append.keys {
            self.key_holders.push(append.aggregate_id.clone());
            self.key_slots.push(key.slot.clone());
            self.key_ids.push(key.key_id);
            self.key_wraps.push(Some(key.wrapped.clone()));
        }
        for slot in &append.destroys {
            self.key_holders.push(append.aggregate_id.clone());
            self.key_slots.push(slot.clone());
            self.key_ids.push(Uuid::nil());
            self.key_wraps.push(None);
        }
    }

    /// The id of the first event, by which one can tell later whether this batch was committed.
    pub(super) fn first_event(&self) -> Option<Uuid> {
        self.event_ids.first().copied()
    }

    /// The one statement.
    pub(super) fn call(&self) -> QueryAs<'_, Postgres, Answer, PgArguments> {
        sqlx::query_as(CALL)
            .bind(self.seen)
            .bind(self.generation)
            .bind(&self.frontier)
            .bind(&self.commands)
            .bind(&self.event_ids)
            .bind(&self.aggregate_types)
            .bind(&self.aggregate_ids)
            .bind(&self.sequences)
            .bind(&self.event_types)
            .bind(&self.event_versions)
            .bind(&self.payloads)
            .bind(&self.metadatas)
            .bind(&self.times)
            .bind(&self.leaves)
            .bind(&self.release_kinds)
            .bind(&self.release_holders)
            .bind(&self.take_commands)
            .bind(&self.take_kinds)
            .bind(&self.take_scopes)
            .bind(&self.take_digests)
            .bind(&self.take_holders)
            .bind(&self.key_holders)
            .bind(&self.key_slots)
            .bind(&self.key_ids)
            .bind(&self.key_wraps)
            .bind(&self.steps.schemas)
            .bind(&self.steps.functions)
            .bind(&self.steps.ends)
            .bind(&self.steps.ids)
            .bind(&self.steps.payloads)
            .bind(&self.steps.times)
            .bind(&self.steps.positions)
    }
}
