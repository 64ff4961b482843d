//! Verification of exported files, with nothing else at hand: no database, no settings, no secrets.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::{Checker, Fault, Report, Trusting};
use crate::audit::export::{EVENT, Entry, FORM};
use crate::audit::note::Note;

/// The longest line that is read: longer ones are no events of this program.
const LONGEST: u64 = 64 << 20;
/// How much is read at once.
const AT_ONCE: usize = 1 << 20;

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
    let mut reading = Reading::Begun;
    let mut line = Vec::new();
    loop {
        line.clear();
        from.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(Stopped::Unreadable)?;
        if line.is_empty() {
            break;
        }
        let text = line.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok());
        let Some(text) = text else {
            let how = format!("a line of {} is no text, has no end or is too long", name.display());
            return Err(Fault::at(checker.position() + 1, how).into());
        };
        reading = reading.line(text, name, checker)?;
    }
    match reading {
        Reading::Ended => Ok(()),
        Reading::Begun | Reading::Going => {
            let how = format!("{} breaks off here: it lacks its last line", name.display());
            Err(Fault::at(checker.position() + 1, how).into())
        }
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
    fn line(self, text: &str, name: &Path, checker: &mut Checker) -> Result<Self, Fault> {
        let position = checker.position();
        if let (Self::Going, true) = (&self, text.starts_with(EVENT)) {
            checker.event(text)?;
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
