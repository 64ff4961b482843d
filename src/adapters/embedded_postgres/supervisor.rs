//! Keeping the server running.
//!
//! One thread starts the server as a direct child, waits for it, and starts it again if it ends
//! while it is still wanted. It is a thread of the operating system and not a task because of the
//! parent-death signal: Linux sends it when the *thread* that made the child ends. If this
//! process is killed, that signal makes the server shut down cleanly instead of living on.
//!
//! While the server of another process of ours answers, the thread only watches, and takes over
//! when that one goes.

use std::{
    io,
    os::unix::{net::UnixStream, process::CommandExt as _},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::sync::watch;

use super::{account::Account, finder::Binaries, folders::Folders, leftovers};

const WATCH_EVERY: Duration = Duration::from_millis(200);
const SHORTEST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);
/// A server that lived this long was well; the next trouble is a new one.
const WELL_AFTER: Duration = Duration::from_secs(30);

/// Everything that starting the server takes.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) folders: Folders,
    pub(super) binaries: Binaries,
    pub(super) account: Account,
    pub(super) settings: Vec<(String, String)>,
}

/// What the thread tells the rest of the program.
#[derive(Clone, Debug, Default)]
pub(super) struct News {
    /// How often a server of ours was started.
    pub(super) starts: u64,
    /// How often one ended, or could not be started, although it was wanted.
    pub(super) failures: u64,
    /// What the latest of those had to say.
    pub(super) last_words: String,
    /// The thread has ended, and its server with it.
    pub(super) over: bool,
}

/// The handle of the thread. Dropping it asks the server to stop and does not wait for that.
#[derive(Debug)]
pub(super) struct Supervisor {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    news: watch::Sender<News>,
}

#[derive(Debug)]
struct State {
    wanted: bool,
    /// Never reaped outside this lock, so that its process id can be signalled safely.
    child: Option<Child>,
}

impl Supervisor {
    /// Starts the thread, and by it the server.
    pub(super) fn start(server: Server) -> io::Result<Self> {
        let state = Mutex::new(State { wanted: true, child: None });
        let news = watch::Sender::new(News::default());
        let shared = Arc::new(Shared { state, changed: Condvar::new(), news });
        let of_thread = Arc::clone(&shared);
        thread::Builder::new()
            .name("postgres-supervisor".to_owned())
            .spawn(move || supervise(&server, &of_thread))?;
        Ok(Self { shared })
    }

    pub(super) fn news(&self) -> watch::Receiver<News> {
        self.shared.news.subscribe()
    }

    /// Asks for a fast shutdown: sessions are ended, everything is written, the server exits.
    pub(super) fn ask_to_stop(&self) {
        self.shared.no_longer_wanted(Signal::INT);
    }

    /// Asks for an immediate shutdown: as after a power cut, the next start recovers.
    pub(super) fn insist_on_stop(&self) {
        self.shared.no_longer_wanted(Signal::QUIT);
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.ask_to_stop();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn no_longer_wanted(&self, signal: Signal) {
        let mut state = self.state();
        state.wanted = false;
        if let Some(child) = &state.child
            && let Err(error) = kill_process(Pid::from_child(child), signal)
        {
            tracing::debug!(%error, "PostgreSQL was gone before it was told to stop");
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Waits, but not beyond the moment when the server is no longer wanted.
    fn pause(&self, time: Duration) {
        let waited = self.changed.wait_timeout_while(self.state(), time, |state| state.wanted);
        drop(waited);
    }

    /// Runs the server until it ends; `None` if it was not wanted any more.
    fn run(&self, mut command: Command) -> io::Result<Option<ExitStatus>> {
        let pid = {
            let mut state = self.state();
            if !state.wanted {
                return Ok(None);
            }
            let child = command.spawn()?;
            // The command still holds the lock that only the server may hold from here on.
            drop(command);
            let pid = Pid::from_child(&child);
            state.child = Some(child);
            pid
        };
        self.news.send_modify(|news| news.starts += 1);
        let waited = until_ended(pid);
        let mut state = self.state();
        let child = state.child.take();
        waited?;
        child.map(|mut child| child.wait()).transpose()
    }
}

/// Waits until the child has ended, and leaves its process id taken until it is reaped.
fn until_ended(child: Pid) -> rustix::io::Result<()> {
    loop {
        match waitid(WaitId::Pid(child), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            Err(rustix::io::Errno::INTR) => {}
            waited => return waited.map(drop),
        }
    }
}

fn supervise(server: &Server, shared: &Shared) {
    let mut backoff = SHORTEST_BACKOFF;
    let parent_death_signal = has_setpriv();
    while shared.state().wanted {
        let (began, logged) = (Instant::now(), server.folders.log_length());
        let outcome = match server.ready_to_run(parent_death_signal) {
            Ok(None) => {
                shared.pause(WATCH_EVERY);
                continue;
            }
            Ok(Some(command)) => shared.run(command),
            Err(error) => Err(error),
        };
        if !shared.state().wanted {
            break;
        }
        if began.elapsed() > WELL_AFTER {
            backoff = SHORTEST_BACKOFF;
        }
        let (how, last_words) = match outcome {
            Ok(status) => (
                status.map_or_else(String::new, |status| status.to_string()),
                server.folders.last_words(logged),
            ),
            Err(error) => ("not run".to_owned(), error.to_string()),
        };
        tracing::error!(how, last_words, "PostgreSQL ended; starting it again");
        shared.news.send_modify(|news| {
            news.failures += 1;
            news.last_words = last_words;
        });
        shared.pause(backoff);
        backoff = (backoff * 2).min(LONGEST_BACKOFF);
    }
    shared.news.send_modify(|news| news.over = true);
}

impl Server {
    /// The command that runs the server; `None` while another one of the same cluster is there.
    fn ready_to_run(&self, parent_death_signal: bool) -> io::Result<Option<Command>> {
        let Some(lock) = self.folders.lock_cluster()? else { return Ok(None) };
        // A server that somebody started by hand does not hold our lock.
        if UnixStream::connect(self.folders.socket()).is_ok() {
            return Ok(None);
        }
        leftovers::clear(&self.folders)?;
        let log = self.folders.open_log()?;
        let program = self.binaries.program("postgres");
        let mut command = if parent_death_signal {
            let mut command = self.account.command("setpriv");
            command.args(["--pdeathsig", "INT", "--"]).arg(program);
            command
        } else {
            self.account.command(program)
        };
        command.arg("-D").arg(&self.folders.cluster).arg("-k").arg(&self.folders.sockets);
        for (name, value) in &self.settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        // A group of its own: Ctrl-C on the terminal is for us, who stop the server in our turn.
        // The lock travels as standard input: the server's processes hold it as long as they live.
        command.process_group(0).stdin(lock).stdout(log.try_clone()?).stderr(log);
        Ok(Some(command))
    }
}

/// Whether util-linux's `setpriv` is there (not every system's namesake knows the option).
fn has_setpriv() -> bool {
    Command::new("setpriv")
        .args(["--pdeathsig", "INT", "--", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
