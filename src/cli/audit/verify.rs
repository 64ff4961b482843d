//! `zhanggui audit verify`: against the database, or a file without one.

use std::path::PathBuf;

use super::Failure;
use crate::config::{Refusal, Settings};

/// What to verify.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// An exported log; without one, the database is verified.
    #[arg(long)]
    log: Vec<PathBuf>,
}

/// Verifies.
#[expect(clippy::unused_async, reason = "it will read the database")]
pub(super) async fn run(
    _settings: Result<Settings, Vec<Refusal>>,
    arguments: Arguments,
) -> Result<(), Failure> {
    Err(Failure(vec![format!("cannot verify {:?} yet", arguments.log)]))
}
