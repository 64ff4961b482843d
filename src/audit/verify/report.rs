//! What a verification found: what was checked, or the first thing that is wrong.

use std::collections::BTreeMap;
use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::eventstore::merkle::Hash;

/// The first thing that is wrong: where, and how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// At one place of the log.
    #[error("position {position}: {how}")]
    At {
        /// The place.
        position: u64,
        /// What is wrong there.
        how: String,
    },
    /// At one of the places from the first to the last.
    #[error("positions {first} to {last}: {how}")]
    Among {
        /// The first place that it may be.
        first: u64,
        /// The last.
        last: u64,
        /// What is wrong there.
        how: String,
    },
    /// With something else than an event.
    #[error("{0}")]
    Beside(String),
}

impl Fault {
    /// A fault at one place.
    pub(super) fn at(position: u64, how: impl Into<String>) -> Self {
        Self::At { position, how: how.into() }
    }
}

/// What was checked and is right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The log's name, where a checkpoint told it.
    pub origin: Option<String>,
    /// How many events.
    pub events: u64,
    /// In how many streams.
    pub streams: u64,
    /// When the first was recorded.
    pub first_time: Option<String>,
    /// When the last was.
    pub last_time: Option<String>,
    /// The root over all of them.
    pub root: Hash,
    /// How many checkpoints agree with the events.
    pub checkpoints: u64,
    /// The size of the largest.
    pub covered: u64,
    /// Whether there were keys to check signatures with.
    pub has_keys: bool,
    /// How many checkpoints each trusted key of the log signed, by its written form.
    pub signed_by: BTreeMap<String, u64>,
    /// How many cosignatures of each trusted witness are right.
    pub witnessed_by: BTreeMap<String, u64>,
    /// How many cosignatures nobody could check.
    pub unchecked_cosignatures: u64,
    /// The sizes of the checkpoints that the auditor held.
    pub held: Vec<u64>,
    /// What else was checked.
    pub beside: Vec<String>,
}

impl Report {
    /// The size of the largest checkpoint that agrees, of those that lie with the log and those that the auditor held.
    #[must_use]
    pub fn covered_in_all(&self) -> u64 {
        self.held.iter().copied().fold(self.covered, u64::max)
    }

    /// The positions that no checkpoint covers, from the first to the last; none where there are none.
    #[must_use]
    pub fn uncovered(&self) -> Option<(u64, u64)> {
        let covered = self.covered_in_all();
        (covered < self.events).then_some((covered + 1, self.events))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.origin {
            writeln!(f, "log           {origin}")?;
        }
        write!(f, "events        {}, without a gap, in {} streams without a gap", self.events, self.streams)?;
        if let (Some(first), Some(last)) = (&self.first_time, &self.last_time) {
            write!(f, ", recorded from {first} to {last}, never backwards")?;
        }
        writeln!(f, "; every leaf computed from its canonical bytes")?;
        writeln!(f, "root          {}", STANDARD.encode(self.root))?;
        match self.checkpoints {
            0 => writeln!(
                f,
                "checkpoints   none: nothing that lies with these events and was signed covers them"
            )?,
            amount => writeln!(
                f,
                "checkpoints   {amount}, all with the root of the events and each the beginning of the next, up to size {}",
                self.covered
            )?,
        }
        if self.checkpoints > 0 && self.covered < self.events {
            writeln!(f, "              {} newer events are covered by none yet", self.events - self.covered)?;
        }
        if !self.has_keys {
            writeln!(f, "signatures    UNCHECKED: give the log's key with --key")?;
        }
        for (key, amount) in &self.signed_by {
            writeln!(f, "signatures    {amount} by {key}")?;
        }
        for (key, amount) in &self.witnessed_by {
            writeln!(f, "cosignatures  {amount} by {key}")?;
        }
        if self.unchecked_cosignatures > 0 {
            writeln!(
                f,
                "cosignatures  {} unchecked: no key of their witnesses was given",
                self.unchecked_cosignatures
            )?;
        }
        for size in &self.held {
            writeln!(
                f,
                "held          your checkpoint of size {size} agrees: the log begins with what it was then"
            )?;
        }
        for line in &self.beside {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
