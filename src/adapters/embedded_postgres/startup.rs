//! Waiting for a server to answer, and telling a slow start from a failed one.

use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection};
use tokio::{sync::watch, task::spawn_blocking, time};

use super::{SUPERUSER, error::StartError, folders::Folders, supervisor::News};

/// How long a start may take without any sign of life.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long it may take in all: recovery after a crash reads the log again and says so.
const RECOVERY_LIMIT: Duration = Duration::from_mins(30);
/// How long a start is tried again that fails because of a server killed just before.
const RETRY_LIMIT: Duration = Duration::from_secs(10);
/// How long another process may take to start the same server.
const OTHER_LIMIT: Duration = Duration::from_mins(2);
const ASK_EVERY: Duration = Duration::from_millis(10);

/// What a server says to a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It works.
    Ready,
    /// It is there and starts up, recovers or shuts down.
    Busy,
    /// Nobody is there.
    Nothing,
}

/// Asks the server of these folders.
pub(super) async fn ask(folders: &Folders) -> Answer {
    let options = folders.connect(SUPERUSER, SUPERUSER);
    let connected = time::timeout(Duration::from_secs(5), PgConnection::connect_with(&options));
    match connected.await {
        Ok(Ok(connection)) => {
            // It answered; that saying goodbye fails does not change that.
            drop(connection.close().await);
            Answer::Ready
        }
        // 57P03, cannot_connect_now.
        Ok(Err(sqlx::Error::Database(error))) if error.code().as_deref() == Some("57P03") => Answer::Busy,
        Ok(Err(_)) => Answer::Nothing,
        Err(_) => Answer::Busy,
    }
}

/// Waits for the lock that admits one start at a time.
pub(super) async fn take_turns(folders: &Folders) -> Result<std::fs::File, StartError> {
    let began = Instant::now();
    loop {
        if let Some(lock) = folders.lock_start()? {
            return Ok(lock);
        }
        if began.elapsed() > OTHER_LIMIT {
            return Err(timed_out(folders, began));
        }
        time::sleep(ASK_EVERY).await;
    }
}

/// Waits until the server answers, or it is certain that it will not.
pub(super) async fn until_ready(folders: &Folders, news: watch::Receiver<News>) -> Result<(), StartError> {
    let began = Instant::now();
    let mut sign_of_life = began;
    loop {
        match ask(folders).await {
            Answer::Ready => return Ok(()),
            Answer::Busy => sign_of_life = Instant::now(),
            Answer::Nothing => {}
        }
        let News { failures, last_words, .. } = news.borrow().clone();
        let passing = is_left_over(&last_words) && began.elapsed() < RETRY_LIMIT;
        if failures > 0 && !passing {
            return Err(StartError::Exited { reason: last_words, log: folders.log() });
        }
        if sign_of_life.elapsed() > START_LIMIT || began.elapsed() > RECOVERY_LIMIT {
            return Err(timed_out(folders, began));
        }
        time::sleep(ASK_EVERY.max(began.elapsed() / 100)).await;
    }
}

/// Whether these last words tell of a predecessor that is still going away.
fn is_left_over(words: &str) -> bool {
    ["postmaster.pid", "shared memory", "lock file"].iter().any(|sign| words.contains(sign))
}

fn timed_out(folders: &Folders, began: Instant) -> StartError {
    let (waited, reason) = (began.elapsed(), folders.last_words(0));
    StartError::TimedOut { waited, reason, log: folders.log() }
}

/// Runs what blocks the thread where that is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StartError> + Send + 'static,
) -> Result<T, StartError> {
    spawn_blocking(work).await.map_err(|error| StartError::Program {
        program: "the preparations".to_owned(),
        source: std::io::Error::other(error),
    })?
}
