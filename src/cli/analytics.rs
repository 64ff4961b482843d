//! `zhanggui analytics export|role`: the numbers of analysts as a file, and the role by which they ask for themselves.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use super::{Failure, close, say};
use crate::analytics::{Table, role, tables};
use crate::calendar::{Calendar, before, week};
use crate::config::{Refusal, Settings};
use crate::database::{AppError, Database, as_service};
use crate::ports::Ports;
use crate::projections::{daily_stats, product_funnel};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Write a table of numbers to a file.
    Export(Export),
    /// Make the login role of analysts, or give it a new password, which is shown once.
    Role,
}

#[derive(Debug, clap::Args)]
pub(super) struct Export {
    /// What kind of file.
    #[arg(long, value_enum)]
    format: Format,
    /// Which numbers.
    #[arg(long, value_enum, default_value = "daily")]
    table: Which,
    /// The first local day [default: 29 days before the last].
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// The last local day [default: today].
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// Where the file goes; one that is there is replaced.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Kinds of files.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Csv,
    Parquet,
}

/// Tables.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Which {
    /// Registrations and active users by day.
    Daily,
    /// Weekly retention cohorts.
    Retention,
    /// What becomes of products by day.
    Products,
}

/// Runs the command on the database that the settings name.
pub(super) async fn run(settings: &Settings, command: Command) -> Result<(), Failure> {
    let database = Database::open(settings).await?;
    let done = match command {
        Command::Export(wanted) => export(settings, &database, &wanted).await,
        Command::Role => make_role(&database).await,
    };
    close(database).await;
    Ok(done?)
}

async fn export(settings: &Settings, database: &Database, wanted: &Export) -> Result<(), AppError> {
    let today = settings.calendar.date(Ports::system().now());
    let to = wanted.to.unwrap_or(today).min(today);
    let from = wanted.from.unwrap_or_else(|| before(to, 29));
    if from > to {
        return Err(
            Refusal(format!("no day from {from} to {to} has begun: choose an earlier first day")).into()
        );
    }
    let options = as_service(&database.app).options([("statement_timeout", "0")]);
    let mut connection = PgConnection::connect_with(&options).await?;
    let table = ask(&mut connection, settings.calendar, wanted.table, (from, to), today).await?;
    connection.close().await?;
    let written = write(&table, wanted.format, &wanted.out);
    written.map_err(|why| Refusal(format!("{} cannot be written: {why}", wanted.out.display())))?;
    say(format_args!("{}: {} rows, {from} to {to}", wanted.out.display(), table.rows.len()));
    Ok(())
}

async fn ask(
    database: &mut PgConnection,
    calendar: Calendar,
    which: Which,
    range: (NaiveDate, NaiveDate),
    today: NaiveDate,
) -> Result<Table, sqlx::Error> {
    let timezone = calendar.timezone();
    Ok(match which {
        Which::Daily => tables::daily(&daily_stats::days(database, range).await?, timezone),
        Which::Retention => {
            let (weeks, this_week) = ((week(range.0), week(range.1)), week(today));
            tables::retention(&daily_stats::retention(database, weeks, this_week).await?, this_week, timezone)
        }
        Which::Products => {
            let rows = product_funnel::days(database, &tables::funnel_bounds(calendar, range)).await?;
            tables::products(rows.get(1..).unwrap_or_default(), range, timezone)
        }
    })
}

/// Whole or not at all: beside its place first.
fn write(table: &Table, format: Format, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut unfinished = out.as_os_str().to_owned();
    unfinished.push(".part");
    let mut file = std::fs::File::create(&unfinished)?;
    match format {
        Format::Csv => file.write_all(table.csv().as_bytes())?,
        Format::Parquet => table.parquet(&mut file)?,
    }
    file.sync_all()?;
    Ok(std::fs::rename(&unfinished, out)?)
}

async fn make_role(database: &Database) -> Result<(), AppError> {
    let ports = Ports::system();
    let password = role::new_password(&ports).map_err(crate::eventstore::seal::SealError::from)?;
    let maker: PgConnectOptions = match &database.embedded {
        Some(embedded) => embedded.superuser_options(crate::database::DATABASE),
        None => database.owner.clone(),
    };
    let mut connection = PgConnection::connect_with(&maker).await?;
    let made = role::set_up(&mut connection, &password, &ports).await.map_err(|error| {
        Refusal(format!(
            "the role {} cannot be made ({error}): give a user who may make roles in ZHANGGUI_DATABASE_DIRECT_URL, for this command only",
            role::ANALYST_ROLE
        ))
    });
    let open = made?;
    connection.close().await?;
    let mut service = PgConnection::connect_with(&as_service(&database.app)).await?;
    role::admit(&mut service).await.map_err(|error| {
        Refusal(format!("the views are not there ({error}): run `zhanggui migrate`, then this again"))
    })?;
    service.close().await?;
    say(format_args!("{} may log in and read the schema {}", role::ANALYST_ROLE, role::SCHEMA));
    say(format_args!("password: {password}"));
    if open.large_objects {
        say(format_args!(
            "everybody may still make large objects in this database: as a superuser, REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC",
            role::WRITING.join(", ")
        ));
    }
    if open.temporary_tables {
        say(format_args!(
            "everybody may still make temporary tables in this database: as its owner, REVOKE TEMPORARY ON DATABASE … FROM PUBLIC"
        ));
    }
    Ok(())
}
