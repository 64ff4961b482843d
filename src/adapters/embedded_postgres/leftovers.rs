//! What a killed server leaves behind, and PostgreSQL itself cannot judge.
//!
//! A server notes its process id in two files. At the next start PostgreSQL only asks whether a
//! process of that id exists, and refuses to start if so. In a restarted container the same small
//! numbers are given out again, and under a first process that buries nobody the dead stay
//! listed: it would refuse for ever. The caller holds the lock that every living server of ours
//! holds, so a look at the process decides.

use std::{fs, io, path::Path};

use super::folders::Folders;

/// Removes the files of a server that is certainly gone; leaves all others to PostgreSQL.
pub(super) fn clear(folders: &Folders) -> io::Result<()> {
    forget(&folders.cluster.join("postmaster.pid"))?;
    forget(&folders.socket_lock())
}

fn forget(file: &Path) -> io::Result<()> {
    let Ok(text) = fs::read_to_string(file) else { return Ok(()) };
    let pid = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok());
    let Some(pid) = pid else { return Ok(()) };
    // Unreadable (another system, a closed /proc) means that we know no better than PostgreSQL.
    let Ok(process) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return Ok(()) };
    if is_living_server(&process) {
        return Ok(());
    }
    tracing::warn!(pid, file = %file.display(), "removing it: its process is no server, or dead");
    fs::remove_file(file)
}

/// Judges a line like `1234 (postgres) S 1 …`.
fn is_living_server(process: &str) -> bool {
    let Some((name, state)) = process.rsplit_once(") ") else { return true };
    name.contains("(post") && !state.starts_with(['Z', 'X'])
}

#[cfg(test)]
mod tests {
    use super::is_living_server;

    #[test]
    fn only_a_living_postgres_counts_as_a_server() {
        assert!(is_living_server("1234 (postgres) S 1 1234"));
        assert!(is_living_server("1234 (postmaster) R 1 1234"));
        assert!(!is_living_server("1234 (postgres) Z 1 1234"));
        assert!(!is_living_server("1234 (tokio-runtime-w) S 1 1234"));
        assert!(!is_living_server("1234 (a) postgres) S 1 1234"));
    }
}
