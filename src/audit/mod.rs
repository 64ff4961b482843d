//! The audit: what auditors ask of the log, and how it is proved that nothing in it was altered.
//!
//! - [`note`] is a text with signatures, [`checkpoint`] the text that says how long the log is and what its root is.
//! - [`checkpoints`] are made, signed, kept; [`keys`] are the log's own, and those that an auditor trusts.
//! - [`proofs`] say that an event is in the log, and that the log was only ever added to.
//! - [`export`] writes the log into a file, [`verify`] checks that file or the database.
//! - [`cosign`] is what a witness does with a checkpoint.

pub mod checkpoint;
pub mod checkpoints;
pub mod cosign;
pub mod export;
pub mod keys;
pub mod note;
pub mod proofs;
pub mod verify;
