//! The writer's own connection: made when needed, made again when lost, never waited for without a bound.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{ConnectOptions, Connection as _, Row};
use uuid::Uuid;

use super::PATIENCE;
use super::batch::{Answer, Columns, Head};
use super::listeners::Listeners;

/// The database could not be reached, or answered nonsense, within the writer's patience.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Lost(String);

/// How long a server may say nothing to an append before it counts as gone.
const SILENCE: Duration = Duration::from_secs(8);

/// A connection that comes back.
pub(super) struct Connection {
    options: PgConnectOptions,
    open: Option<PgConnection>,
    /// Those that were loaded last.
    listeners: Option<Arc<Listeners>>,
}

impl Connection {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        // A batch that cannot get the head's lock must not pile up commands behind it (time limits in ms).
        let options = options.options([
            ("lock_timeout", "3000"),
            ("statement_timeout", "7000"),
            ("default_transaction_isolation", "read\\ committed"),
        ]);
        Self { options, open: None, listeners: None }
    }

    async fn get(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        let open = match self.open.take() {
            Some(open) => open,
            None => tokio::time::timeout(PATIENCE, self.options.connect())
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)??,
        };
        Ok(self.open.insert(open))
    }

    /// One call of `append_events`. After an error that means the connection is lost it is dropped.
    pub(super) async fn append(&mut self, columns: &Columns) -> Result<Answer, sqlx::Error> {
        let connection = self.get().await?;
        // The server's own limits do not help against one that says nothing any more.
        let answer = match tokio::time::timeout(SILENCE, columns.call().fetch_one(connection)).await {
            Ok(answer) => answer,
            Err(_elapsed) => Err(sqlx::Error::PoolTimedOut),
        };
        if answer.as_ref().is_err_and(is_lost) {
            self.drop_connection();
        }
        answer
    }

    fn drop_connection(&mut self) {
        if let Some(broken) = self.open.take() {
            // Closing says goodbye to a server that may be gone; nobody waits for that.
            drop(tokio::spawn(broken.close_hard()));
        }
    }

    /// The head of the log, waiting for whoever is appending to it, with patience for a database that is coming back.
    pub(super) async fn head(&mut self) -> Result<Head, Lost> {
        let sql = "SELECT position, recorded_at, frontier, generation FROM log_head \
                   WHERE log = 0 AND 0 = $1 FOR UPDATE";
        let row = self.persist(sql, 0).await?.ok_or_else(|| Lost("the log has no head".to_owned()))?;
        let read = || {
            let frontier: Vec<u8> = row.try_get(2)?;
            Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?, frontier, row.try_get(3)?))
        };
        let (position, recorded_at, frontier, generation) =
            read().map_err(|error| Lost(error.to_string()))?;
        Head::new(position, recorded_at, &frontier, generation).map_err(|error| Lost(error.to_string()))
    }

    /// The listeners of this generation, or of a newer one, which the head will then tell.
    pub(super) async fn listeners(&mut self, generation: i64) -> Result<Arc<Listeners>, sqlx::Error> {
        if let Some(known) = self.listeners.as_ref().filter(|known| known.generation == generation) {
            return Ok(Arc::clone(known));
        }
        let connection = self.get().await?;
        match tokio::time::timeout(PATIENCE, Listeners::load(connection)).await {
            Ok(Ok(loaded)) => Ok(Arc::clone(self.listeners.insert(Arc::new(loaded)))),
            Ok(Err(error)) => {
                self.drop_connection();
                Err(error)
            }
            Err(_elapsed) => {
                self.drop_connection();
                Err(sqlx::Error::PoolTimedOut)
            }
        }
    }

    /// The id of the event at `position`, once no append is under way any more.
    pub(super) async fn event_at(&mut self, position: i64) -> Result<Option<Uuid>, Lost> {
        self.head().await?;
        let row =
            self.persist("SELECT event_id FROM events WHERE log = 0 AND position = $1", position).await?;
        row.map(|row| row.try_get(0)).transpose().map_err(|error| Lost(error.to_string()))
    }

    /// Asks again until there is an answer or patience is at an end.
    async fn persist(&mut self, sql: &'static str, argument: i64) -> Result<Option<PgRow>, Lost> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let result = match self.get().await {
                Ok(connection) => {
                    let asked = sqlx::query(sql).bind(argument).fetch_optional(connection);
                    tokio::time::timeout(PATIENCE, asked).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
                }
                Err(error) => Err(error),
            };
            match result {
                Ok(row) => return Ok(row),
                Err(error) if Instant::now() >= deadline || !is_lost(&error) => {
                    self.drop_connection();
                    return Err(Lost(error.to_string()));
                }
                Err(_) => {
                    self.drop_connection();
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

/// Whether the error says that the connection or the server is gone, or that it is not yet back,
/// rather than that the statement was wrong.
#[must_use]
pub fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // 08: connection; 57P: shutdown, crash, starting up; 53: resources; 55P03, 57014: time limits;
            // 40: rolled back, by a deadlock for example;
            // 55000: the database takes no connections;
            // 01: a warning in place of an answer, 25006: a standby after a fail-over.
            ["08", "57P", "53", "40", "01"].iter().any(|class| code.starts_with(class))
                || ["55000", "55P03", "57014", "25006"].contains(&code.as_ref())
        }),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}
