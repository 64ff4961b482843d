//! `zhanggui audit …`: one file per subcommand.
//!
//! The settings come unchecked: what works on files alone needs none.

mod checkpoint;
mod cosign;
mod diff;
mod events;
mod export;
mod files;
mod key;
mod reading;
mod state;
mod table;
mod verify;

use sqlx::{Connection, PgConnection};

use super::{Failure, close};
use crate::app::{self, master_key};
use crate::audit::checkpoints::{Checkpoints, SignError};
use crate::config::{Refusal, Settings};
use crate::database::{AppError, Database, as_service};
use crate::ports::Ports;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Sign the log as it is, and print the newest checkpoint.
    Checkpoint(checkpoint::Arguments),
    /// Write the log into a file that can be verified with nothing but the log's public key.
    Export(export::Arguments),
    /// Check that nothing in the log was altered: in the database, or in files.
    Verify(verify::Arguments),
    /// Find events: by time, actor, type, stream, correlation, cause.
    Events(Box<events::Arguments>),
    /// The state of an aggregate at any point of its history.
    State(state::Arguments),
    /// What changed between two points of an aggregate's history, field by field.
    Diff(diff::Arguments),
    /// As a witness: cosign a checkpoint, if the log was only added to since the last one.
    Cosign(cosign::Arguments),
    /// See the keys that sign the log, turn to the next, or make one for a witness.
    #[command(subcommand)]
    Key(key::Command),
}

/// Runs a subcommand.
pub(super) async fn run(settings: Result<Settings, Vec<Refusal>>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Verify(arguments) => verify::run(settings, arguments).await,
        Command::Events(arguments) => events::run(settings?, *arguments).await,
        Command::State(arguments) => state::run(settings?, arguments).await,
        Command::Diff(arguments) => diff::run(settings?, arguments).await,
        Command::Cosign(arguments) => cosign::run(&arguments),
        Command::Key(key::Command::New(arguments)) => key::new(&arguments),
        Command::Checkpoint(arguments) => checkpoint::run(&settings?, arguments).await,
        Command::Export(arguments) => export::run(&settings?, &arguments).await,
        Command::Key(command) => key::run(&settings?, &command).await,
    }
}

impl From<SignError> for Failure {
    fn from(error: SignError) -> Self {
        Self(vec![error.to_string().replace('\n', " ")])
    }
}

/// The log's database, and who signs.
struct Log {
    database: Database,
    connection: PgConnection,
    checkpoints: Checkpoints,
}

impl Log {
    /// Connects as the service, without a bound on how long a statement may take.
    async fn open(settings: &Settings) -> Result<Self, Failure> {
        let ports = Ports::system();
        let database = Database::open(settings).await?;
        let connected = async {
            let checkpoints = app::checkpoints(&master_key(settings, &ports)?, settings, &ports)?;
            let options = as_service(&database.app)
                .options([("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0")]);
            Ok::<_, AppError>((PgConnection::connect_with(&options).await?, checkpoints))
        };
        match connected.await {
            Ok((connection, checkpoints)) => Ok(Self { database, connection, checkpoints }),
            Err(error) => {
                close(database).await;
                Err(error.into())
            }
        }
    }

    /// Closes it after `done`.
    async fn close<T>(self, done: Result<T, Failure>) -> Result<T, Failure> {
        // The server notices by itself when this fails.
        drop(self.connection.close().await);
        close(self.database).await;
        done
    }
}
