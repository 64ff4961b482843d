//! A year of a shop that never was: people who come and stay away, stores, products, the crawler's luck, closed days.
//!
//! Everything is told to the log as it would have been told had it happened, so that it verifies, people can log in,
//! and every read model can be built from it. With the same seed and the same last instant the same people do the same
//! things at the same times under the same ids; only keys, ids of events and the password's salt are new each time,
//! since a key that anybody can work out seals nothing.

mod chance;
mod clock;
mod history;
mod merchants;
mod people;
mod words;

pub use clock::DemoClock;
pub use history::{Stores, Written, write};

use chrono::{DateTime, Utc};

use crate::calendar::Calendar;

/// The password of everybody in it.
pub const PASSWORD: &str = "shopkeeper demo 2026";

/// The people whom one can be, with the role that each holds.
pub const CAST: [(&str, &str); 4] = [
    ("demo_admin", "admin"),
    ("demo_analyst", "analyst"),
    ("demo_auditor", "auditor"),
    ("demo_merchant", "no role, but a store"),
];

/// What is to be made up.
#[derive(Clone, Debug)]
pub struct Plan {
    /// By which everything is decided.
    pub seed: u64,
    /// How many people register in all.
    pub people: u32,
    /// On how many local days, the last one being that of `until`.
    pub days: u32,
    /// When it ends.
    pub until: DateTime<Utc>,
    /// By which days people are counted.
    pub calendar: Calendar,
    /// The hash of [`PASSWORD`], the same for everybody.
    pub password_hash: String,
}
