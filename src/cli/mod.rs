//! The command line: one file per subcommand.
//!
//! Exit status: 0 done, 1 refused or failed with one clear line, 2 wrong usage.

mod analytics;
mod config;
mod demo;
mod erasures;
mod migrate;
mod openapi;
mod projections;
mod reactors;
mod serve;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Given, Refusal, Settings, read_file, unknown_variables};
use crate::database::{AppError, Database};
use crate::telemetry;

/// 掌柜 zhanggui: accounts and merchants on an event log that can be proved.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    /// Settings file.
    #[arg(long, global = true, env = "ZHANGGUI_CONFIG", hide_env = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    given: Given,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the page (what happens without a subcommand).
    Serve,
    /// Fill an empty database with a year of made-up people, stores and products, to look at.
    Demo(demo::Demo),
    /// Bring the database's tables and read models up to this program.
    Migrate,
    /// List or rebuild read models.
    #[command(subcommand)]
    Projections(projections::Command),
    /// See what follows from events (codes, mails, files), and what was set aside.
    #[command(subcommand)]
    Reactors(reactors::Command),
    /// Export the numbers of analysts, and let them ask the database.
    #[command(subcommand)]
    Analytics(analytics::Command),
    /// Give people roles.
    #[command(subcommand)]
    User(user::Command),
    /// Keep the list of who was erased, and erase them again after a restore.
    #[command(subcommand)]
    Erasures(erasures::Command),
    /// Look at the settings.
    #[command(subcommand)]
    Config(config::Command),
    /// Print the OpenAPI document.
    Openapi,
}

/// What went wrong, a line each.
#[derive(Debug)]
struct Failure(Vec<String>);

impl From<Vec<Refusal>> for Failure {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self(refusals.into_iter().map(|refusal| refusal.0).collect())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self(vec![refusal.0])
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self(vec![error.to_string().replace('\n', " ")])
    }
}

/// Runs the program with the process's arguments, variables and files.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start_logging();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Failure(vec![format!("no threads to run on: {error}")])),
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

/// Prints a line. Whoever read it may have gone: that must not keep the server from ending in order.
fn say(line: std::fmt::Arguments<'_>) {
    use std::io::Write;
    let _gone = writeln!(std::io::stdout(), "{line}");
}

fn fail(failure: &Failure) -> ExitCode {
    for line in &failure.0 {
        eprintln!("zhanggui: {line}");
    }
    ExitCode::FAILURE
}

async fn dispatch(cli: Cli) -> Result<(), Failure> {
    let settings = settings(&cli);
    match cli.command.unwrap_or(Command::Serve) {
        Command::Openapi => openapi::run(),
        Command::Config(config::Command::Check) => config::check(&settings?),
        Command::Serve => serve::run(settings?).await,
        Command::Demo(demo) => demo::run(settings?, demo).await,
        Command::Migrate => migrate::run(&settings?).await,
        Command::Projections(command) => projections::run(&settings?, command).await,
        Command::Reactors(command) => reactors::run(&settings?, command).await,
        Command::Analytics(command) => analytics::run(&settings?, command).await,
        Command::User(command) => user::run(settings?, command).await,
        Command::Erasures(command) => erasures::run(settings?, command).await,
    }
}

/// The settings in force, or every reason why there are none.
fn settings(cli: &Cli) -> Result<Settings, Vec<Refusal>> {
    let mut refusals =
        unknown_variables::<Cli>(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
    let path = cli.config.clone().unwrap_or_else(|| PathBuf::from("zhanggui.toml"));
    let file = read_file(&path, cli.config.is_some()).unwrap_or_else(|refusal| {
        refusals.push(refusal);
        Given::default()
    });
    let mut given = cli.given.clone();
    given.read_secrets();
    match Settings::check(given.over(file)) {
        Ok(settings) if refusals.is_empty() => Ok(settings),
        Ok(_) => Err(refusals),
        Err(more) => Err(refusals.into_iter().chain(more).collect()),
    }
}

/// Stops the embedded server, if there is one and it is ours.
async fn close(database: Database) {
    if let Some(embedded) = database.embedded
        && let Err(error) = embedded.stop().await
    {
        tracing::error!(%error, "the embedded PostgreSQL did not stop");
    }
}
