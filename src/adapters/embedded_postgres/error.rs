//! What can go wrong with the private PostgreSQL, in words a newcomer can act on.
//!
//! Every message is one line and says what to do next: it is all that the person who typed
//! `cargo run` gets to see.

use std::{io, path::PathBuf, time::Duration};

use thiserror::Error;

/// Why the private PostgreSQL could not be started or prepared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The folder that was named explicitly is no PostgreSQL server.
    #[error(
        "ZHANGGUI_PG_BIN_DIR={} does not hold initdb, postgres and pg_ctl that can be run: set it to the bin folder of a PostgreSQL server, or unset it", folder.display()
    )]
    NotABinFolder {
        /// The folder that was named.
        folder: PathBuf,
    },
    /// There is a server, but of a major version this program was never tested with.
    #[error(
        "PostgreSQL {major} is not supported: install PostgreSQL 14 to 18 (`apt-get install postgresql`, `brew install postgresql@17`), or set ZHANGGUI_PG_BIN_DIR to its bin folder"
    )]
    UnsupportedVersion {
        /// The major version that was found.
        major: u32,
    },
    /// Nothing was found, and fetching was not agreed to.
    #[error(
        "no PostgreSQL server was found: install one (`apt-get install postgresql`, `brew install postgresql@17`), or set ZHANGGUI_FETCH_POSTGRES=1 to fetch one, or set ZHANGGUI_DATABASE_URL to use one that runs elsewhere"
    )]
    NoServer,
    /// The data were written by another major version than those installed.
    #[error(
        "the data in {} were written by PostgreSQL {wanted}, found is {found}: install PostgreSQL {wanted}, or bring the data to the new version with pg_upgrade (or pg_dump and restore)", cluster.display()
    )]
    OtherMajor {
        /// The cluster's folder.
        cluster: PathBuf,
        /// The major version that wrote it.
        wanted: u32,
        /// What is installed instead.
        found: String,
    },
    /// Fetching was agreed to and did not work.
    #[error("cannot fetch PostgreSQL: {reason}; install it instead (`apt-get install postgresql`)")]
    Fetch {
        /// What went wrong.
        reason: String,
    },
    /// PostgreSQL refuses to run as root, and there is nobody else.
    #[error(
        "PostgreSQL does not run as root and /etc/passwd names neither postgres nor nobody: create a user named postgres, or start zhanggui as another user"
    )]
    NoAccount,
    /// The data folder lies below one that the server's user may not enter.
    #[error(
        "the data folder {} cannot be entered by user {user}, as whom PostgreSQL runs when zhanggui is started by root: set ZHANGGUI_DATA_DIR to a folder outside private homes, such as /var/lib/zhanggui", data_dir.display()
    )]
    Unreachable {
        /// The data folder.
        data_dir: PathBuf,
        /// The user it is closed to.
        user: String,
    },
    /// Another process serves from the same data folder.
    #[error(
        "another zhanggui serves from {} already: stop it first, or set ZHANGGUI_DATA_DIR to another folder", data_dir.display()
    )]
    InUse {
        /// The data folder.
        data_dir: PathBuf,
    },
    /// The cluster's folder holds something else.
    #[error(
        "{} is not empty and is no PostgreSQL cluster (it has no PG_VERSION): move it away, or set ZHANGGUI_DATA_DIR to another folder", cluster.display()
    )]
    NotACluster {
        /// The folder in question.
        cluster: PathBuf,
    },
    /// The short folder for the socket was made by somebody else.
    #[error(
        "{} belongs to another user: remove it, or set ZHANGGUI_DATA_DIR to a path shorter than 80 characters", folder.display()
    )]
    ForeignSocketFolder {
        /// The folder in question.
        folder: PathBuf,
    },
    /// A file or folder below the data folder could not be read, made or changed.
    #[error(
        "cannot {action} {}: {source}; make it accessible, or set ZHANGGUI_DATA_DIR to another folder", path.display()
    )]
    Files {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A program could not be run.
    #[error("cannot run {program}: {source}; check that PostgreSQL is installed completely")]
    Program {
        /// The program.
        program: String,
        /// What the system answered.
        source: io::Error,
    },
    /// `initdb` refused.
    #[error("PostgreSQL's initdb failed: {reason}; mend that and start again")]
    Initdb {
        /// Its own words.
        reason: String,
    },
    /// The server ended before it answered.
    #[error("PostgreSQL ended while starting: {reason}; mend that and start again, all of it is in {}", log.display())]
    Exited {
        /// The last lines of its log.
        reason: String,
        /// Where the whole log is.
        log: PathBuf,
    },
    /// The server runs but never answered.
    #[error("PostgreSQL did not answer within {} s: {reason}; look into {}", waited.as_secs(), log.display())]
    TimedOut {
        /// How long it was waited for.
        waited: Duration,
        /// The last lines of its log.
        reason: String,
        /// Where the whole log is.
        log: PathBuf,
    },
    /// The roles or the database could not be made.
    #[error("cannot prepare the database {database}: {source}; look into the PostgreSQL log")]
    Prepare {
        /// The database.
        database: String,
        /// What the server answered.
        source: sqlx::Error,
    },
}

impl StartError {
    /// For `map_err` after a file operation: keeps what was tried, on what, and the answer.
    pub(super) fn files(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Files { action, path, source }
    }
}

/// Why the private PostgreSQL could not be stopped in good order.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StopError {
    /// Neither a fast nor an immediate shutdown ended it in time.
    #[error("PostgreSQL did not stop within {} s: end the process yourself, nothing that was committed is lost", waited.as_secs())]
    TimedOut {
        /// How long it was waited for.
        waited: Duration,
    },
}
