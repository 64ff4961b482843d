//! The last step: the few events that are still missing, and the new one in the old one's place, in one transaction.
//!
//! It holds the lock of `log_head`, so the log ends where it ends, and while it commits those of the old tables. Readers
//! that are under way finish with the old ones, later ones find the new ones, and none finds anything in between. It
//! would rather give up and begin again than keep anybody waiting, and unlike the rest of a build it is in no less of a hurry
//! than they are: on a connection of its own, by the threads of whoever asked for the build. The old tables change their name only: to drop them
//! takes twenty times as long, and is done when nobody can wait for it any more.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::gently::gone;
use super::load::{Load, SETTINGS};
use super::tables::{Away, lock};
use super::{Builder, Built, Stop};
use crate::eventstore::heard::Reader;
use crate::eventstore::writer::is_lost;
use crate::eventstore::writer::listeners::Listeners;
use crate::projections::apply::is_poison;
use crate::projections::engine::{Kind, ReadModel};
use crate::projections::registry;

/// How often the last step is tried when something long is in its way.
const TRIES: u32 = 60;
/// How long it waits before it tries again.
const BREATH: Duration = Duration::from_millis(500);

/// Puts the new one in place, for good.
///
/// The disk is awaited when the locks are gone. Whoever appends meanwhile awaits it for both commits: a crash takes the
/// later ones with this one, or none.
pub(super) async fn put_in_place(load: &mut Load, serving: &Handle) -> Result<Built, Stop> {
    let built = try_until_done(load, serving).await?;
    if let Err(error) = load.flush().await {
        tracing::warn!(read_model = load.model.name, %error, "in place, but until something else is appended a crash may take it back");
    }
    Ok(built)
}

async fn try_until_done(load: &mut Load, serving: &Handle) -> Result<Built, Stop> {
    for nth in 1..TRIES {
        match step(load, nth, serving).await {
            Err(error) if is_in_the_way(&error) => {
                tracing::info!(read_model = load.model.name, %error, "the last step waits for a long statement");
                sleep(BREATH).await;
                load.all().await?;
            }
            Err(error) if is_poison(&error) => {
                // Outside of the lock there is time to find out which event it is.
                let head = Builder::head(&mut load.session).await?;
                load.up_to(head).await?;
                return Err(error.into());
            }
            outcome => return outcome?.ok_or(Stop::Overtaken),
        }
    }
    step(load, TRIES, serving).await?.ok_or(Stop::Overtaken)
}

/// Whether others held what was needed, for too long.
fn is_in_the_way(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(_)) && is_lost(error)
}

/// The last step by the threads that serve, as long as this is awaited. None where this build is not the one under way.
async fn step(load: &Load, nth: u32, serving: &Handle) -> Result<Option<Built>, sqlx::Error> {
    let (reader, listeners) = load.parts();
    let last = LastStep {
        options: load.builder.options.clone(),
        model: load.model.clone(),
        schema: load.schema.clone(),
        next: load.next.clone(),
        after: load.position,
        began: load.began_at,
        reader,
        listeners,
    };
    let mut task = JoinSet::new();
    task.spawn_on(last.once(nth), serving);
    let done = task.join_next().await.ok_or(sqlx::Error::WorkerCrashed)?.map_err(gone)??;
    Ok(done.map(|(head, heard)| load.built(head, heard)))
}

struct LastStep {
    options: PgConnectOptions,
    model: ReadModel,
    schema: String,
    next: String,
    /// Everything up to here is in the tables.
    after: i64,
    /// When the build began, by the server's clock.
    began: DateTime<Utc>,
    reader: Arc<Reader>,
    listeners: Arc<Listeners>,
}

impl LastStep {
    /// Gives where the log ended and how many events were heard.
    async fn once(self, nth: u32) -> Result<Option<(i64, u64)>, sqlx::Error> {
        let mut session = PgConnection::connect_with(&self.options).await?;
        let done = self.within(&mut session, nth).await;
        // What was committed is done, however the connection ends.
        drop(session.close().await);
        done
    }

    async fn within(&self, session: &mut PgConnection, nth: u32) -> Result<Option<(i64, u64)>, sqlx::Error> {
        session.execute(format!("{SETTINGS}; SET search_path = \"{}\", public", self.next).as_str()).await?;
        let mut transaction = session.begin().await?;
        transaction.execute("SET LOCAL lock_timeout = '2s'").await?;
        if !self.hold(&mut transaction).await? {
            return Ok(None);
        }
        // First, as nobody waits behind this lock: behind the other one everybody would wait until a vacuum is over.
        lock(&mut transaction, &self.schema, Away::Upkeep).await?;
        let head = match self.model.kind {
            Kind::Inline => {
                let sql = "SELECT position FROM log_head WHERE log = 0 FOR UPDATE";
                sqlx::query_scalar(sql).fetch_one(&mut *transaction).await?
            }
            Kind::CatchUp => {
                // Whoever moves the live one on finds out that it is another one now.
                let sql = "SELECT FROM read_models WHERE schema_name = $1 FOR UPDATE";
                sqlx::query(sql).bind(&self.schema).execute(&mut *transaction).await?;
                Builder::head(&mut transaction).await?
            }
        };
        let span = (self.after, head);
        let heard = Load::last_events(&self.reader, &self.listeners, &mut transaction, span).await?;
        // Readers wait behind it, so at first it is there for short ones only. Always shorter than it takes the server to
        // look for deadlocks, of which a reader might be the victim.
        let patience = (10 * nth * nth).min(900);
        transaction.execute(format!("SET LOCAL lock_timeout = {patience}").as_str()).await?;
        exchange(&mut transaction, &self.next, &self.schema).await?;
        registry::register(&mut transaction, &self.model, head).await?;
        registry::publish_within(&mut transaction, &self.model).await?;
        lock(&mut transaction, &self.next, Away::All).await?;
        transaction.commit().await?;
        Ok(Some((head, heard)))
    }

    /// Whether this build is still the one under way; no other begins then before the transaction ends. Its lock is another
    /// session's, which may have broken.
    async fn hold(&self, transaction: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let sql = "SELECT FROM read_model_builds WHERE schema_name = $1 AND position = $2 AND started_at = $3 FOR UPDATE";
        let held = sqlx::query(sql).bind(&self.schema).bind(self.after).bind(self.began);
        Ok(held.fetch_optional(transaction).await?.is_some())
    }
}

/// Gives the new one the name of the old one and the old one, if there is one, that of the new one, under which it is a
/// leftover.
async fn exchange(database: &mut PgConnection, next: &str, schema: &str) -> Result<(), sqlx::Error> {
    let is_there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)")
        .bind(schema)
        .fetch_one(&mut *database)
        .await?;
    let aside = format!("{next}_old");
    if is_there {
        rename(database, schema, &aside).await?;
    }
    rename(database, next, schema).await?;
    if is_there {
        rename(database, &aside, next).await?;
    }
    Ok(())
}

/// Puts what was loaded under its name, for nobody but those who asked for it.
pub(super) async fn keep_aside(load: &mut Load) -> Result<Built, Stop> {
    let mut transaction = load.session.begin().await?;
    transaction.execute("SET LOCAL synchronous_commit = on").await?;
    rename(&mut transaction, &load.next, &load.schema).await?;
    transaction.commit().await?;
    Ok(load.built(load.position, 0))
}

async fn rename(database: &mut PgConnection, from: &str, to: &str) -> Result<(), sqlx::Error> {
    database.execute(format!("ALTER SCHEMA \"{from}\" RENAME TO \"{to}\"").as_str()).await.map(drop)
}
