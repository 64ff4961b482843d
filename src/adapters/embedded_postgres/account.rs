//! As whom PostgreSQL runs.
//!
//! PostgreSQL refuses to run as root. Started by root, which is usual in containers, its programs
//! are therefore run as the user `postgres`, else `nobody`; started by anybody else they simply
//! run as that person.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::{
        fs::{MetadataExt as _, chown},
        process::CommandExt as _,
    },
    path::Path,
    process::{Command, Stdio},
};

use super::error::StartError;

/// The user that PostgreSQL's processes and files belong to.
#[derive(Clone, Debug)]
pub(super) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    /// Whether this is another user than our own, so that rights must be given up first.
    drop: bool,
}

impl Account {
    /// Chooses the user for the cluster in `cluster`, which need not exist yet.
    ///
    /// An existing cluster keeps its owner: if the user `postgres` appears only after `nobody`
    /// made the cluster, the data must stay readable.
    pub(super) fn choose(cluster: &Path) -> Result<Self, StartError> {
        let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
        if !uid.is_root() {
            let name = uid.as_raw().to_string();
            return Ok(Self { name, uid: uid.as_raw(), gid: gid.as_raw(), drop: false });
        }
        let passwd = fs::read_to_string("/etc/passwd").map_err(|_| StartError::NoAccount)?;
        let owner = fs::metadata(cluster).ok().map(|folder| folder.uid()).filter(|uid| *uid != 0);
        let accounts: Vec<Self> = passwd.lines().filter_map(Self::parse).collect();
        accounts
            .iter()
            .find(|account| Some(account.uid) == owner)
            .or_else(|| accounts.iter().find(|account| account.name == "postgres"))
            .or_else(|| accounts.iter().find(|account| account.name == "nobody"))
            .cloned()
            .ok_or(StartError::NoAccount)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Self { name, uid, gid, drop: true })
    }

    /// A command that runs as this user, in a folder that every user may enter, in English, and
    /// without the `PG*` variables that would point PostgreSQL at another cluster.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        if self.drop {
            // Supplementary groups go with it: the standard library clears them when root
            // changes the user.
            command.uid(self.uid).gid(self.gid);
        }
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        command
    }

    /// Gives a file or folder to this user.
    pub(super) fn own(&self, path: &Path) -> Result<(), StartError> {
        if !self.drop {
            return Ok(());
        }
        chown(path, Some(self.uid), Some(self.gid)).map_err(StartError::files("give away", path))
    }

    /// Whether this user owns `path`.
    pub(super) fn owns(&self, path: &Path) -> io::Result<bool> {
        Ok(fs::symlink_metadata(path)?.uid() == self.uid)
    }

    /// Refuses a data folder that this user cannot enter, by really trying to.
    pub(super) fn check_reach(&self, data_dir: &Path) -> Result<(), StartError> {
        if !self.drop {
            return Ok(());
        }
        let entered = self
            .command("sh")
            .args(["-c", "cd -- \"$1\"", "sh"])
            .arg(data_dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(|source| StartError::Program { program: "sh".to_owned(), source })?;
        if entered.success() {
            return Ok(());
        }
        Err(StartError::Unreachable { data_dir: data_dir.to_owned(), user: self.name.clone() })
    }
}
