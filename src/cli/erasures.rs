//! `zhanggui erasures export|replay`: who was forgotten, for backups, and forgetting them again after a restore.
//!
//! A backup is older than now. The log in it may lack that somebody has left since, the keys in it may open what was
//! sealed for somebody whose erasure the log knows, and the pictures in it may be of either.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{Failure, close, say};
use crate::account::ReplayErasure;
use crate::app::{App, master_key};
use crate::config::{Refusal, Settings};
use crate::database::{AppError, Database, as_service, prepare};
use crate::eventstore::Metadata;
use crate::eventstore::seal::{Sealer, destroy_keys_again};
use crate::ports::Ports;
use crate::projections::erasures;

/// How many people's pictures are looked for at a time.
const AT_ONCE: usize = 16;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Write the accounts that were erased to a file, an id a line. Ids alone tell nobody who it was.
    Export(List),
    /// After a restore and before serving: erase again whom the file or the restored log says was erased.
    Replay(List),
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// The file with the list.
    file: PathBuf,
}

/// Runs the command on the database that the settings name.
pub(super) async fn run(settings: Settings, command: Command) -> Result<(), Failure> {
    // A list that cannot be read is refused before anything is started.
    let listed = match &command {
        Command::Export(_) => BTreeSet::new(),
        Command::Replay(List { file }) => read(file)?,
    };
    let database = Database::open(&settings).await?;
    let done = match command {
        Command::Export(List { file }) => export(&database, &file).await,
        Command::Replay(_) => replay(settings, &database, listed).await,
    };
    close(database).await;
    Ok(done?)
}

async fn export(database: &Database, file: &Path) -> Result<(), AppError> {
    let mut connection = PgConnection::connect_with(&as_service(&database.app)).await?;
    let erased: BTreeSet<_> =
        erasures::since(&mut connection, DateTime::UNIX_EPOCH).await?.into_iter().collect();
    let cannot = |error| Refusal(format!("{} cannot be written: {error}", file.display()));
    write(file, &erased).map_err(cannot)?;
    say(format_args!("erased accounts: {}", erased.len()));
    Ok(())
}

async fn replay(settings: Settings, database: &Database, listed: BTreeSet<Uuid>) -> Result<(), AppError> {
    let ports = Ports::system();
    let sealer = Sealer::new(&master_key(&settings, &ports)?, ports.clone())?;
    prepare(&database.owner, &database.app, &sealer).await?;
    let app = App::build(settings, &database.app, ports).await?;
    let done = forget_again(&app, listed).await;
    app.stop().await;
    done
}

async fn forget_again(app: &App, listed: BTreeSet<Uuid>) -> Result<(), AppError> {
    let site = &app.site;
    let known = erasures::since(&site.reads, DateTime::UNIX_EPOCH).await?;
    // Of these the log has the event already; only what is restored apart from it can be back.
    let keys = destroy_keys_again(&site.writes, &known).await?;
    let known: BTreeSet<_> = known.iter().filter_map(|id| Uuid::parse_str(id).ok()).collect();
    let (mut erased, mut unknown) = (0, 0);
    for user_id in listed.difference(&known) {
        let id = user_id.to_string();
        let executed = site.accounts.execute(&id, ReplayErasure.into(), Metadata::default()).await;
        let events = executed.map_err(|error| Refusal(format!("account {id} was not erased: {error}")))?;
        if events.is_empty() { unknown += 1 } else { erased += 1 }
    }
    // Nobody serves, so nobody uploads: a file's age does not matter.
    let all = DateTime::<chrono::Utc>::MAX_UTC;
    let pictures = stream::iter(known.union(&listed))
        .map(|user_id| site.avatar_files.sweep(*user_id, None, all))
        .buffer_unordered(AT_ONCE)
        .try_fold(0, async |deleted, swept| Ok(deleted + swept.deleted))
        .await
        .map_err(|error| Refusal(format!("{error}; what was erased stays so: run this again")))?;
    say(format_args!("erased again: {erased}"));
    say(format_args!("not known here: {unknown}"));
    say(format_args!("keys destroyed again: {keys}"));
    say(format_args!("files of pictures deleted: {pictures}"));
    Ok(())
}

/// Reads a list of ids, one a line.
fn read(file: &Path) -> Result<BTreeSet<Uuid>, Refusal> {
    let name = file.display();
    let text =
        fs::read_to_string(file).map_err(|error| Refusal(format!("{name} cannot be read: {error}")))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(nth, line)| {
            let wrong = |_| Refusal(format!("line {} of {name} is no id: nothing was done", nth + 1));
            Uuid::parse_str(line.trim()).map_err(wrong)
        })
        .collect()
}

/// Writes a list so that there is the old one or the new one at every moment, and never half of it.
fn write(file: &Path, ids: &BTreeSet<String>) -> std::io::Result<()> {
    let mut half = OsString::from(file);
    half.push(".part");
    let mut written = File::create(&half)?;
    for id in ids {
        writeln!(written, "{id}")?;
    }
    written.sync_all()?;
    fs::rename(half, file)
}
