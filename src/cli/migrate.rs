//! `zhanggui migrate`: brings tables and read models up to this program, and stops.

use super::{Failure, close, say};
use crate::app::master_key;
use crate::config::Settings;
use crate::database::{AppError, Database, prepare};
use crate::eventstore::seal::Sealer;
use crate::ports::Ports;

/// Migrates the database that the settings name.
pub(super) async fn run(settings: &Settings) -> Result<(), Failure> {
    let ports = Ports::system();
    let database = Database::open(settings).await?;
    let prepared = async {
        let sealer = Sealer::new(&master_key(settings, &ports)?, ports)?;
        prepare(&database.owner, &database.app, &sealer).await
    };
    let prepared: Result<(), AppError> = prepared.await;
    close(database).await;
    prepared?;
    say(format_args!("数据库已是最新 · the database is up to date"));
    Ok(())
}
