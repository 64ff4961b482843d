//! A private PostgreSQL, run by the program itself, for machines where nobody set one up.
//!
//! The service needs a PostgreSQL server. When no address of one is configured, this module finds
//! the server's programs on the machine, makes a cluster below the data folder on first use, runs
//! it as a child process, and stops it in the end. It is a real server with real durability
//! (`fsync` on, checksums); it listens on a unix socket that only this user and root can reach.
//!
//! Reading order: this file is the life of a server in one function. `finder` and `wheel` are
//! where its programs come from, `account` as whom it runs, `folders` what lies where, `initdb`
//! how the cluster is made, `supervisor` the thread that keeps it running, `leftovers` what a
//! killed server leaves in its way, `startup` when it is ready, `roles` who may do what inside,
//! `error` what can go wrong.

mod account;
mod error;
mod finder;
mod folders;
mod initdb;
mod leftovers;
mod roles;
mod startup;
mod supervisor;
mod wheel;

use std::{
    future::Future,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::postgres::PgConnectOptions;
use tokio::time;

pub(in crate::adapters) use self::folders::create_passable;
use self::{
    account::Account,
    folders::Folders,
    startup::{Answer, ask, blocking, take_turns, until_ready},
    supervisor::{Server, Supervisor},
};
pub use self::{
    error::{StartError, StopError},
    folders::{DataLock, lock_data_dir},
    roles::{APP_ROLE, OWNER_ROLE, admit, create_database, create_roles},
};

/// The role that may do everything; for making roles and databases only.
pub const SUPERUSER: &str = "postgres";

/// How long a fast shutdown may take before an immediate one is asked for, and that one then.
const STOP_LIMITS: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(5)];

/// What a small machine needs; each can be overridden by [`Options::settings`].
const SETTINGS: [(&str, &str); 6] = [
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("shared_buffers", "128MB"),
    ("max_connections", "100"),
    ("cluster_name", "zhanggui"),
    ("log_line_prefix", "%m [%p] "),
];

/// Which server to run, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// Everything lies below this folder; it is made if need be.
    pub data_dir: PathBuf,
    /// The folder of the server's programs; searched for if not given.
    pub pg_bin_dir: Option<PathBuf>,
    /// Whether a server may be fetched if the machine has none.
    pub fetch: bool,
    /// Whether a person on the terminal may be asked for that consent.
    pub ask: bool,
    /// Whether commits survive a power cut. Off for the tests' throw-away clusters only.
    pub fsync: bool,
    /// More settings of the server, the last of a name wins.
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// A durable server below `data_dir`, from whatever programs are installed.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self { data_dir, pg_bin_dir: None, fetch: false, ask: false, fsync: true, settings: vec![] }
    }
}

/// A running server. Dropping it asks the server to stop and does not wait; see [`Self::stop`].
#[derive(Debug)]
pub struct Embedded {
    folders: Folders,
    /// Missing only if the server of another process answered and we have no programs ourselves.
    supervisor: Option<Supervisor>,
    adopted: bool,
}

impl Embedded {
    /// Makes the cluster if there is none, starts the server unless one of ours runs already,
    /// and returns when it answers.
    ///
    /// # Errors
    /// [`StartError`], each in one line that says what to do.
    pub async fn start(options: &Options) -> Result<Self, StartError> {
        let owned = options.clone();
        let (folders, account) = blocking(move || {
            let folders = Folders::below(&owned.data_dir)?;
            let account = Account::choose(&folders.cluster)?;
            account.check_reach(&folders.data)?;
            Ok((folders, account))
        })
        .await?;
        let _one_at_a_time = take_turns(&folders).await?;
        let adopted = ask(&folders).await == Answer::Ready;
        let (owned, of_thread) = (options.clone(), folders.clone());
        let supervisor = blocking(move || supervise(&owned, of_thread, account)).await;
        match supervisor {
            Ok(supervisor) => {
                if !adopted {
                    until_ready(&folders, supervisor.news()).await?;
                }
                Ok(Self { folders, supervisor: Some(supervisor), adopted })
            }
            Err(_) if adopted => Ok(Self { folders, supervisor: None, adopted }),
            Err(error) => Err(error),
        }
    }

    /// Makes the roles, and the database `name` owned by [`OWNER_ROLE`], unless they exist.
    ///
    /// # Errors
    /// [`StartError::Prepare`] with the server's answer.
    pub async fn ensure_database(&self, name: &str) -> Result<(), StartError> {
        let superuser = self.superuser_options(SUPERUSER);
        let made = async {
            create_roles(&superuser).await?;
            create_database(&superuser, name).await
        };
        made.await.map_err(|source| StartError::Prepare { database: name.to_owned(), source })
    }

    /// How to connect as the superuser; for making roles and databases only.
    #[must_use]
    pub fn superuser_options(&self, database: &str) -> PgConnectOptions {
        self.options_as(SUPERUSER, database)
    }

    /// How to connect as any role.
    #[must_use]
    pub fn options_as(&self, role: &str, database: &str) -> PgConnectOptions {
        self.folders.connect(role, database)
    }

    /// The folder of the unix socket.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.folders.sockets
    }

    /// Whether the server ran already when this process came.
    #[must_use]
    pub fn adopted(&self) -> bool {
        self.adopted
    }

    /// Resolves when the server ends without being asked to. It is being started again by then.
    pub fn exited(&self) -> impl Future<Output = ()> + Send + use<> {
        let news = self.supervisor.as_ref().map(Supervisor::news);
        let seen = news.as_ref().map_or(0, |news| news.borrow().failures);
        async move {
            if let Some(mut news) = news
                && news.wait_for(|news| news.failures > seen).await.is_ok()
            {
                return;
            }
            std::future::pending::<()>().await;
        }
    }

    /// Stops the server if this process started it: a fast shutdown, then, should that take more
    /// than half a minute, an immediate one. An adopted server is left alone.
    ///
    /// # Errors
    /// [`StopError::TimedOut`] if it is still there after both.
    pub async fn stop(self) -> Result<(), StopError> {
        let Some(supervisor) = self.supervisor else { return Ok(()) };
        let [patience, last] = STOP_LIMITS;
        let mut news = supervisor.news();
        supervisor.ask_to_stop();
        if time::timeout(patience, news.wait_for(|news| news.over)).await.is_ok() {
            return Ok(());
        }
        tracing::warn!("PostgreSQL does not stop; asking for an immediate shutdown");
        supervisor.insist_on_stop();
        let stopped = time::timeout(last, news.wait_for(|news| news.over)).await;
        stopped.map(drop).map_err(|_| StopError::TimedOut { waited: patience + last })
    }
}

/// Whether the user that the server would run as can enter `data_dir` (made if need be).
///
/// # Errors
/// [`StartError::Unreachable`] if not, and whatever else keeps a server from running there.
pub fn check_data_dir(data_dir: &Path) -> Result<(), StartError> {
    let folders = Folders::below(data_dir)?;
    Account::choose(&folders.cluster)?.check_reach(&folders.data)
}

/// How to connect to the server of `data_dir`, whichever process runs it.
///
/// # Errors
/// [`StartError::Files`] if the folder cannot be used.
pub fn connect_options(data_dir: &Path, role: &str, database: &str) -> Result<PgConnectOptions, StartError> {
    Ok(Folders::below(data_dir)?.connect(role, database))
}

fn supervise(options: &Options, folders: Folders, account: Account) -> Result<Supervisor, StartError> {
    let wrote = folders.major()?.map(|major| (folders.cluster.as_path(), major));
    let binaries = finder::find(options, &account, wrote)?;
    initdb::make_cluster(&folders, &binaries, &account, options.fsync)?;
    folders.make_sockets(&account)?;
    let fsync = if options.fsync { "on" } else { "off" };
    let settings = SETTINGS.iter().copied().chain([("fsync", fsync)]);
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = settings.chain(options.settings.iter().cloned()).collect();
    Supervisor::start(Server { folders, binaries, account, settings })
        .map_err(|source| StartError::Program { program: "a thread for PostgreSQL".to_owned(), source })
}
