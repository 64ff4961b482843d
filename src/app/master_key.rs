//! Where the master key comes from.

use std::path::Path;

use crate::config::{Refusal, Settings};
use crate::database::AppError;
use crate::eventstore::seal::MasterKey;
use crate::ports::Ports;

/// The master key from the settings, or in development one that is made once and kept in the data folder.
///
/// # Errors
/// [`Refusal`] when the kept key cannot be read or written.
pub fn master_key(settings: &Settings, ports: &Ports) -> Result<MasterKey, AppError> {
    if let Some(key) = &settings.master_key {
        return Ok(key.clone());
    }
    let file = settings.data_dir.join("master.key");
    let refuse = |error: &dyn std::fmt::Display| {
        Refusal(format!(
            "the master key in {}: {error}; give ZHANGGUI_MASTER_KEY instead, or make the file readable",
            file.display()
        ))
    };
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(MasterKey::parse(&text).map_err(|error| refuse(&error))?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = MasterKey::generate(ports)?;
            write_private(&file, &key.to_hex()).map_err(|error| refuse(&error))?;
            Ok(key)
        }
        Err(error) => Err(refuse(&error).into()),
    }
}

/// Writes a new file that only its owner can read (mode 0600), whole or not at all, and so that it survives a power cut.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let unfinished = file.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut open = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    open.write_all(text.as_bytes())?;
    open.sync_all()?;
    std::fs::rename(&unfinished, file)?;
    std::fs::File::open(folder)?.sync_all()
}
