//! Files that the subcommands read and write: notes, keys, proofs.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::str::FromStr;

use super::Failure;

/// The most bytes of such a file.
const LARGEST: u64 = 16 << 20;

/// What a file holds, read as what it should be.
pub(super) fn read<T: FromStr<Err: std::fmt::Display>>(path: &Path) -> Result<T, Failure> {
    text(path)?.parse().map_err(|error| Failure(vec![format!("{}: {error}", path.display())]))
}

/// The text of a file.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let cannot =
        |error: &dyn std::fmt::Display| Failure(vec![format!("{} cannot be read: {error}", path.display())]);
    let length = fs::metadata(path).map_err(|error| cannot(&error))?.len();
    if length > LARGEST {
        return Err(cannot(&"it is too large"));
    }
    fs::read_to_string(path).map_err(|error| cannot(&error))
}

/// Whether there is such a file. One that cannot be looked at is not taken for one that is not there.
pub(super) fn is_there(path: &Path) -> Result<bool, Failure> {
    path.try_exists().map_err(|error| Failure(vec![format!("{} cannot be read: {error}", path.display())]))
}

/// Keeps every other process from a file for as long as the lock lives, by a file beside it, which stays: what is at `path`
/// is replaced, and with it would be the lock. The system lets go of it when the process ends, however it does.
pub(super) fn lock(path: &Path) -> Result<fs::File, Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let failed = |how: &dyn std::fmt::Display| Failure(vec![format!("{}: {how}", path.display())]);
    let file = fs::OpenOptions::new().write(true).create(true).truncate(false).open(&beside);
    let file = file.map_err(|error| failed(&format_args!("its lock cannot be made: {error}")))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(failed(&"another process is at it")),
        Err(fs::TryLockError::Error(error)) => Err(failed(&error)),
    }
}

/// Writes a file, whole or not at all, and so that it survives a power cut.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let write = || {
        let unfinished = path.with_extension("new");
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(|error| Failure(vec![format!("{} cannot be written: {error}", path.display())]))
}

/// Writes a new file that only its owner can read.
pub(super) fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let write = || {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| Failure(vec![format!("{} cannot be made: {error}", path.display())]))
}
