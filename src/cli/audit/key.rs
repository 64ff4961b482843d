//! `zhanggui audit key show|rotate|new`: the keys that sign the log, and keys for witnesses.

use std::path::PathBuf;

use super::{Failure, Log, files};
use crate::audit::keys::{self, KeyDocument};
use crate::audit::note::{Kind, SignerKey};
use crate::cli::say;
use crate::config::Settings;
use crate::database::AppError;
use crate::eventstore::seal::SealError;
use crate::ports::Ports;

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Print the log's public keys, as they are published.
    Show,
    /// Turn to the next key: both sign the newest checkpoint, the old one nothing after it.
    Rotate,
    /// Make a key for a witness, and print its public half.
    New(New),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct New {
    /// The witness's name, for example witness.example.com/w1.
    name: String,
    /// The file for the private key; only its owner will be able to read it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Makes a key for a witness.
pub(super) fn new(arguments: &New) -> Result<(), Failure> {
    let seed =
        Ports::system().random().map_err(|error| Failure::from(AppError::from(SealError::from(error))))?;
    let key = SignerKey::new(&arguments.name, Kind::Witness, seed)
        .map_err(|error| Failure(vec![error.to_string()]))?;
    files::write_private(&arguments.out, &(key.to_secret_text() + "\n"))?;
    say(format_args!("{}", key.verifier()));
    Ok(())
}

/// Runs the command on the database that the settings name.
pub(super) async fn run(settings: &Settings, command: &Command) -> Result<(), Failure> {
    let mut log = Log::open(settings).await?;
    let done = async {
        if matches!(command, Command::Rotate) {
            log.checkpoints.rotate(&mut log.connection).await?;
        }
        keys::all(&mut log.connection).await.map_err(|error| Failure::from(AppError::from(error)))
    };
    let done = done.await;
    let keys = log.close(done).await?;
    let document = serde_json::to_string_pretty(&KeyDocument::of(&keys));
    say(format_args!("{}", document.map_err(|error| Failure(vec![error.to_string()]))?));
    Ok(())
}
