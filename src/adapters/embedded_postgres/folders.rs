//! What lies where below the data folder.
//!
//! `pg/` is the cluster, `sock/` its unix socket (the only way in: no TCP, no password, closed to
//! other users), `pg.log` what the server says. Three empty files are locks: `serve.lock` admits
//! one `serve`, `start.lock` one start at a time, and `pg.lock` is held by the server's processes
//! themselves, so that it is free exactly when none of them is left.

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use ring::digest;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::{account::Account, error::StartError, finder::leading_number};

/// The longest path a unix socket may have on every system we know.
const LONGEST_SOCKET: usize = 103;
const PORT: u16 = 5432;
/// The log is kept for one start more when it has grown beyond this.
const LOG_TURNS_AT: u64 = 10_000_000;

/// The paths of one data folder.
#[derive(Clone, Debug)]
pub(super) struct Folders {
    pub(super) data: PathBuf,
    pub(super) cluster: PathBuf,
    pub(super) sockets: PathBuf,
}

impl Folders {
    /// Makes the data folder if need be and works out the paths; makes nothing below it.
    pub(super) fn below(data_dir: &Path) -> Result<Self, StartError> {
        let data = create_data_dir(data_dir)?;
        let sockets = data.join("sock");
        let sockets = if fits(&sockets) { sockets } else { short_folder(&data) };
        Ok(Self { cluster: data.join("pg"), sockets, data })
    }

    /// The major version that wrote the cluster; `None` if there is none yet.
    pub(super) fn major(&self) -> Result<Option<u32>, StartError> {
        let file = self.cluster.join("PG_VERSION");
        match fs::read_to_string(&file) {
            Ok(text) => Ok(leading_number(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let empty = fs::read_dir(&self.cluster).map_or(true, |mut all| all.next().is_none());
                let not = || StartError::NotACluster { cluster: self.cluster.clone() };
                if empty { Ok(None) } else { Err(not()) }
            }
            Err(error) => Err(StartError::files("read", file)(error)),
        }
    }

    /// Makes the folder for the socket, closed to everybody but `account`.
    pub(super) fn make_sockets(&self, account: &Account) -> Result<(), StartError> {
        match DirBuilder::new().mode(0o700).create(&self.sockets) {
            Ok(()) => account.own(&self.sockets),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // Below /tmp anybody could have made it first, to answer in our server's place.
                match account.owns(&self.sockets) {
                    Ok(true) => Ok(()),
                    Ok(false) if self.sockets.starts_with(&self.data) => account.own(&self.sockets),
                    _ => Err(StartError::ForeignSocketFolder { folder: self.sockets.clone() }),
                }
            }
            Err(error) => Err(StartError::files("create", &self.sockets)(error)),
        }
    }

    /// The server's log.
    pub(super) fn log(&self) -> PathBuf {
        self.data.join("pg.log")
    }

    /// The log, opened for the server to write to.
    pub(super) fn open_log(&self) -> io::Result<File> {
        let log = self.log();
        if self.log_length() > LOG_TURNS_AT {
            fs::rename(&log, self.data.join("pg.log.1"))?;
        }
        OpenOptions::new().create(true).append(true).mode(0o600).open(log)
    }

    /// How long the log is now.
    pub(super) fn log_length(&self) -> u64 {
        fs::metadata(self.log()).map_or(0, |file| file.len())
    }

    /// The last lines that were logged since the log had this length, as one line.
    pub(super) fn last_words(&self, since: u64) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        let since = usize::try_from(since).unwrap_or(usize::MAX);
        // A log that is shorter by now was begun anew.
        let text = String::from_utf8_lossy(log.get(since..).unwrap_or(&log));
        let mut lines: Vec<&str> = text.lines().rev().filter(|line| !line.is_empty()).take(3).collect();
        lines.reverse();
        if lines.is_empty() { "it said nothing".to_owned() } else { lines.join(" | ") }
    }

    /// The server's own lock: `None` while any process of a server of ours is left.
    pub(super) fn lock_cluster(&self) -> io::Result<Option<File>> {
        try_lock(&self.data.join("pg.lock"))
    }

    /// The lock that admits one start at a time.
    pub(super) fn lock_start(&self) -> Result<Option<File>, StartError> {
        let file = self.data.join("start.lock");
        try_lock(&file).map_err(StartError::files("lock", file))
    }

    /// The socket itself.
    pub(super) fn socket(&self) -> PathBuf {
        self.sockets.join(format!(".s.PGSQL.{PORT}"))
    }

    /// Where the server notes that the socket is its own.
    pub(super) fn socket_lock(&self) -> PathBuf {
        self.sockets.join(format!(".s.PGSQL.{PORT}.lock"))
    }

    /// How to connect; nothing of it comes from `PG*` variables or `~/.pgpass`.
    pub(super) fn connect(&self, role: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.sockets)
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
            .username(role)
            .database(database)
    }
}

/// Proof that this process is the only one to serve from a data folder; dropping it lets the next
/// one in, and so does any death of the process.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Takes the lock that admits one `serve` to a data folder, and makes the folder if need be.
///
/// # Errors
/// [`StartError::InUse`] if another process holds it, [`StartError::Files`] if the folder cannot
/// be used.
pub fn lock_data_dir(data_dir: &Path) -> Result<DataLock, StartError> {
    let data = create_data_dir(data_dir)?;
    let file = data.join("serve.lock");
    match try_lock(&file).map_err(StartError::files("lock", file))? {
        Some(file) => Ok(DataLock { _file: file }),
        None => Err(StartError::InUse { data_dir: data }),
    }
}

fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn create_data_dir(data_dir: &Path) -> Result<PathBuf, StartError> {
    create_passable(data_dir).map_err(StartError::files("create", data_dir))?;
    fs::canonicalize(data_dir).map_err(StartError::files("open", data_dir))
}

/// Makes a folder, and those above it that are missing, as the server needs them to be: whoever comes first makes
/// the data folder, also a command that needs no server.
pub(in crate::adapters) fn create_passable(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> =
        folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
    missing.into_iter().rev().try_for_each(create_folder)
}

fn create_folder(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        created => created?,
    }
    // Root's server runs as another user, who must be able to pass through, not to look around.
    let mode = if rustix::process::geteuid().is_root() { 0o711 } else { 0o700 };
    fs::set_permissions(folder, Permissions::from_mode(mode))
}

/// Whether a socket can be made in this folder: its path has a greatest length, and PostgreSQL
/// reads the setting as a list.
fn fits(folder: &Path) -> bool {
    let text = folder.to_str().is_some_and(|text| !text.contains([',', '"']));
    text && folder.join(format!(".s.PGSQL.{PORT}")).as_os_str().len() <= LONGEST_SOCKET
}

/// A short folder that every process works out alike, from the data folder's path alone.
fn short_folder(data: &Path) -> PathBuf {
    let bytes = OsStr::as_encoded_bytes(data.as_os_str());
    let name = hex::encode(digest::digest(&digest::SHA256, bytes).as_ref());
    Path::new("/tmp").join(format!("zhanggui-{}", name.get(..16).unwrap_or(&name)))
}
