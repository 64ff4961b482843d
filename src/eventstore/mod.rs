//! The log: commands' facts, kept in one gapless order that can be proved. This room knows no domain word.
//!
//! The vocabulary, as the field uses it:
//! - A **command** asks; an **event** says what happened. An **aggregate** decides which events a
//!   command makes, from the events of its own **stream**.
//! - An event has a **sequence** in its stream and a **position** in the whole log. Positions have no
//!   gaps and follow commit order, so a reader may trust every position up to the highest it sees.
//! - An append is refused when its stream moved on meanwhile (a conflict, tried again) or when a
//!   **claim** (a unique value) is held by another stream.
//! - **Personal** values and **secrets** are sealed before they reach the table ([`personal`], [`seal`]).
//! - A **projection** turns events into a read model, in the append's transaction or after it ([`crate::projections`]).
//! - A **reactor** has an effect on the world once an event is in the log ([`reactor`]).
//!
//! The way of an append: [`store`] seals what the aggregate decided and hands it to [`writer`], which takes
//! everything that is waiting, hashes it into the Merkle tree ([`merkle`]) and commits it in one round trip.

pub mod bulk;
pub mod claims;
pub mod commands;
mod faults;
pub mod feed;
pub mod heard;
pub mod merkle;
pub mod metadata;
pub mod news;
pub mod personal;
mod prepare;
pub mod reactor;
pub mod seal;
pub mod snapshots;
pub mod store;
pub mod upcast;
pub mod writer;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use uuid::Uuid;

pub use claims::ClaimChange;
pub use commands::Commands;
pub use metadata::Metadata;
pub use personal::{Personal, Secret};
pub use store::Store;
pub use writer::{AppendError, Writer};

/// What an aggregate adds to cqrs-es's trait to live in this store.
pub trait LoggedAggregate: Aggregate<Event: 'static, Error: Send + Sync> + Clone + 'static {
    /// Raised whenever the meaning of the aggregate's serialised state changes; older snapshots are then ignored.
    const STATE_VERSION: i32;

    /// The unique values an event takes or gives up.
    fn claims(event: &Self::Event) -> Vec<ClaimChange>;

    /// The refusal to tell when other streams hold the claims of these kinds.
    fn claims_taken(kinds: &[String]) -> Self::Error;

    /// The keys that die with an event: of secrets that it used up, or of everything.
    fn destroyed_keys(_event: &Self::Event) -> Vec<DestroyedKeys> {
        Vec::new()
    }

    /// Drops from the state what is past its time. Asked before the state is kept in memory or in a snapshot, so that
    /// no secret lives on there after its key has died of age.
    fn forget_expired(&mut self, _now: DateTime<Utc>) {}
}

/// Which of a stream's keys an event destroys, in the append's own transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DestroyedKeys {
    /// That of the secret in this slot, which is used up.
    Slot(String),
    /// All of them: the person is forgotten. Such an event holds nothing personal itself.
    All,
}

/// One event on its way into the log, already sealed.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// The event's own id (time-ordered), by which a lost answer to a commit is settled.
    pub event_id: Uuid,
    /// The stored name, for example `account.registered`.
    pub event_type: String,
    /// The version of that name's shape.
    pub event_version: String,
    /// RFC 8785 canonical JSON of the sealed payload, as it goes into the table.
    pub sealed: String,
    /// JSON of the open payload for the inline projections that hear this event; none where nothing is sealed, so that
    /// it is that of the table.
    pub open: Option<String>,
}

/// A claim as the table keeps it: the value only as a keyed digest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClaimDigest {
    /// The kind of value.
    pub kind: &'static str,
    /// Within what it is unique.
    pub scope: String,
    /// HMAC-SHA-256 of kind, scope and value.
    pub digest: Vec<u8>,
}

/// A key that the append stores, wrapped by the master key.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// `person`, or the slot of a secret.
    pub slot: String,
    /// The key's id, which the sealed values name.
    pub key_id: Uuid,
    /// The key, wrapped.
    pub wrapped: Vec<u8>,
}

/// The events of one command for one stream, with everything that is decided together with them.
#[derive(Clone, Debug)]
pub struct Append {
    /// The stream's aggregate type.
    pub aggregate_type: &'static str,
    /// The stream's aggregate id.
    pub aggregate_id: String,
    /// The sequence of the stream's last event as the command saw it; 0 for a new stream.
    pub after: i64,
    /// [`Writer::epoch`] when the stream was loaded: what was loaded before a connection was lost may be ahead
    /// of a database that came back without its newest commits.
    pub epoch: u64,
    /// The events, in order; never empty.
    pub events: Vec<NewEvent>,
    /// RFC 8785 canonical JSON of the metadata, the same for all events of the command.
    pub metadata: String,
    /// Kinds of claims given up; an empty string gives up all.
    pub releases: Vec<&'static str>,
    /// Claims taken.
    pub takes: Vec<ClaimDigest>,
    /// Keys stored.
    pub keys: Vec<NewKey>,
    /// Slots whose keys are destroyed; an empty string destroys all.
    pub destroys: Vec<String>,
}
