//! `zhanggui audit export`: the log into a file.

use std::path::PathBuf;
use std::time::Instant;

use super::{Failure, Log};
use crate::audit::export::{ExportError, Exported, Unfinished, begin, write};
use crate::cli::say;
use crate::config::Settings;

/// Where to, and from where on.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The file; one that is there already is only gone on with if asked for.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only what came after this position, to go with a file that ends there.
    #[arg(long, value_name = "POSITION", default_value_t = 0, conflicts_with = "resume")]
    after: u64,
    /// Go on with the file behind its last whole event, whether it was cut off or the log has gone on.
    #[arg(long)]
    resume: bool,
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self(vec![error.to_string().replace('\n', " ")])
    }
}

/// Exports up to a checkpoint that is signed for it.
pub(super) async fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let mut log = Log::open(settings).await?;
    let begun = Instant::now();
    let done = act(&mut log, arguments).await;
    let exported = log.close(done).await?;
    let amount = exported.position.saturating_sub(exported.after);
    say(format_args!(
        "{amount} events, positions {} to {}, in {:.1} s: {}",
        exported.after + 1,
        exported.position,
        begun.elapsed().as_secs_f64(),
        arguments.out.display()
    ));
    Ok(())
}

async fn act(log: &mut Log, arguments: &Arguments) -> Result<Exported, Failure> {
    // A file that is there is only read until the log is known to go on from it.
    let unfinished = arguments.resume.then(|| Unfinished::open(&arguments.out)).transpose()?;
    let database = &mut log.connection;
    let until = log.checkpoints.make(database).await?.checkpoint.size;
    if let Some(unfinished) = unfinished {
        return Ok(unfinished.go_on(database, until).await?);
    }
    let after = arguments.after;
    if after > until {
        return Err(ExportError::Beyond { until, after }.into());
    }
    let mut out = begin(&arguments.out, after)?;
    Ok(write(database, &mut out, after, until).await?)
}
