//! The log as a file: a line of JSON for each event, just as it is hashed, and lines between for what proves it.
//!
//! - The first line says the form and after which position the file begins: `{"zhanggui_log":{"form":1,"after":0}}`.
//! - `{"log_key":{…}}`: a key of the log, as it is published.
//! - A line that begins with `{"aggregate_id":` is an event: the canonical bytes that its leaf covers, and nothing else.
//! - `{"checkpoint":"…"}`: a signed note, behind the last event that it covers.
//! - The last line says where the file ends: `{"end":{"position":N}}`. A file without it was cut off.
//!
//! Checkpoints stand where they apply, so that a reader needs memory for one line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::checkpoint::Checkpoint;
use super::checkpoints::stored;
use super::keys::{self, KeyBody};
use super::note::Note;
use crate::eventstore::merkle::Sealed;
use crate::eventstore::merkle::rows::{Unreadable, leaves};

/// The form of the files that this program writes.
pub const FORM: u32 = 1;
/// How the line of an event begins.
pub const EVENT: &str = "{\"aggregate_id\":";
/// How many events are read between two looks at checkpoints.
const AT_ONCE: u64 = 10_000;

/// A line that is no event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry {
    /// The first line.
    ZhangguiLog {
        /// The form of the file.
        form: u32,
        /// The position after which it begins.
        after: u64,
    },
    /// A key of the log.
    LogKey(KeyBody),
    /// A signed checkpoint.
    Checkpoint(String),
    /// The last line.
    End {
        /// The last position.
        position: u64,
    },
}

/// Why there is no whole file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// An event.
    #[error("the log: {0}")]
    Log(#[from] Unreadable),
    /// The file.
    #[error("the file: {0}")]
    File(#[from] io::Error),
    /// A line could not be written as JSON, or read as it.
    #[error("the file: {0}")]
    Line(#[from] serde_json::Error),
    /// What is to be gone on with is no file of ours.
    #[error("this is no exported log that could be gone on with")]
    Foreign,
    /// It is of another log, or of this one before it was rewritten.
    #[error(
        "the file holds a checkpoint of {0} events that this log does not have: it was rewritten, or is another; the file stays as it is, and proves what the log was"
    )]
    OtherLog(u64),
    /// It goes on where the log does not.
    #[error("the log ends with position {until}: nothing comes after {after}")]
    Beyond {
        /// Where the log ends.
        until: u64,
        /// Where the file does.
        after: u64,
    },
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The position after which the file was begun, or gone on with.
    pub after: u64,
    /// The last position.
    pub position: u64,
}

/// Begins a file after a position.
///
/// # Errors
/// [`ExportError::File`], also where there is a file already.
pub fn begin(path: &Path, after: u64) -> Result<BufWriter<File>, ExportError> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    entry(&mut out, &Entry::ZhangguiLog { form: FORM, after })?;
    Ok(out)
}

/// A file that can be gone on with. Until that is done nothing in it is changed: it may be the only thing that tells what
/// the log was.
#[derive(Debug)]
pub struct Unfinished {
    file: File,
    end: u64,
    after: u64,
    /// What stands behind the last event and stays: checkpoints and keys.
    kept: Vec<Entry>,
}

impl Unfinished {
    /// Looks into a file that was cut off, or a whole one.
    ///
    /// # Errors
    /// [`ExportError`]; [`ExportError::Foreign`] when it is no such file.
    pub fn open(path: &Path) -> Result<Self, ExportError> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        let (end, after) = match last_event(&mut file)? {
            Some(found) => found,
            // Not one event yet: behind the first line.
            None => first_line(&mut file)?,
        };
        let (end, kept) = behind(&mut file, end)?;
        Ok(Self { file, end, after, kept })
    }

    /// The position of its last event.
    #[must_use]
    pub const fn after(&self) -> u64 {
        self.after
    }

    /// Goes on behind its last whole line up to `until`, if it is of this log.
    ///
    /// # Errors
    /// [`ExportError`], as [`write()`]; what is refused leaves the file as it was.
    pub async fn go_on(mut self, database: &mut PgConnection, until: u64) -> Result<Exported, ExportError> {
        let after = self.after;
        if after > until {
            return Err(ExportError::Beyond { until, after });
        }
        for entry in &self.kept {
            let Entry::Checkpoint(note) = entry else { continue };
            let note: Note = note.parse().map_err(|_| ExportError::Foreign)?;
            let held: Checkpoint = note.text.parse().map_err(|_| ExportError::Foreign)?;
            let stored = stored::of_size(&mut *database, held.size).await?;
            if stored.is_none_or(|stored| stored.checkpoint != held) {
                return Err(ExportError::OtherLog(held.size));
            }
        }
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::End(0))?;
        let mut out = BufWriter::with_capacity(1 << 20, self.file);
        write_behind(database, &mut out, (after, until), &self.kept).await
    }
}

/// The checkpoints and keys behind the last event, and where they end: at the last line, or half of one.
fn behind(file: &mut File, mut end: u64) -> Result<(u64, Vec<Entry>), ExportError> {
    file.seek(SeekFrom::Start(end))?;
    let (mut from, mut line, mut kept) = (BufReader::new(file), Vec::new(), Vec::new());
    while from.read_until(b'\n', &mut line)? > 0 {
        match line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice(line).ok()) {
            Some(entry @ (Entry::Checkpoint(_) | Entry::LogKey(_))) => kept.push(entry),
            _ => break,
        }
        end += line.len() as u64;
        line.clear();
    }
    Ok((end, kept))
}

/// Where the first line ends, and the position after which the file begins.
fn first_line(file: &mut File) -> Result<(u64, u64), ExportError> {
    file.seek(SeekFrom::Start(0))?;
    let mut line = String::new();
    BufReader::new(&mut *file).take(1 << 10).read_line(&mut line)?;
    match serde_json::from_str(line.trim_end()) {
        Ok(Entry::ZhangguiLog { form: FORM, after }) if line.ends_with('\n') => {
            Ok((line.len() as u64, after))
        }
        _ => Err(ExportError::Foreign),
    }
}

/// Where the last whole line of an event ends, and its position: searched from the end on, in ever larger pieces.
fn last_event(file: &mut File) -> Result<Option<(u64, u64)>, ExportError> {
    first_line(file)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut piece = 1_u64 << 16;
    loop {
        let from = length.saturating_sub(piece);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        (&mut *file).take(piece).read_to_end(&mut bytes)?;
        let mut end = bytes.len();
        while let Some(newline) =
            bytes.get(..end).and_then(|before| before.iter().rposition(|byte| *byte == b'\n'))
        {
            let before = bytes.get(..newline).unwrap_or_default();
            // A line of which the beginning is not in the piece is left to a larger piece.
            let start = before.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
            let Some(start) = start.or_else(|| (from == 0).then_some(0)) else { break };
            let text = before.get(start..).and_then(|line| std::str::from_utf8(line).ok()).unwrap_or("");
            if let Ok(event) = Sealed::read(text) {
                let position = u64::try_from(event.position).unwrap_or(0);
                return Ok(Some((from + newline as u64 + 1, position)));
            }
            end = start;
        }
        if from == 0 {
            return Ok(None);
        }
        piece = piece.saturating_mul(4);
    }
}

fn entry(out: &mut impl Write, entry: &Entry) -> Result<(), ExportError> {
    serde_json::to_writer(&mut *out, entry)?;
    Ok(out.write_all(b"\n")?)
}

/// Writes keys, the events after `after` up to `until`, and the checkpoints of these sizes, in constant memory.
///
/// # Errors
/// [`ExportError`]; what was written until then is whole lines but for the last, and can be gone on with.
pub async fn write(
    database: &mut PgConnection,
    out: &mut (impl Write + Send),
    after: u64,
    until: u64,
) -> Result<Exported, ExportError> {
    write_behind(database, out, (after, until), &[]).await
}

/// The same behind entries that are there already.
async fn write_behind(
    database: &mut PgConnection,
    out: &mut (impl Write + Send),
    (after, until): (u64, u64),
    kept: &[Entry],
) -> Result<Exported, ExportError> {
    let number = |position: u64| i64::try_from(position).unwrap_or(i64::MAX);
    let keys = keys::all(&mut *database).await?;
    let mut first: Vec<Entry> = keys.iter().map(|key| Entry::LogKey(KeyBody::from(key))).collect();
    // Of the very size that the file begins after: it may have been signed since, or by more.
    let signed = stored::between(&mut *database, after, after, 1).await?;
    first.extend(signed.iter().map(|stored| Entry::Checkpoint(stored.note().to_string())));
    for new in first.iter().filter(|new| !kept.contains(new)) {
        entry(out, new)?;
    }
    let until = until.max(after);
    let mut position = after;
    while position < until {
        let end = until.min(position + AT_ONCE);
        let sizes = stored::between(&mut *database, position + 1, end, i64::MAX).await?;
        let mut due = sizes.iter().peekable();
        let mut events = leaves(&mut *database, number(position), number(end));
        while let Some(event) = events.try_next().await? {
            out.write_all(event.text.as_bytes())?;
            out.write_all(b"\n")?;
            if let Some(stored) = due.next_if(|stored| number(stored.checkpoint.size) == event.position) {
                entry(out, &Entry::Checkpoint(stored.note().to_string()))?;
            }
        }
        position = end;
    }
    entry(out, &Entry::End { position: until })?;
    out.flush()?;
    Ok(Exported { after, position: until })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_events_have_their_written_form() {
        let form = |entry: &Entry| serde_json::to_string(entry).unwrap();
        assert_eq!(
            form(&Entry::ZhangguiLog { form: 1, after: 7 }),
            "{\"zhanggui_log\":{\"form\":1,\"after\":7}}"
        );
        assert_eq!(form(&Entry::Checkpoint("a\n".to_owned())), "{\"checkpoint\":\"a\\n\"}");
        assert_eq!(form(&Entry::End { position: 9 }), "{\"end\":{\"position\":9}}");
    }
}
