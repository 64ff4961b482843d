//! `zhanggui demo`: fills an empty database with a year that never was.

use std::sync::Arc;
use std::time::Instant;

use chrono::NaiveDate;

use super::progress::Bar;
use super::{Failure, close, say};
use crate::account::Password;
use crate::app::{App, master_key};
use crate::calendar::after;
use crate::config::{Profile, Refusal, Settings};
use crate::database::{AppError, Database, builder, prepare, upcasters};
use crate::demo::{CAST, DemoClock, PASSWORD, Plan, Stores, Written, write};
use crate::eventstore::Store;
use crate::eventstore::bulk::Bulk;
use crate::eventstore::seal::Sealer;
use crate::eventstore::store::Log;
use crate::ports::Ports;
use crate::projections::engine::ReadModel;
use crate::projections::rebuild::When;
use crate::reactors::REACTORS;

#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// By which everything is decided: the same number, the same year.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many people register in all.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(4..=1_000_000))]
    people: u32,
    /// On how many local days.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3_660))]
    days: u32,
    /// The last of these days [default: today, up to now].
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
}

/// Writes the year into the database that the settings name.
pub(super) async fn run(settings: Settings, demo: Demo) -> Result<(), Failure> {
    if settings.profile == Profile::Production {
        return Err(Refusal(
            "a demonstration has no place in production: use another database and profile".to_owned(),
        )
        .into());
    }
    let database = Database::open(&settings).await?;
    let done = act(settings, &database, &demo).await;
    close(database).await;
    Ok(done?)
}

async fn act(settings: Settings, database: &Database, demo: &Demo) -> Result<(), AppError> {
    let ports = Ports::system();
    let sealer = Sealer::new(&master_key(&settings, &ports)?, ports.clone())?;
    prepare(&database.owner, &database.app, &sealer).await?;
    let calendar = settings.calendar;
    let now = ports.now();
    let until = demo.until.map_or(now, |last| calendar.start(after(last, 1)).min(now));
    let app = App::build(settings, &database.app, ports).await?;
    let done = fill(&app, database, demo, until).await;
    app.stop().await;
    let (written, seconds) = done?;
    #[expect(clippy::cast_precision_loss, reason = "a rate to be read")]
    let rate = written.events as f64 / seconds.max(0.001);
    let Written { events, people, stores, products } = written;
    say(format_args!(
        "{people} people, {stores} stores and {products} products up to {}: {events} events written in {seconds:.1} s, {rate:.0} events/s",
        until.format("%F %T UTC")
    ));
    let begun = Instant::now();
    rebuild_all(database, &sealer).await?;
    say(format_args!("read models built in {:.1} s", begun.elapsed().as_secs_f64()));
    for (name, role) in CAST {
        say(format_args!("{name}: {role}"));
    }
    say(format_args!("everybody's password: {PASSWORD}"));
    Ok(())
}

/// Writes the history, and tells how long that took.
async fn fill(
    app: &App,
    database: &Database,
    demo: &Demo,
    until: chrono::DateTime<chrono::Utc>,
) -> Result<(Written, f64), AppError> {
    let refuse = |error: &dyn std::fmt::Display| Refusal(format!("nothing to demonstrate: {error}"));
    let bulk = Bulk::begin(&database.owner).await.map_err(|error| refuse(&error))?;
    let password = Password::new(PASSWORD);
    let password_hash = app.site.hasher.hash(&password).await.map_err(|error| refuse(&error))?;
    let clock = DemoClock::default();
    let ports = Ports { clock: Arc::new(clock.clone()), rng: Arc::clone(&app.site.ports.rng) };
    let log = Log { sealer: app.site.sealer.clone(), ports, ..app.log.clone() };
    let stores = Stores {
        accounts: Store::without_memory(log.clone(), upcasters()),
        shops: Store::without_memory(log.clone(), upcasters()),
        products: Store::without_memory(log.clone(), upcasters()),
        statistics: Store::without_memory(log, upcasters()),
    };
    let calendar = app.site.settings.calendar;
    let Demo { seed, people, days, .. } = *demo;
    let plan = Plan { seed, people, days, until, calendar, password_hash };
    let begun = Instant::now();
    let written = write(&plan, bulk, &stores, &clock).await.map_err(|error| refuse(&error))?;
    let seconds = begun.elapsed().as_secs_f64();
    // What follows from events has followed: nobody is sent a mail, and no page is fetched, for what never happened.
    sqlx::query(
        "INSERT INTO reactors (name, position) SELECT name, $2 FROM unnest($1::text[]) AS name \
         ON CONFLICT (name) DO UPDATE SET position = greatest(reactors.position, excluded.position)",
    )
    .bind(REACTORS)
    .bind(written.events)
    .execute(&app.site.writes)
    .await?;
    Ok((written, seconds))
}

async fn rebuild_all(database: &Database, sealer: &Sealer) -> Result<(), AppError> {
    let builder = builder(&database.app, sealer).watched_by(Arc::new(Bar::default()));
    for model in ReadModel::all()? {
        builder.rebuild(&model, When::Always).await?;
    }
    Ok(())
}
