//! Building a read model from the log, while everything goes on: when its SQL changed, on request, or as it was.
//!
//! It is built in a schema beside the live one, in committed batches, from the whole log (`load`), with what others leave
//! over of the processors (`gently`). Appends and reads know nothing of it. When only the last events are missing, the last step (`swap`) takes the lock of
//! `log_head`, which appends wait for, projects those few, puts the new one in its place and registers it, in one
//! transaction of milliseconds. Interrupted anywhere before its commit, nothing has happened to the live one; the
//! upkeep, the next build or start removes what is left (`leftovers`), which after the commit is the old one.

mod ahead;
mod as_of;
mod gently;
mod leftovers;
mod load;
pub mod progress;
mod swap;
mod tables;

use std::sync::Arc;

use futures_util::FutureExt;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use tokio::runtime::Handle;

pub use as_of::{Moment, NotThere};
pub use leftovers::drop_leftovers;
pub use progress::{Progress, Watcher};

use super::apply::Poison;
use super::engine::{BadFolder, ReadModel};
use super::registry;
use crate::eventstore::seal::Sealer;
use crate::eventstore::upcast::Upcasters;

/// Why a read model could not be built.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The database's error: a mistake in the SQL, or no connection.
    #[error("read model {name}: {source}")]
    Database {
        /// The read model.
        name: &'static str,
        /// What the database said.
        source: sqlx::Error,
    },
    /// An event that its statements cannot take.
    #[error("read model {name}: {poison}")]
    Poisoned {
        /// The read model.
        name: &'static str,
        /// Which event, and why.
        poison: Poison,
    },
    /// Another process began to build it before this one had put it in place.
    #[error("read model {name}: another process builds it now")]
    Overtaken {
        /// The read model.
        name: &'static str,
    },
    /// It cannot be built as it was.
    #[error(transparent)]
    NotThere(#[from] NotThere),
    /// The folder is not a read model.
    #[error(transparent)]
    Folder(#[from] BadFolder),
}

/// Why a step of a build failed, without the read model's name.
#[derive(Debug)]
enum Stop {
    Database(sqlx::Error),
    Poisoned(Poison),
    /// Its lock was lost, and another build has begun.
    Overtaken,
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl Stop {
    fn of(self, name: &'static str) -> RebuildError {
        match self {
            Self::Database(source) => RebuildError::Database { name, source },
            Self::Poisoned(poison) => RebuildError::Poisoned { name, poison },
            Self::Overtaken => RebuildError::Overtaken { name },
        }
    }
}

/// When a build is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// If this version is not built yet.
    Missing,
    /// In any case.
    Always,
}

/// A read model that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The schema it is in.
    pub schema: String,
    /// Up to which position of the log.
    pub position: i64,
    /// How many events its statements heard.
    pub heard: u64,
}

/// Builds read models on one database.
#[derive(Clone, Debug)]
pub struct Builder {
    options: PgConnectOptions,
    sealer: Sealer,
    upcasters: Upcasters,
    watcher: Arc<dyn Watcher>,
}

impl Builder {
    /// A builder that connects so ([`crate::database::as_service`]), each build with two connections of its own and a third
    /// for the last step.
    #[must_use]
    pub fn new(options: PgConnectOptions, sealer: Sealer, upcasters: Upcasters) -> Self {
        // Loading takes as long as it takes; only the last step is short. Workers of the server's own making would not know
        // that they are to let others go first.
        let options = options.application_name("zhanggui rebuild").options([
            ("statement_timeout", "0"),
            ("max_parallel_workers_per_gather", "0"),
            ("max_parallel_maintenance_workers", "0"),
        ]);
        Self { options, sealer, upcasters, watcher: Arc::new(progress::Measured::default()) }
    }

    /// The same, watched by somebody as well.
    #[must_use]
    pub fn watched_by(self, watcher: Arc<dyn Watcher>) -> Self {
        Self { watcher: Arc::new(progress::Measured::and(watcher)), ..self }
    }

    /// Builds every read model of `models` that is missing; gives the names of those that it built. Removes the
    /// leftovers of builds that were interrupted.
    ///
    /// # Errors
    /// [`RebuildError`] of the first that cannot be built; the ones before it are done.
    pub async fn ensure(&self, models: &[ReadModel]) -> Result<Vec<&'static str>, RebuildError> {
        let mut built = Vec::new();
        let mut session = None;
        for model in models {
            let wrap = |source| RebuildError::Database { name: model.name, source };
            let connection = match &mut session {
                Some(open) => open,
                none => none.insert(PgConnection::connect_with(&self.options).await.map_err(wrap)?),
            };
            // Also before each build, which may take longer than what nobody uses is kept.
            registry::still_used(&mut *connection, models).await.map_err(wrap)?;
            if registry::is_current(&mut *connection, model).await.map_err(wrap)? {
                // Views for others are no reason not to serve: the upkeep of a running instance tries again.
                if let Err(error) = registry::publish(connection, model).await {
                    tracing::warn!(read_model = model.name, %error, "views for others could not be made now");
                }
            } else if let Some(done) = self.rebuild(model, When::Missing).await? {
                let Built { schema, position, heard } = done;
                tracing::info!(read_model = model.name, schema, position, heard, "built");
                built.push(model.name);
            }
        }
        if let (Some(mut connection), Some(model)) = (session, models.first()) {
            let wrap = |source| RebuildError::Database { name: model.name, source };
            drop_leftovers(&mut connection).await.map_err(wrap)?;
            connection.close().await.map_err(wrap)?;
        }
        Ok(built)
    }

    /// Builds one read model from the whole log and puts it in place. Gives `None` when it is there already, or
    /// another process has just built it, and that is enough.
    ///
    /// # Errors
    /// [`RebuildError`]; nothing has changed then.
    pub async fn rebuild(&self, model: &ReadModel, when: When) -> Result<Option<Built>, RebuildError> {
        let (builder, own) = (self.clone(), model.clone());
        let serving = Handle::current();
        let built = gently::run(async move { builder.put_in_place(own, when, &serving).await }.boxed()).await;
        built.map_err(|stop| stop.of(model.name))
    }

    async fn put_in_place(
        self,
        model: ReadModel,
        when: When,
        serving: &Handle,
    ) -> Result<Option<Built>, Stop> {
        let schema = model.schema();
        let mut session = gently::connect(&self.options).await?;
        leftovers::lock(&mut session, &schema).await?;
        if when == When::Missing && registry::is_current(&mut session, &model).await? {
            return Ok(None);
        }
        let mut load = load::Load::begin(self, model, &schema, session).await?;
        let built = async {
            load.all().await?;
            load.finish_tables().await?;
            // What was appended meanwhile.
            load.all().await?;
            swap::put_in_place(&mut load, serving).await
        };
        let built = built.await;
        load.end().await;
        built.map(Some)
    }

    async fn head(session: &mut PgConnection) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT position FROM log_head WHERE log = 0").fetch_one(session).await
    }
}

/// Drops a schema if it is there.
async fn drop_schema(database: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    database.execute(format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE").as_str()).await.map(drop)
}
