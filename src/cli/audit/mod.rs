//! `zhanggui audit …`: one file per subcommand.
//!
//! The settings come unchecked: what works on a file alone needs none.

mod diff;
mod events;
mod reading;
mod state;
mod table;
mod verify;

use super::Failure;
use crate::config::{Refusal, Settings};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Check that nothing in the log was altered.
    Verify(verify::Arguments),
    /// Find events: by time, actor, type, stream, correlation, cause.
    Events(Box<events::Arguments>),
    /// The state of an aggregate at any point of its history.
    State(state::Arguments),
    /// What changed between two points of an aggregate's history, field by field.
    Diff(diff::Arguments),
}

/// Runs a subcommand.
pub(super) async fn run(settings: Result<Settings, Vec<Refusal>>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Verify(arguments) => verify::run(settings, arguments).await,
        Command::Events(arguments) => events::run(settings?, *arguments).await,
        Command::State(arguments) => state::run(settings?, arguments).await,
        Command::Diff(arguments) => diff::run(settings?, arguments).await,
    }
}
