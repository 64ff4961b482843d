//! Connections for what is asked most: whose session is this, is this name taken, what is on this page?
//!
//! sqlx's pool asks the server for a sign of life after every use, which costs as much as a small question does. Here a
//! connection is put back as it is once its question was answered, and one that was not (an error, a reader who hung
//! up) is closed instead. So the next reader gets none with anything left in it. Plans are made once a connection, for any
//! arguments: planning these questions costs more than answering them.

use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Metrics, Pool, PoolError, RecycleError, RecycleResult, Timeouts};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};

/// Who was idle for so long may have lost its server, and is asked for a sign of life.
const FRESH: Duration = Duration::from_secs(1);

/// A connection, and whether everything that was asked on it was answered.
#[derive(Debug)]
struct Line {
    connection: PgConnection,
    settled: bool,
}

/// Opens connections and looks at those that come back.
#[derive(Debug)]
struct Manager(PgConnectOptions);

impl managed::Manager for Manager {
    type Type = Line;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Line, sqlx::Error> {
        Ok(Line { connection: self.0.connect().await?, settled: true })
    }

    async fn recycle(&self, line: &mut Line, used: &Metrics) -> RecycleResult<sqlx::Error> {
        if !line.settled {
            return Err(RecycleError::message("something was left unanswered"));
        }
        if used.last_used() >= FRESH {
            line.connection.ping().await?;
        }
        Ok(())
    }
}

/// A few connections for short questions that change nothing.
#[derive(Clone, Debug)]
pub struct HotReads(Pool<Manager>);

impl HotReads {
    /// At most so many connections, each made when it is needed; one waits so long for one.
    ///
    /// # Errors
    /// The pool's, when its settings contradict each other.
    pub fn new(options: &PgConnectOptions, most: u32, patience: Duration) -> Result<Self, sqlx::Error> {
        let manager = Manager(options.clone().options([("plan_cache_mode", "force_generic_plan")]));
        let timeouts = Timeouts { wait: Some(patience), create: Some(patience), recycle: Some(patience) };
        let pool = Pool::builder(manager).max_size(most as usize).runtime(Runtime::Tokio1).timeouts(timeouts);
        Ok(Self(pool.build().map_err(|error| sqlx::Error::Configuration(error.into()))?))
    }

    /// Asks on one of the connections; whoever drops this before it is answered loses the connection with it.
    ///
    /// # Errors
    /// What `question` gives; [`sqlx::Error::PoolTimedOut`] when all were in use for too long; the database's error.
    pub async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let mut line = self.0.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Timeout(_) => sqlx::Error::PoolTimedOut,
            PoolError::Closed => sqlx::Error::PoolClosed,
            error => sqlx::Error::Configuration(error.into()),
        })?;
        line.settled = false;
        let answer = question(&mut line.connection).await?;
        line.settled = true;
        Ok(answer)
    }

    /// Gives out no more, and closes what lies idle.
    pub fn close(&self) {
        self.0.close();
    }
}
