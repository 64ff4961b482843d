//! Making the cluster, once.
//!
//! It is made beside its place and renamed into it: an interrupted first start leaves nothing
//! that looks like a cluster.

use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::Path,
};

use super::{SUPERUSER, account::Account, error::StartError, finder::Binaries, folders::Folders};

/// Makes the cluster unless it exists; `sync` false skips flushing it to disk (tests).
pub(super) fn make_cluster(
    folders: &Folders,
    binaries: &Binaries,
    account: &Account,
    sync: bool,
) -> Result<(), StartError> {
    if folders.major()?.is_some() {
        return Ok(());
    }
    tracing::info!(cluster = %folders.cluster.display(), "making the private PostgreSQL cluster");
    let fresh = folders.data.join("pg.new");
    clear(&fresh)?;
    DirBuilder::new().mode(0o700).create(&fresh).map_err(StartError::files("create", &fresh))?;
    account.own(&fresh)?;
    run(&fresh, binaries, account, sync)?;
    let renamed = fs::rename(&fresh, &folders.cluster);
    renamed.map_err(StartError::files("create", &folders.cluster))?;
    let synced = File::open(&folders.data).and_then(|folder| folder.sync_all());
    synced.map_err(StartError::files("flush", &folders.data))
}

fn run(fresh: &Path, binaries: &Binaries, account: &Account, sync: bool) -> Result<(), StartError> {
    let program = binaries.program("initdb");
    let mut command = account.command(&program);
    command.arg("-D").arg(fresh).args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8"]);
    command.args(["--no-locale", "--data-checksums"]);
    if !sync {
        command.arg("--no-sync");
    }
    let ran = command
        .output()
        .map_err(|source| StartError::Program { program: program.display().to_string(), source })?;
    if ran.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let reason = lines().find(|line| line.contains("error:")).or_else(|| lines().next_back());
    Err(StartError::Initdb { reason: reason.unwrap_or("it gave no reason").to_owned() })
}

fn clear(folder: &Path) -> Result<(), StartError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StartError::files("remove", folder)(error))
        }
        _ => Ok(()),
    }
}
