//! Building with what others leave over of the processors.
//!
//! A build keeps two processors busy, which may be all there are. So it has threads of its own, where a page of events is
//! decoded without making a request wait, and they let others go first, as do the server's processes that work for it where
//! the server is on this machine and may be told so (always the private one). Linux only: elsewhere, and with a server
//! elsewhere, a build takes its fair share.

use std::fs;
use std::panic::resume_unwind;

use futures_util::future::BoxFuture;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinError;

/// How much less urgent it is than whoever starts it, as of nice(1): about a tenth of a share where all processors are busy,
/// so it does come to an end. Others are hardly ever kept waiting.
const NICENESS: i32 = 10;
/// The least urgent that there is.
const LAST: i32 = 19;
/// One for the page that is being read and one for the statements; a page is planned by a third.
const THREADS: usize = 2;

/// Does the work on threads of its own, as long as this is awaited.
pub(super) async fn run<T: Send + 'static, E: From<sqlx::Error> + Send + 'static>(
    work: BoxFuture<'static, Result<T, E>>,
) -> Result<T, E> {
    let threads = Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name("rebuild")
        .on_thread_start(|| step_back(None))
        .enable_all()
        .build()
        .map_err(sqlx::Error::Io)?;
    let (work, _threads) = (threads.spawn(work), Threads(Some(threads)));
    work.await.map_err(gone)?
}

/// Their connections end with them.
struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Passes a panic on.
pub(super) fn gone(error: JoinError) -> sqlx::Error {
    if error.is_panic() { resume_unwind(error.into_panic()) } else { sqlx::Error::WorkerCrashed }
}

/// A connection whose process lets others go first, and ends when its client does: a statement of minutes would hold the
/// build's lock for as long, though nobody waits for it any more.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    // Not every system can tell a server that the client is gone.
    drop(connection.execute("SET client_connection_check_interval = '2s'").await);
    if let Some(server) = server_here(options) {
        let process: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await?;
        if is_of(process, server) {
            step_back(Some(process));
        }
    }
    Ok(connection)
}

/// The process that made the socket, which leaves its number beside it.
fn server_here(options: &PgConnectOptions) -> Option<u32> {
    let lock = options.get_socket()?.join(format!(".s.PGSQL.{}.lock", options.get_port()));
    fs::read_to_string(lock).ok()?.lines().next()?.trim().parse().ok()
}

/// Whether a process is one of that server's, by proc(5). Its number is the server's, which may count its processes
/// otherwise than we do, in a container for example; it is the first there, and here that is another.
fn is_of(process: i32, server: u32) -> bool {
    let read = |what: &str| fs::read_to_string(format!("/proc/{process}/{what}")).unwrap_or_default();
    let parent = read("status").lines().find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok());
    server > 1 && parent == Some(server) && read("comm").trim_end() == "postgres"
}

/// Makes a process of the server, or the thread that calls this, less urgent. Where that is not allowed it stays as it is.
#[cfg(target_os = "linux")]
fn step_back(process: Option<i32>) {
    use rustix::process::{Pid, getpriority_process, setpriority_process};

    let id = process.and_then(Pid::from_raw);
    let done = getpriority_process(id)
        .and_then(|now| setpriority_process(id, now.saturating_add(NICENESS).min(LAST)));
    if let Err(error) = done {
        tracing::debug!(%error, "a build takes its fair share");
    }
    // Where each session is scheduled as one (sched(7), autogroups), a process of the server is a session of its own. Our own
    // threads are of the one that serves.
    if let Some(process) = process {
        drop(fs::write(format!("/proc/{process}/autogroup"), NICENESS.to_string()));
    }
}

/// Elsewhere a thread has no priority of its own.
#[cfg(not(target_os = "linux"))]
fn step_back(_: Option<i32>) {}
