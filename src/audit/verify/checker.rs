//! The pass itself: events and checkpoints in order, wherever they come from.

use std::collections::VecDeque;

use super::report::{Fault, Report};
use super::streams::Streams;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::keys::{Trust, TrustedKeys};
use crate::audit::note::{Line, Note, Verdict};
use crate::eventstore::merkle::{Frontier, Hash, Sealed, leaf_hash};

/// What the auditor brings along.
#[derive(Clone, Debug, Default)]
pub struct Trusting {
    /// Keys that the auditor trusts; none: signatures are not checked.
    pub keys: Option<TrustedKeys>,
    /// Checkpoints that the auditor holds from before.
    pub held: Vec<Note>,
}

/// A checkpoint of the auditor's own.
#[derive(Debug)]
struct Held {
    checkpoint: Checkpoint,
    note: Note,
}

/// Checks a log from its first event on.
#[derive(Debug)]
pub struct Checker {
    keys: Option<TrustedKeys>,
    held: VecDeque<Held>,
    frontier: Frontier,
    streams: Streams,
    last_time: String,
    report: Report,
}

impl Checker {
    /// Before the first event.
    ///
    /// # Errors
    /// A [`Fault`] when something that the auditor holds is no checkpoint.
    pub fn new(trusting: Trusting) -> Result<Self, Fault> {
        let mut held = Vec::with_capacity(trusting.held.len());
        for note in trusting.held {
            let checkpoint =
                note.text.parse().map_err(|_| Fault::Beside("what you hold is no checkpoint".to_owned()))?;
            held.push(Held { checkpoint, note });
        }
        held.sort_by_key(|held| held.checkpoint.size);
        let report = Report { has_keys: trusting.keys.is_some(), ..Report::default() };
        let mut checker = Self {
            keys: trusting.keys,
            held: held.into(),
            frontier: Frontier::default(),
            streams: Streams::default(),
            last_time: String::new(),
            report,
        };
        checker.check_held()?;
        Ok(checker)
    }

    /// How many events were checked.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.frontier.size()
    }

    /// The root so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The bytes of the roots that the tree is made of so far, as the log's head keeps them.
    #[must_use]
    pub fn frontier(&self) -> Vec<u8> {
        self.frontier.to_bytes()
    }

    /// When the last event was recorded.
    #[must_use]
    pub fn last_time(&self) -> &str {
        &self.last_time
    }

    /// Checks that an event at `position` may come next: it is asked before its bytes are looked at.
    ///
    /// # Errors
    /// The [`Fault`].
    pub fn place(&self, position: u64) -> Result<(), Fault> {
        let expected = self.position() + 1;
        if position == expected {
            return Ok(());
        }
        if position < expected {
            let how = format!("stands after position {}: it is there twice, or out of place", expected - 1);
            return Err(Fault::at(position, how));
        }
        Err(Fault::at(expected, format!("is missing: position {position} follows")))
    }

    /// The next event, by its canonical bytes.
    ///
    /// # Errors
    /// The [`Fault`].
    pub fn event(&mut self, text: &str) -> Result<(), Fault> {
        self.event_with(text, leaf_hash(text.as_bytes()))
    }

    /// The next event, whose leaf hash is computed already.
    pub(super) fn event_with(&mut self, text: &str, leaf: Hash) -> Result<(), Fault> {
        let expected = self.position() + 1;
        let event = Sealed::read(text).map_err(|error| {
            Fault::at(expected, format!("the event is {error}, or not of the form of one"))
        })?;
        self.place(u64::try_from(event.position).unwrap_or(0))?;
        let Sealed { aggregate_type, aggregate_id, sequence, recorded_at, .. } = event;
        if let Err(wanted) = self.streams.next(aggregate_type, aggregate_id, sequence) {
            let how = format!(
                "sequence {sequence} of stream {aggregate_type}/{aggregate_id}, where {wanted} should follow"
            );
            return Err(Fault::at(expected, how));
        }
        if recorded_at < self.last_time.as_str() {
            let how =
                format!("recorded at {recorded_at}, before the event in front of it ({})", self.last_time);
            return Err(Fault::at(expected, how));
        }
        self.last_time.clear();
        self.last_time.push_str(recorded_at);
        if self.report.first_time.is_none() {
            self.report.first_time = Some(recorded_at.to_owned());
        }
        self.frontier.push(leaf);
        self.check_held()
    }

    /// A checkpoint that lies with the log, of the size that has been reached.
    ///
    /// # Errors
    /// The [`Fault`].
    pub fn checkpoint(&mut self, note: &Note) -> Result<(), Fault> {
        let checkpoint = self.agree(note, "the checkpoint")?;
        self.report.checkpoints += 1;
        self.report.covered = checkpoint.size;
        Ok(())
    }

    /// Those that the auditor holds of the size that has been reached.
    fn check_held(&mut self) -> Result<(), Fault> {
        while self.held.front().is_some_and(|held| held.checkpoint.size <= self.position()) {
            let Some(Held { note, checkpoint }) = self.held.pop_front() else { break };
            self.agree(&note, "the checkpoint that you hold")?;
            self.report.held.push(checkpoint.size);
        }
        Ok(())
    }

    /// Whether a note is a checkpoint of this log as it is here, signed by whom it should be.
    fn agree(&mut self, note: &Note, what: &str) -> Result<Checkpoint, Fault> {
        let position = self.position();
        let checkpoint: Checkpoint = note.text.parse().map_err(|_| {
            Fault::Beside(format!("{what} after position {position} has not the form of one"))
        })?;
        let size = checkpoint.size;
        if size != position {
            return Err(Fault::Beside(format!("{what} of size {size} stands after position {position}")));
        }
        let origin = self.report.origin.get_or_insert_with(|| checkpoint.origin.clone());
        if *origin != checkpoint.origin {
            let other = &checkpoint.origin;
            return Err(Fault::Beside(format!(
                "{what} of size {size} is of another log: {other}, not {origin}"
            )));
        }
        if checkpoint.root != self.root() {
            let first = self.covered_so_far() + 1;
            let how = format!(
                "the events do not have the root of {what} of size {size}: among them one was changed, added, removed or moved since it was signed"
            );
            return Err(Fault::Among { first: first.min(size), last: size, how });
        }
        self.signatures(note, size, what)?;
        Ok(checkpoint)
    }

    /// The largest size whose root agreed.
    fn covered_so_far(&self) -> u64 {
        self.report.covered.max(self.report.held.last().copied().unwrap_or(0))
    }

    fn signatures(&mut self, note: &Note, size: u64, what: &str) -> Result<(), Fault> {
        let Some(keys) = &self.keys else { return Ok(()) };
        match keys.judge(note, size) {
            Trust::Signed(key) => *self.report.signed_by.entry(key.to_string()).or_default() += 1,
            Trust::Wrong(key) => {
                return Err(Fault::Beside(format!("{what} of size {size}: the signature by {key} is wrong")));
            }
            Trust::OutOfTime(key) => {
                let how =
                    "is signed by a key that did not sign this size: it had retired, or was not yet in use";
                return Err(Fault::Beside(format!("{what} of size {size} {how}: {key}")));
            }
            Trust::Unknown => {
                let names: Vec<String> = note
                    .lines
                    .iter()
                    .map(|line| format!("{}+{}", line.name, hex::encode(line.key_id)))
                    .collect();
                let by = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
                return Err(Fault::Beside(format!(
                    "{what} of size {size} is not signed by a key that you trust: the key was replaced, or you lack its successor; it is signed by {by}"
                )));
            }
        }
        for witness in keys.witnesses() {
            match witness.verify(note) {
                Verdict::Absent => {}
                Verdict::Wrong => {
                    return Err(Fault::Beside(format!(
                        "{what} of size {size}: the cosignature by {witness} is wrong"
                    )));
                }
                Verdict::Signed(_) => *self.report.witnessed_by.entry(witness.to_string()).or_default() += 1,
            }
        }
        let is_known =
            |line: &Line| keys.witnesses().any(|key| key.name == line.name && key.id() == line.key_id);
        let own = self.report.origin.as_deref();
        let others = note.lines.iter().filter(|line| Some(line.name.as_str()) != own && !is_known(line));
        self.report.unchecked_cosignatures += others.count() as u64;
        Ok(())
    }

    /// After the last event.
    ///
    /// # Errors
    /// The [`Fault`] that the log ends before a checkpoint that the auditor holds.
    pub fn finish(mut self, beside: Vec<String>) -> Result<Report, Fault> {
        let end = self.position();
        if let Some(held) = self.held.front() {
            let size = held.checkpoint.size;
            return Err(Fault::at(
                end + 1,
                format!(
                    "is missing: the log ends with {end} events, but the checkpoint that you hold is of {size}: the newest were removed, or this is an older copy of the log"
                ),
            ));
        }
        self.report.root = self.root();
        self.report.events = end;
        self.report.streams = self.streams.amount();
        if end > 0 {
            self.report.last_time = Some(self.last_time);
        }
        self.report.beside = beside;
        Ok(self.report)
    }
}
