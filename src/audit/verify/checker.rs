//! The pass itself: events and checkpoints in order, wherever they come from.

use std::collections::VecDeque;

use super::report::{Fault, Report};
use super::streams::Streams;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::keys::{Trust, TrustedKeys};
use crate::audit::note::{Line, Note, Verdict};
use crate::eventstore::merkle::{Frontier, Hash, Sealed};

/// How many leaves are put into the frontier at once.
const AT_ONCE: usize = 256;

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
    /// Leaves that are not in the frontier yet, as many are put there at once.
    leaves: Vec<Hash>,
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
        let mut report = Report { has_keys: trusting.keys.is_some(), ..Report::default() };
        // A witness whose key was brought along and who signed nothing is told, too.
        let witnesses = trusting.keys.iter().flat_map(TrustedKeys::witnesses);
        report.witnessed_by = witnesses.map(|witness| (witness.to_string(), 0)).collect();
        let mut checker = Self {
            keys: trusting.keys,
            held: held.into(),
            frontier: Frontier::default(),
            leaves: Vec::with_capacity(AT_ONCE),
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
        self.frontier.size() + self.leaves.len() as u64
    }

    /// The root so far.
    #[must_use]
    pub fn root(&mut self) -> Hash {
        self.settle();
        self.frontier.root()
    }

    /// The bytes of the roots that the tree is made of so far, as the log's head keeps them.
    #[must_use]
    pub fn frontier(&mut self) -> Vec<u8> {
        self.settle();
        self.frontier.to_bytes()
    }

    fn settle(&mut self) {
        self.frontier.extend(&self.leaves);
        self.leaves.clear();
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

    /// The next event, by its canonical bytes and their leaf hash.
    ///
    /// # Errors
    /// The [`Fault`].
    pub(super) fn event(&mut self, text: &str, leaf: Hash) -> Result<(), Fault> {
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
        self.leaves.push(leaf);
        if self.leaves.len() == AT_ONCE {
            self.settle();
        }
        self.check_held()
    }

    /// A checkpoint that lies with the log, of the size that has been reached.
    ///
    /// # Errors
    /// The [`Fault`].
    pub fn checkpoint(&mut self, note: &Note) -> Result<(), Fault> {
        let Checkpoint { size, .. } = self.agree(note, "the checkpoint")?;
        // A file that was gone on with may have one again, with a signature more.
        if self.report.checkpoints == 0 || size > self.report.covered {
            self.report.checkpoints += 1;
        }
        self.report.covered = size;
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
            let first = self.covered() + 1;
            let how = format!(
                "the events do not have the root of {what} of size {size}: among them one was changed, added, removed or moved since it was signed"
            );
            return Err(Fault::Among { first: first.min(size), last: size, how });
        }
        self.signatures(note, &checkpoint, what)?;
        Ok(checkpoint)
    }

    /// The largest size whose root agreed.
    pub(super) fn covered(&self) -> u64 {
        self.report.covered_in_all()
    }

    fn signatures(&mut self, note: &Note, checkpoint: &Checkpoint, what: &str) -> Result<(), Fault> {
        let Some(keys) = &self.keys else { return Ok(()) };
        let (size, origin) = (checkpoint.size, &checkpoint.origin);
        match keys.judge(note, size) {
            Trust::Signed(key) if key.name != *origin => {
                return Err(Fault::Beside(format!(
                    "{what} of size {size} is of the log {origin}, but signed by a key of another: {key}"
                )));
            }
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

    /// After the last event of a log for which nothing else speaks: whoever brings keys is told of every event that nobody
    /// signed for. Without that, taking the checkpoints away would be all that a forger had to do.
    ///
    /// # Errors
    /// As [`Checker::finish`]; and the [`Fault`] that signatures are missing.
    pub fn finish_covered(self) -> Result<Report, Fault> {
        let report = self.finish()?;
        if !report.has_keys {
            return Ok(report);
        }
        let missing = "no checkpoint that a key of yours signed";
        if let Some((first, last)) = report.uncovered() {
            let how = format!("{missing} covers them: checkpoints were removed, or these events were added");
            return Err(Fault::Among { first, last, how });
        }
        if report.signed_by.is_empty() {
            return Err(Fault::Beside(format!("{missing} says that there are no events")));
        }
        Ok(report)
    }

    /// After the last event.
    ///
    /// # Errors
    /// The [`Fault`] that the log ends before a checkpoint that the auditor holds.
    pub fn finish(mut self) -> Result<Report, Fault> {
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
        Ok(self.report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::keys::Trusted;
    use crate::audit::note::{Kind, SignerKey};
    use crate::eventstore::merkle::empty_root;

    fn signer(kind: Kind, seed: u8) -> SignerKey {
        SignerKey::new("log.example", kind, [seed; 32]).unwrap()
    }

    fn trusting(signers: &[&SignerKey]) -> Trusting {
        let trusted =
            |signer: &&SignerKey| Trusted { key: signer.verifier(), first_size: 0, last_size: None };
        Trusting { keys: Some(TrustedKeys(signers.iter().map(trusted).collect())), held: Vec::new() }
    }

    /// The checkpoint of an empty log of this name.
    fn empty(origin: &str, signer: &SignerKey) -> Note {
        let text = Checkpoint { origin: origin.to_owned(), size: 0, root: empty_root() }.to_string();
        Note { lines: vec![signer.sign(&text, 0)], text }
    }

    #[test]
    fn a_checkpoint_of_one_log_by_the_key_of_another_is_told() {
        let log = signer(Kind::Log, 1);
        let mut checker = Checker::new(trusting(&[&log])).unwrap();
        let fault = checker.checkpoint(&empty("other.example", &log)).unwrap_err().to_string();
        assert!(fault.contains("is of the log other.example, but signed by a key of another"), "{fault}");
        let mut checker = Checker::new(trusting(&[&log])).unwrap();
        checker.checkpoint(&empty("log.example", &log)).unwrap();
    }

    #[test]
    fn a_witness_who_signed_nothing_is_told() {
        let (log, witness) = (signer(Kind::Log, 1), signer(Kind::Witness, 2));
        let mut checker = Checker::new(trusting(&[&log, &witness])).unwrap();
        checker.checkpoint(&empty("log.example", &log)).unwrap();
        let report = checker.finish_covered().unwrap().to_string();
        assert!(report.contains(&format!("cosignatures  0 by {}", witness.verifier())), "{report}");
    }

    #[test]
    fn with_a_key_an_empty_log_needs_a_signature_as_well() {
        let checker = Checker::new(trusting(&[&signer(Kind::Log, 1)])).unwrap();
        let fault = checker.finish_covered().unwrap_err().to_string();
        assert_eq!(fault, "no checkpoint that a key of yours signed says that there are no events");
        Checker::new(Trusting::default()).unwrap().finish_covered().unwrap();
    }
}
