//! `zhanggui audit …`: one file per subcommand.
//!
//! The settings come unchecked: what works on a file alone needs none.

mod verify;

use super::Failure;
use crate::config::{Refusal, Settings};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Check that nothing in the log was altered.
    Verify(verify::Arguments),
}

/// Runs a subcommand.
pub(super) async fn run(
    settings: Result<Settings, Vec<Refusal>>,
    command: Command,
) -> Result<(), Failure> {
    match command {
        Command::Verify(arguments) => verify::run(settings, arguments).await,
    }
}
