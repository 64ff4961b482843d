//! `zhanggui projections list|rebuild`: which read models there are, and building one anew.

use sqlx::{Connection, PgConnection};

use super::{Failure, close, say};
use crate::app::master_key;
use crate::config::{Refusal, Settings};
use crate::database::{AppError, Database, as_service, upcasters};
use crate::eventstore::seal::Sealer;
use crate::ports::Ports;
use crate::projections::engine::ReadModel;
use crate::projections::rebuild::{RebuildError, is_current, rebuild};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Every read model, and whether it was built from this program's SQL.
    List,
    /// Build a read model anew from the whole log; appends wait meanwhile.
    Rebuild {
        /// Its name, as `list` shows it.
        name: String,
    },
}

/// Runs the command on the database that the settings name.
pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Failure> {
    let database = Database::open(settings).await?;
    let done = act(settings, &database, command).await;
    close(database).await;
    Ok(done?)
}

async fn act(settings: &Settings, database: &Database, command: Command) -> Result<(), AppError> {
    let options = as_service(&database.app).options([("statement_timeout", "0")]);
    let mut connection = PgConnection::connect_with(&options).await?;
    match command {
        Command::List => {
            for model in ReadModel::all()? {
                let state =
                    if is_current(&mut connection, &model).await? { "current" } else { "to be rebuilt" };
                say(format_args!(
                    "{:<20} {state:<14} hears {}",
                    model.name,
                    model.hears().collect::<Vec<_>>().join(", ")
                ));
            }
        }
        Command::Rebuild { name } => {
            let models = ReadModel::all()?;
            let names: Vec<_> = models.iter().map(|model| model.name).collect();
            let unknown =
                || Refusal(format!("there is no read model {name:?}: choose among {}", names.join(", ")));
            let model = models.iter().find(|model| model.name == name).ok_or_else(unknown)?;
            let ports = Ports::system();
            let sealer = Sealer::new(&master_key(settings, &ports)?, ports)?;
            let events = rebuild(&mut connection, model, &sealer, &upcasters(), true)
                .await
                .map_err(|source| RebuildError::Database { name: model.name, source })?;
            say(format_args!("{} rebuilt from {} events", model.name, events.unwrap_or(0)));
        }
    }
    Ok(())
}
