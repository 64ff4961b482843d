//! `zhanggui config check`: what is in force, or every reason not to start.

use super::{Failure, say};
use crate::config::Settings;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Explain every refusal, or show what is in force (secrets hidden).
    Check,
}

/// Prints the settings; the refusals were told by whoever checked them.
#[expect(clippy::unnecessary_wraps, reason = "all subcommands have one shape")]
pub(super) fn check(settings: &Settings) -> Result<(), Failure> {
    say(format_args!("{settings}"));
    Ok(())
}
