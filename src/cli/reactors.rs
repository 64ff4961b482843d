//! `zhanggui reactors list|retry`: where the reactors stand, and setting parked tasks free.

use sqlx::{Connection, PgConnection};

use super::{Failure, close, say};
use crate::config::{Refusal, Settings};
use crate::database::{AppError, Database, as_service};
use crate::eventstore::reactor::standing::{self, Parked};
use crate::ports::Ports;
use crate::reactors::REACTORS;

/// How many parked tasks are shown one by one.
const SHOWN: i64 = 100;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Every reactor and what it has to do, then the tasks that are parked.
    List,
    /// Set parked tasks free: they are due at once and have all their tries again.
    Retry {
        /// The reactor, as `list` shows it.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        name: Option<String>,
        /// The one task at this position of the log; without it, all of the reactor's.
        position: Option<i64>,
        /// The tasks of all reactors.
        #[arg(long)]
        all: bool,
    },
}

/// Runs the command on the database that the settings name.
pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Failure> {
    let database = Database::open(settings).await?;
    let done = act(&database, command).await;
    close(database).await;
    Ok(done?)
}

async fn act(database: &Database, command: Command) -> Result<(), AppError> {
    let mut connection = PgConnection::connect_with(&as_service(&database.app)).await?;
    match command {
        Command::List => list(&mut connection).await?,
        Command::Retry { name, position, all: _ } => {
            if let Some(name) = name.as_deref().filter(|name| !REACTORS.contains(name)) {
                let known = REACTORS.join(", ");
                return Err(Refusal(format!("there is no reactor {name:?}: choose among {known}")).into());
            }
            let now = Ports::system().now();
            let freed = standing::retry(&mut connection, name.as_deref(), position, now).await?;
            say(format_args!("set free: {freed}"));
        }
    }
    Ok(())
}

async fn list(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let standings = standing::list(&mut *connection, REACTORS).await?;
    let waiting: i64 = standings.iter().map(|standing| standing.parked).sum();
    for standing in standings {
        let position = standing.position.map_or("-".to_owned(), |position| position.to_string());
        let unknown =
            if REACTORS.contains(&standing.name.as_str()) { "" } else { "  (unknown to this program)" };
        say(format_args!(
            "{:<16} position {position:<10} behind {:<8} due {:<6} retrying {:<6} parked {}{unknown}",
            standing.name, standing.behind, standing.due, standing.retrying, standing.parked
        ));
    }
    let parked = standing::parked(connection, SHOWN).await?;
    let more = waiting - i64::try_from(parked.len()).unwrap_or(0);
    for Parked { reactor, position, attempts, parked_at, why } in parked {
        let since = parked_at.format("%Y-%m-%dT%H:%M:%SZ");
        say(format_args!("{reactor} {position}: parked since {since} after {attempts} attempts: {why}"));
    }
    if more > 0 {
        say(format_args!("and {more} more"));
    }
    Ok(())
}
