//! Verification: every leaf from its event's canonical bytes, the order of positions, streams and times, and the root
//! at every checkpoint; from an exported file without anything else ([`mod@file`]), or in the database ([`database`]).
//!
//! One pass, in order, in memory that does not grow with the log but for a few bytes for each stream ([`streams`]).
//! It ends at the first thing that is wrong, and names it ([`Fault`]).

pub mod checker;
pub mod database;
pub mod file;
pub mod report;
pub mod streams;

pub use checker::{Checker, Trusting};
pub use report::{Fault, Report};
