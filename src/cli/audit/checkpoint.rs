//! `zhanggui audit checkpoint`: signs the log now; shows a checkpoint; keeps the cosignature of a witness.

use std::path::{Path, PathBuf};

use super::{Failure, Log, files};
use crate::audit::checkpoints::stored::{self, Stored};
use crate::audit::keys::TrustedKeys;
use crate::audit::note::{Note, Verdict};
use crate::cli::say;
use crate::config::Settings;
use crate::eventstore::merkle::stored::clear;
use crate::ports::Ports;

/// Which checkpoint, and what to do with it.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Show the checkpoint of this size instead of signing.
    #[arg(long)]
    size: Option<u64>,
    /// Keep the cosignatures of this cosigned checkpoint beside the log's own.
    #[arg(long, value_name = "FILE", requires = "witness", conflicts_with = "size")]
    add: Option<PathBuf>,
    /// The public keys of the witnesses whose cosignatures are kept.
    #[arg(long, value_name = "FILE", requires = "add")]
    witness: Option<PathBuf>,
    /// Make all tiles of the Merkle tree anew first.
    #[arg(long)]
    retile: bool,
}

/// Prints the checkpoint.
pub(super) async fn run(settings: &Settings, arguments: Arguments) -> Result<(), Failure> {
    let mut log = Log::open(settings).await?;
    let done = act(&mut log, arguments).await;
    let shown = log.close(done).await?;
    say(format_args!("{}", shown.note().to_string().trim_end()));
    Ok(())
}

async fn act(log: &mut Log, arguments: Arguments) -> Result<Stored, Failure> {
    let database = &mut log.connection;
    let failed = |error: sqlx::Error| Failure::from(crate::database::AppError::from(error));
    if arguments.retile {
        clear(database).await.map_err(failed)?;
    }
    if let (Some(file), Some(witnesses)) = (&arguments.add, &arguments.witness) {
        return add(log, file, witnesses).await;
    }
    match arguments.size {
        None => Ok(log.checkpoints.make(database).await?),
        Some(size) => {
            let found = stored::of_size(database, size).await.map_err(failed)?;
            found.ok_or_else(|| Failure(vec![format!("no checkpoint of size {size} was signed")]))
        }
    }
}

async fn add(log: &mut Log, file: &Path, witnesses: &Path) -> Result<Stored, Failure> {
    let failed = |error: sqlx::Error| Failure::from(crate::database::AppError::from(error));
    let (note, keys): (Note, TrustedKeys) = (files::read(file)?, files::read(witnesses)?);
    let unknown = || Failure(vec![format!("{} holds no checkpoint of this log", file.display())]);
    let checkpoint: crate::audit::checkpoint::Checkpoint = note.text.parse().map_err(|_| unknown())?;
    let size = checkpoint.size;
    let known = stored::of_size(&mut log.connection, size).await.map_err(failed)?;
    if known.is_none_or(|known| known.checkpoint != checkpoint) {
        return Err(unknown());
    }
    let mut kept = 0;
    for witness in keys.witnesses() {
        let Verdict::Signed(_) = witness.verify(&note) else { continue };
        for line in note.lines.iter().filter(|line| line.name == witness.name && line.key_id == witness.id())
        {
            stored::add(&mut log.connection, size, Ports::system().now(), line).await.map_err(failed)?;
            kept += 1;
        }
    }
    if kept == 0 {
        return Err(Failure(vec![format!(
            "{} has no right cosignature by any of these witnesses",
            file.display()
        )]));
    }
    stored::of_size(&mut log.connection, size).await.map_err(failed)?.ok_or_else(unknown)
}
