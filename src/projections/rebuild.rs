//! Building a read model anew: when its SQL changed, and on request.
//!
//! The new one is built in a schema beside the live one, from the whole log, in one transaction that holds
//! the lock of `log_head`: appends wait meanwhile, readers keep reading the old one until the transaction
//! commits and the new schema takes its name. Interrupted at any point, nothing has happened.

use sqlx::{Connection, Executor, PgConnection};

use super::engine::{BadFolder, ReadModel};
use crate::eventstore::feed;
use crate::eventstore::seal::Sealer;
use crate::eventstore::upcast::Upcasters;
use crate::eventstore::writer::listeners::{Incoming, Listeners, Steps};

/// How many events are projected at a time.
const PAGE: i64 = 5_000;

/// Why a read model could not be built.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The database's error: an event that the SQL cannot take, or no connection.
    #[error("read model {name}: {source}")]
    Database {
        /// The read model.
        name: &'static str,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The folder is not a read model.
    #[error(transparent)]
    Folder(#[from] BadFolder),
}

/// Builds every read model that is missing or was built from other SQL; gives their names.
///
/// # Errors
/// [`RebuildError`] of the first that cannot be built; the ones before it are done.
pub async fn ensure(
    database: &mut PgConnection,
    sealer: &Sealer,
    upcasters: &Upcasters,
) -> Result<Vec<&'static str>, RebuildError> {
    let mut built = Vec::new();
    for model in ReadModel::all()? {
        let name = model.name;
        let wrap = |source| RebuildError::Database { name, source };
        if !is_current(database, &model).await.map_err(wrap)? {
            let events = rebuild(database, &model, sealer, upcasters, false).await.map_err(wrap)?;
            if events.is_some() {
                tracing::info!(read_model = name, events, "built");
                built.push(name);
            }
        }
    }
    Ok(built)
}

/// Whether the read model was built from the SQL that this program carries.
///
/// # Errors
/// The database's error.
pub async fn is_current(database: &mut PgConnection, model: &ReadModel) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM read_models WHERE name = $1 AND fingerprint = $2)")
        .bind(model.name)
        .bind(&model.fingerprint)
        .fetch_one(database)
        .await
}

/// Builds one read model from the whole log and puts it in place of the live one. Gives the number of
/// events it heard, or `None` when another process has just built it (and `always` is false).
///
/// # Errors
/// The database's error; nothing has changed then.
pub async fn rebuild(
    database: &mut PgConnection,
    model: &ReadModel,
    sealer: &Sealer,
    upcasters: &Upcasters,
    always: bool,
) -> Result<Option<usize>, sqlx::Error> {
    let mut transaction = database.begin().await?;
    let head: i64 = sqlx::query_scalar("SELECT position FROM log_head WHERE log = 0 FOR UPDATE")
        .fetch_one(&mut *transaction)
        .await?;
    if !always && is_current(&mut transaction, model).await? {
        return Ok(None);
    }
    let next = format!("{}_next", model.name);
    transaction.execute(format!("DROP SCHEMA IF EXISTS {next} CASCADE").as_str()).await?;
    model.create(&mut transaction, &next).await?;
    let heard = project(&mut transaction, model, &next, head, sealer, upcasters).await?;
    let swap = format!("DROP SCHEMA IF EXISTS {0} CASCADE; ALTER SCHEMA {next} RENAME TO {0}", model.name);
    transaction.execute(swap.as_str()).await?;
    sqlx::query(
        "INSERT INTO read_models (name, fingerprint, built_to, built_at) VALUES ($1, $2, $3, now()) \
         ON CONFLICT (name) DO UPDATE SET fingerprint = $2, built_to = $3, built_at = now()",
    )
    .bind(model.name)
    .bind(&model.fingerprint)
    .bind(head)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Some(heard))
}

/// Runs the read model's statements over all events up to `head`, as functions of `schema`.
async fn project(
    database: &mut PgConnection,
    model: &ReadModel,
    schema: &str,
    head: i64,
    sealer: &Sealer,
    upcasters: &Upcasters,
) -> Result<usize, sqlx::Error> {
    let mut listeners = Listeners::default();
    model.listen(schema, &mut listeners);
    let (mut after, mut heard) = (0, 0);
    while after < head {
        let until = head.min(after + PAGE);
        // All types, since an upcaster may rename an event into one that is heard.
        let page = feed::page(database, after, until, PAGE, None).await?;
        let events = feed::open(database, sealer, upcasters, page).await?;
        let incoming = events.into_iter().map(|event| {
            let payload = event.payload.to_string();
            (
                event.event_type,
                Incoming {
                    aggregate_id: event.aggregate_id,
                    payload,
                    recorded_at: event.recorded_at,
                    position: event.position,
                },
            )
        });
        let events: Vec<(String, Incoming)> = incoming.collect();
        let steps =
            Steps::plan(events.iter().map(|(kind, incoming)| (kind.as_str(), incoming.clone())), &listeners);
        heard += steps.ids.len();
        call(database, &steps).await?;
        after = until;
    }
    Ok(heard)
}

/// Calls the planned functions one after the other.
async fn call(database: &mut PgConnection, steps: &Steps) -> Result<(), sqlx::Error> {
    let mut first = 0;
    for ((schema, function), end) in steps.schemas.iter().zip(&steps.functions).zip(&steps.ends) {
        let end = usize::try_from(*end).unwrap_or(0);
        sqlx::query(&format!("SELECT {schema}.\"{function}\"($1, $2, $3, $4)"))
            .bind(steps.ids.get(first..end))
            .bind(steps.payloads.get(first..end))
            .bind(steps.times.get(first..end))
            .bind(steps.positions.get(first..end))
            .execute(&mut *database)
            .await?;
        first = end;
    }
    Ok(())
}
