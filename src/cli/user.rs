//! `zhanggui user grant|revoke USER ROLE`: roles from the command line, among them the first admin's.

use clap::builder::PossibleValuesParser;

use super::{Failure, close, say};
use crate::account::{AccountCommand, GrantRole, Identifier, RevokeRole, Role};
use crate::app::{App, master_key};
use crate::config::{Refusal, Settings};
use crate::database::{AppError, Database, prepare};
use crate::eventstore::Metadata;
use crate::eventstore::seal::Sealer;
use crate::ports::Ports;
use crate::projections::user_lookup::{self, Person};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Give somebody a role.
    Grant(Change),
    /// Take a role from somebody.
    Revoke(Change),
}

#[derive(Debug, clap::Args)]
pub(super) struct Change {
    /// Username, email or phone.
    user: String,
    /// The role.
    #[arg(value_parser = PossibleValuesParser::new(Role::ALL.map(Role::as_str)))]
    role: String,
}

/// Runs the command on the database that the settings name.
pub(super) async fn run(settings: Settings, command: Command) -> Result<(), Failure> {
    let database = Database::open(&settings).await?;
    let done = act(settings, &database, command).await;
    close(database).await;
    Ok(done?)
}

async fn act(settings: Settings, database: &Database, command: Command) -> Result<(), AppError> {
    let ports = Ports::system();
    let sealer = Sealer::new(&master_key(&settings, &ports)?, ports.clone())?;
    prepare(&database.owner, &database.app, &sealer).await?;
    let app = App::build(settings, &database.app, ports).await?;
    let done = change(&app, command).await;
    app.stop().await;
    let person = done?;
    let roles = if person.roles.is_empty() { "no role".to_owned() } else { person.roles.join(", ") };
    say(format_args!("{} has {roles}", person.username));
    Ok(())
}

async fn change(app: &App, command: Command) -> Result<Person, AppError> {
    let (change, grants) = match command {
        Command::Grant(change) => (change, true),
        Command::Revoke(change) => (change, false),
    };
    let Change { user, role } = change;
    let unknown = |what: &str| Refusal(format!("there is no {what}: check how it is written"));
    let role = Role::parse(&role).ok_or_else(|| unknown("role of this name"))?;
    let command: AccountCommand = if grants { GrantRole { role }.into() } else { RevokeRole { role }.into() };
    let user_id = user_lookup::by_identifier(&app.site.reads, &Identifier::parse(&user)).await?;
    let user_id = user_id.ok_or_else(|| unknown("account of this name, email or phone"))?;
    let executed = app.site.accounts.execute(&user_id.to_string(), command, Metadata::default()).await;
    executed.map_err(|error| Refusal(format!("the role was not changed: {error}")))?;
    let person = user_lookup::by_id(&app.site.reads, user_id).await?;
    Ok(person.ok_or_else(|| unknown("account of this name any more"))?)
}
