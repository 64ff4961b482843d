//! The last step: the few events that are still missing, and the new one in the old one's place, in one transaction.
//!
//! It holds the lock of `log_head`, so the log ends where it ends, and while it commits those of the old tables. Readers
//! that are under way finish with the old ones, later ones find the new ones, and none finds anything in between. It
//! would rather give up and begin again than keep anybody waiting. The old tables change their name only: to drop them
//! takes twenty times as long, and is done when nobody can wait for it any more.

use std::time::Duration;

use sqlx::{Connection, Executor, PgConnection};
use tokio::time::sleep;

use super::load::Load;
use super::tables::{Away, lock};
use super::{Builder, Built, Stop};
use crate::eventstore::writer::is_lost;
use crate::projections::apply::is_poison;
use crate::projections::engine::Kind;
use crate::projections::registry;

/// How often the last step is tried when something long is in its way.
const TRIES: u32 = 60;
/// How long it waits before it tries again.
const BREATH: Duration = Duration::from_millis(500);

/// Puts the new one in place, for good.
///
/// The disk is awaited when the locks are gone. Whoever appends meanwhile awaits it for both commits: a crash takes the
/// later ones with this one, or none.
pub(super) async fn put_in_place(load: &mut Load<'_>) -> Result<Built, Stop> {
    let built = try_until_done(load).await?;
    load.flush().await?;
    Ok(built)
}

async fn try_until_done(load: &mut Load<'_>) -> Result<Built, Stop> {
    for nth in 1..TRIES {
        match once(load, nth).await {
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
            outcome => return Ok(outcome?),
        }
    }
    Ok(once(load, TRIES).await?)
}

/// Whether others held what was needed, for too long.
fn is_in_the_way(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(_)) && is_lost(error)
}

async fn once(load: &mut Load<'_>, nth: u32) -> Result<Built, sqlx::Error> {
    let (reader, listeners) = load.parts();
    let mut transaction = load.session.begin().await?;
    transaction.execute("SET LOCAL lock_timeout = '2s'").await?;
    // First, as nobody waits behind this lock: behind the other one everybody would wait until a vacuum is over.
    lock(&mut transaction, &load.schema, Away::Upkeep).await?;
    let head = match load.model.kind {
        Kind::Inline => {
            let sql = "SELECT position FROM log_head WHERE log = 0 FOR UPDATE";
            sqlx::query_scalar(sql).fetch_one(&mut *transaction).await?
        }
        Kind::CatchUp => {
            // Whoever moves the live one on finds out that it is another one now.
            let sql = "SELECT FROM read_models WHERE schema_name = $1 FOR UPDATE";
            sqlx::query(sql).bind(&load.schema).execute(&mut *transaction).await?;
            Builder::head(&mut transaction).await?
        }
    };
    let last = Load::last_events(&reader, &listeners, &mut transaction, (load.position, head)).await?;
    // Readers wait behind it, so at first it is there for short ones only. Always shorter than it takes the server to look
    // for deadlocks, of which a reader might be the victim.
    let patience = (10 * nth * nth).min(900);
    transaction.execute(format!("SET LOCAL lock_timeout = {patience}").as_str()).await?;
    exchange(&mut transaction, &load.next, &load.schema).await?;
    registry::register(&mut transaction, load.model, head).await?;
    registry::publish_within(&mut transaction, load.model).await?;
    lock(&mut transaction, &load.next, Away::All).await?;
    transaction.commit().await?;
    Ok(load.built(head, last))
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
pub(super) async fn keep_aside(load: &mut Load<'_>) -> Result<Built, Stop> {
    let mut transaction = load.session.begin().await?;
    transaction.execute("SET LOCAL synchronous_commit = on").await?;
    rename(&mut transaction, &load.next, &load.schema).await?;
    transaction.commit().await?;
    Ok(load.built(load.position, 0))
}

async fn rename(database: &mut PgConnection, from: &str, to: &str) -> Result<(), sqlx::Error> {
    database.execute(format!("ALTER SCHEMA \"{from}\" RENAME TO \"{to}\"").as_str()).await.map(drop)
}
