//! Verification of exported files, with nothing else at hand: no database, no settings, no secrets.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::{Checker, Fault, Report, Trusting};
use crate::audit::export::{EVENT, Entry, FORM};
use crate::audit::note::Note;
use crate::eventstore::merkle::Hash;
use crate::eventstore::merkle::many::{digests, pieces};

/// The longest line that is read: longer ones are no events of this program.
const LONGEST: u64 = 64 << 20;
/// How much is read at once.
const AT_ONCE: usize = 1 << 20;
/// How many lines are hashed at once.
const PORTION: usize = 64;
/// With so many bytes, fewer lines are enough.
const ENOUGH: usize = 1 << 20;

/// Why a file was not verified.
#[derive(Debug, thiserror::Error)]
pub enum Unverified {
    /// Something in it is wrong.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// It cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
}

/// Verifies a log that lies in these files, one after the other. With keys, signatures must cover all of it.
///
/// # Errors
/// [`Unverified`]: the first thing that is wrong.
pub fn verify(files: &[PathBuf], trusting: Trusting) -> Result<Report, Unverified> {
    let mut checker = Checker::new(trusting)?;
    for path in files {
        let unreadable = |error| Unverified::Unreadable(path.clone(), error);
        let file = File::open(path).map_err(unreadable)?;
        read(BufReader::with_capacity(AT_ONCE, file), path, &mut checker).map_err(
            |stopped| match stopped {
                Stopped::Fault(fault) => Unverified::Fault(fault),
                Stopped::Unreadable(error) => unreadable(error),
            },
        )?;
    }
    Ok(checker.finish_covered()?)
}

/// Why reading stopped.
#[derive(Debug)]
pub enum Stopped {
    /// Something is wrong.
    Fault(Fault),
    /// The bytes could not be read.
    Unreadable(io::Error),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Reads one file to its end.
///
/// # Errors
/// [`Stopped`].
pub fn read(mut from: impl BufRead, name: &Path, checker: &mut Checker) -> Result<(), Stopped> {
    let (mut reading, mut lines) = (Reading::Begun, Lines::default());
    loop {
        let read = lines.read(&mut from);
        // What came before an error is looked at first.
        for (line, leaf) in lines.hashed() {
            let text = line.and_then(|line| std::str::from_utf8(line).ok());
            let Some(text) = text else {
                let how = format!("a line of {} is no text, has no end or is too long", name.display());
                return Err(Fault::at(checker.position() + 1, how).into());
            };
            reading = reading.line(text, leaf, name, checker)?;
        }
        if !read.map_err(Stopped::Unreadable)? {
            break;
        }
    }
    match reading {
        Reading::Ended => Ok(()),
        Reading::Begun | Reading::Going => {
            let how = format!("{} breaks off here: it lacks its last line", name.display());
            Err(Fault::at(checker.position() + 1, how).into())
        }
    }
}

/// A few lines, whose leaf hashes are computed at once.
#[derive(Default)]
struct Lines {
    /// Each with the byte before it that makes it a leaf (RFC 9162, 2.1.1), and without its end.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Whether the last one has no end.
    is_cut: bool,
}

impl Lines {
    /// Reads the next ones; gives whether there may be more.
    fn read(&mut self, from: &mut impl BufRead) -> Result<bool, io::Error> {
        self.bytes.clear();
        self.ends.clear();
        self.is_cut = false;
        while self.ends.len() < PORTION && self.bytes.len() < ENOUGH && !self.is_cut {
            let begin = self.bytes.len();
            self.bytes.push(0);
            let read = from.take(LONGEST).read_until(b'\n', &mut self.bytes);
            if !matches!(read, Ok(1..)) {
                self.bytes.truncate(begin);
                return read.map(|_| false);
            }
            self.is_cut = self.bytes.pop_if(|byte| *byte == b'\n').is_none();
            self.ends.push(self.bytes.len());
        }
        Ok(true)
    }

    /// The lines, none for one without an end, and what they hash to as leaves.
    fn hashed(&self) -> impl Iterator<Item = (Option<&[u8]>, Hash)> {
        let pieces = pieces(&self.bytes, &self.ends);
        let hashes = digests(&pieces);
        let whole = pieces.len() - usize::from(self.is_cut);
        let lines = pieces.into_iter().enumerate();
        lines.map(move |(nth, piece)| piece.get(1..).filter(|_| nth < whole)).zip(hashes)
    }
}

/// Where in a file one is.
enum Reading {
    /// Before its first line.
    Begun,
    /// Between its first and its last.
    Going,
    /// After its last.
    Ended,
}

impl Reading {
    fn line(self, text: &str, leaf: Hash, name: &Path, checker: &mut Checker) -> Result<Self, Fault> {
        let position = checker.position();
        if let (Self::Going, true) = (&self, text.starts_with(EVENT)) {
            checker.event(text, leaf)?;
            return Ok(self);
        }
        let wrong = |how: &str| Fault::at(position + 1, format!("in {}: {how}", name.display()));
        let entry = serde_json::from_str(text)
            .map_err(|_| wrong("a line is neither an event nor anything else of an exported log"))?;
        match (self, entry) {
            (Self::Begun, Entry::ZhangguiLog { form, after }) => {
                if form != FORM {
                    return Err(wrong("the file has a form that this program does not know"));
                }
                if after != position {
                    return Err(wrong(&format!(
                        "the file begins after position {after}, so what comes before must be given first"
                    )));
                }
                Ok(Self::Going)
            }
            (Self::Going, Entry::LogKey(_)) => Ok(Self::Going),
            (Self::Going, Entry::Checkpoint(note)) => {
                let note: Note = note.parse().map_err(|error| wrong(&format!("a checkpoint: {error}")))?;
                checker.checkpoint(&note)?;
                Ok(Self::Going)
            }
            (Self::Going, Entry::End { position: end }) => {
                if end == position {
                    Ok(Self::Ended)
                } else {
                    Err(wrong(&format!("the file should end after position {end}")))
                }
            }
            _ => Err(wrong("a line stands where it may not")),
        }
    }
}
