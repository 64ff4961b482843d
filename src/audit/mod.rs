//! The audit: what auditors ask of the log, and how it is proved that nothing in it was altered.
//!
//! Looking:
//! - [`search`] finds events; [`walk`] says which index a question walks, and how far; [`statement`] is how that is written.
//! - [`event`] is the form in which auditors see an event; [`lines`] streams all of them.
//! - [`veil`] covers what is personal or secret; [`reveal`] records who looks behind it, and then lifts it.
//! - [`aggregates`] lists what can be replayed; [`replay`] tells a state at any point, and [`diff`] what changed between two.
//! - [`links`] goes from an event to what caused it and what it caused.
//!
//! Proving:
//! - [`note`] is a text with signatures, [`checkpoint`] the text that says how long the log is and what its root is.
//! - [`checkpoints`] are made, signed, kept; [`keys`] are the log's own, and those that an auditor trusts.
//! - [`proofs`] say that an event is in the log, and that the log was only ever added to.
//! - [`export`] writes the log into a file, [`verify`] checks that file or the database.
//! - [`cosign`] is what a witness does with a checkpoint.

pub mod aggregates;
pub mod checkpoint;
pub mod checkpoints;
pub mod cosign;
pub mod diff;
pub mod event;
pub mod export;
pub mod keys;
pub mod lines;
pub mod links;
pub mod note;
pub mod proofs;
pub mod replay;
pub mod reveal;
pub mod search;
pub mod statement;
pub mod veil;
pub mod verify;
pub mod walk;

use sqlx::PgPool;

use crate::eventstore::upcast::Upcasters;

/// What every question needs: the log, read only, and how old events are read today.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Connections to the log.
    pub pool: PgPool,
    /// Brings old events to today's shape.
    pub upcasters: Upcasters,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The database's.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// An event that the program cannot read, or a state that it cannot write: a defect, or a log that was altered.
    #[error("the event at position {position} cannot be replayed: {source}")]
    Unreadable {
        /// Its place in the log.
        position: i64,
        /// Why.
        source: serde_json::Error,
    },
    /// It could not be recorded that somebody looks, so nothing is shown.
    #[error("it could not be recorded who looks at whose data: {0}")]
    Unrecorded(#[from] cqrs_es::AggregateError<crate::account::AccountError>),
}
