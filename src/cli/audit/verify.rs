//! `zhanggui audit verify`: the database; or files, for which neither settings nor a database are needed.

use std::path::PathBuf;

use super::{Failure, Log, files};
use crate::audit::verify::{Report, Trusting, database, file};
use crate::cli::say;
use crate::config::{Refusal, Settings};

/// What to verify, and with what.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// An exported log; several files in their order. Without one the database is verified.
    #[arg(long, value_name = "FILE")]
    log: Vec<PathBuf>,
    /// Public keys: the published document, or a key on each line. Without them no signature is checked.
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// A checkpoint that you kept from before: shows a rewritten log, and an older copy of it.
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
}

/// Verifies, and prints what was checked.
pub(super) async fn run(
    settings: Result<Settings, Vec<Refusal>>,
    arguments: Arguments,
) -> Result<(), Failure> {
    let report = if arguments.log.is_empty() {
        in_database(&settings?, &arguments).await?
    } else {
        file::verify(&arguments.log, trusting(&arguments)?).map_err(|error| failure(&error))?
    };
    let covered = report.covered_in_all();
    let verdict = if report.has_keys && covered == 0 && report.events > 0 {
        "not covered yet: no signature speaks for these events; a server signs within a minute, `zhanggui audit checkpoint` at once".to_owned()
    } else if report.signed_by.is_empty() {
        "whole in itself: without a key of the log, or a signed checkpoint, nobody can say more".to_owned()
    } else {
        format!("verified: nothing was altered up to position {covered}")
    };
    say(format_args!("{report}{verdict}"));
    Ok(())
}

/// A fault is one line, whatever it holds.
fn failure(error: &dyn std::fmt::Display) -> Failure {
    Failure(vec![error.to_string().replace('\n', " ")])
}

fn trusting(arguments: &Arguments) -> Result<Trusting, Failure> {
    let mut trusting = Trusting::default();
    for path in &arguments.key {
        let keys: crate::audit::keys::TrustedKeys = files::read(path)?;
        trusting.keys.get_or_insert_default().0.extend(keys.0);
    }
    for path in &arguments.checkpoint {
        trusting.held.push(files::read(path)?);
    }
    Ok(trusting)
}

async fn in_database(settings: &Settings, arguments: &Arguments) -> Result<Report, Failure> {
    let trusting = trusting(arguments)?;
    let mut log = Log::open(settings).await?;
    let verified = async {
        let report =
            database::verify(&mut log.connection, trusting).await.map_err(|error| failure(&error))?;
        // A key that was put in place of the log's own does not open with the master key.
        if report.checkpoints > 0 {
            log.checkpoints.check_key(&mut log.connection).await?;
        }
        Ok(report)
    };
    let verified = verified.await;
    log.close(verified).await
}
