//! `zhanggui audit cosign`: what a witness runs, on a machine of its own, with neither settings nor a database.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Failure, files};
use crate::audit::cosign::cosign;
use crate::audit::keys::TrustedKeys;
use crate::audit::note::{Note, SignerKey};
use crate::cli::say;
use crate::eventstore::merkle::Hash;
use crate::ports::Ports;

/// What to cosign, and with what.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The checkpoint.
    #[arg(long, value_name = "FILE")]
    checkpoint: PathBuf,
    /// The witness's private key, as `audit key new` makes it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The log's public keys.
    #[arg(long, value_name = "FILE")]
    log_key: PathBuf,
    /// Where the witness remembers what it cosigned last. The first time there is no such file.
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
    /// That the log was only added to since then: what /api/v1/audit/proofs/consistency answered.
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
}

/// The one part of the answer that is needed: sizes and roots are those of the two checkpoints.
#[derive(Deserialize)]
struct Proof {
    hashes: Vec<String>,
}

/// Prints the cosigned checkpoint.
pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let note: Note = files::read(&arguments.checkpoint)?;
    let trusted: TrustedKeys = files::read(&arguments.log_key)?;
    let text = files::text(&arguments.key)?;
    let witness: SignerKey = text
        .trim()
        .parse()
        .map_err(|error| Failure(vec![format!("{}: {error}", arguments.key.display())]))?;
    // Held to the end: of two at a time, each could sign another log that follows from the same one.
    let _alone = files::lock(&arguments.state)?;
    let last: Option<Note> =
        files::is_there(&arguments.state)?.then(|| files::read(&arguments.state)).transpose()?;
    let proof = proof(arguments)?;
    let time = u64::try_from(Ports::system().now().timestamp()).unwrap_or(0);
    let cosigned = cosign(&note, last.as_ref(), &proof, &trusted, &witness, time)
        .map_err(|error| Failure(vec![error.to_string()]))?;
    // Remembered before it is given away: what is known to nobody else does no harm.
    files::replace(&arguments.state, &cosigned.to_string())?;
    say(format_args!("{}", cosigned.to_string().trim_end()));
    Ok(())
}

fn proof(arguments: &Arguments) -> Result<Vec<Hash>, Failure> {
    let Some(path) = &arguments.proof else { return Ok(Vec::new()) };
    let wrong = || Failure(vec![format!("{} is no proof of consistency", path.display())]);
    let proof: Proof = serde_json::from_str(&files::text(path)?).map_err(|_| wrong())?;
    let hash =
        |text: &String| hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong);
    proof.hashes.iter().map(hash).collect()
}
