//! `zhanggui projections list|rebuild|resume`: where the read models are, building one anew or as it was, and letting
//! one go on that has stopped.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};

use super::progress::Bar;
use super::{Failure, close, say};
use crate::app::master_key;
use crate::config::{Refusal, Settings};
use crate::database::{AppError, Database, as_service, builder};
use crate::eventstore::seal::Sealer;
use crate::ports::Ports;
use crate::projections::catch_up::resume;
use crate::projections::engine::ReadModel;
use crate::projections::rebuild::{Builder, Moment, When};
use crate::projections::standing;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Every read model: its state, how far it is, and where its rows are.
    List,
    /// Build a read model anew from the whole log, while everything goes on; or as it was, beside it.
    Rebuild {
        /// Its name, as `list` shows it.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        name: Option<String>,
        /// All read models.
        #[arg(long)]
        all: bool,
        /// As it was: after the event at this position, or at this time (RFC 3339, `2026-01-31T00:00:00+08:00`).
        #[arg(long, value_name = "POSITION|TIME", value_parser = moment, requires = "into", conflicts_with = "all")]
        as_of: Option<Moment>,
        /// The new schema for it.
        #[arg(long, value_name = "SCHEMA", requires = "as_of")]
        into: Option<String>,
    },
    /// Let a read model go on that has stopped at an event.
    Resume {
        /// Its name, as `list` shows it.
        name: String,
    },
}

/// A position, or a time with its zone.
fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(position) = text.parse() {
        return Ok(Moment::Position(position));
    }
    let time = DateTime::parse_from_rfc3339(text);
    time.map(|time| Moment::Time(time.with_timezone(&Utc)))
        .map_err(|error| format!("neither a position nor a time such as 2026-01-31T00:00:00+08:00 ({error})"))
}

/// Runs the command on the database that the settings name.
pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Failure> {
    let database = Database::open(settings).await?;
    let done = act(settings, &database, command).await;
    close(database).await;
    Ok(done?)
}

async fn act(settings: &Settings, database: &Database, command: Command) -> Result<(), AppError> {
    match command {
        Command::List => list(&mut PgConnection::connect_with(&as_service(&database.app)).await?).await,
        Command::Rebuild { name, all: _, as_of, into } => {
            let chosen = match &name {
                Some(name) => vec![named(name)?],
                None => ReadModel::all()?,
            };
            let ports = Ports::system();
            let sealer = Sealer::new(&master_key(settings, &ports)?, ports)?;
            let builder = builder(&database.app, &sealer).watched_by(Arc::new(Bar::default()));
            match (as_of, into, chosen.first()) {
                (Some(moment), Some(into), Some(model)) => as_it_was(&builder, model, moment, &into).await,
                _ => anew(&builder, &chosen).await,
            }
        }
        Command::Resume { name } => {
            let model = named(&name)?;
            let mut connection = PgConnection::connect_with(&as_service(&database.app)).await?;
            let resumed = resume(&mut connection, Some(model.name), &[]).await?;
            say(format_args!("resumed: {resumed}"));
            Ok(())
        }
    }
}

fn named(name: &str) -> Result<ReadModel, AppError> {
    let models = ReadModel::all()?;
    let names: Vec<_> = models.iter().map(|model| model.name).collect();
    let unknown = Refusal(format!("there is no read model {name:?}: choose among {}", names.join(", ")));
    Ok(models.into_iter().find(|model| model.name == name).ok_or(unknown)?)
}

async fn list(connection: &mut PgConnection) -> Result<(), AppError> {
    let models = ReadModel::all()?;
    for standing in standing::list(connection, &models).await? {
        let kind = standing.kind.replace('_', "-");
        say(format_args!(
            "{:<18} {:<9} {:<18} position {:<10} lag {:<8} in {}",
            standing.name,
            kind,
            standing.state(),
            standing.position,
            standing.lag(),
            standing.schema_name
        ));
        if let (Some(position), Some(why)) = (standing.stopped_at, &standing.stopped_why) {
            say(format_args!("    at {position}: {why}"));
        }
        if let Some(model) = models.iter().find(|model| standing.is_ours && model.name == standing.name) {
            say(format_args!("    hears {}", model.hears().collect::<Vec<_>>().join(", ")));
        }
    }
    Ok(())
}

async fn anew(builder: &Builder, models: &[ReadModel]) -> Result<(), AppError> {
    for model in models {
        if let Some(built) = builder.rebuild(model, When::Always).await? {
            let (name, heard, position) = (model.name, built.heard, built.position);
            say(format_args!("{name} rebuilt from {heard} events, up to position {position}"));
        }
    }
    Ok(())
}

async fn as_it_was(builder: &Builder, model: &ReadModel, moment: Moment, into: &str) -> Result<(), AppError> {
    let built = builder.as_of(model, moment, into).await?;
    let (name, heard, position) = (model.name, built.heard, built.position);
    say(format_args!("{name} as of position {position}, from {heard} events, is in the schema {into}"));
    if let Some(table) = model.first_table() {
        say(format_args!("begin with: SELECT * FROM \"{into}\".{table} LIMIT 100;"));
    }
    say(format_args!("when it has served: DROP SCHEMA \"{into}\" CASCADE;"));
    Ok(())
}
