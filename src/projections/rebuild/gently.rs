//! Building with what others leave over of the processors.
//!
//! A build keeps two processors busy, which may be all there are. So it has threads of its own, which never make a request
//! wait behind a page of events that is being decoded, and they let others go first, as do the server's processes that work
//! for it where the server is on this machine and may be told so (always the private one). Linux only: elsewhere, and with
//! a server elsewhere, a build takes its fair share.

use std::fs;
use std::panic::resume_unwind;

use futures_util::future::BoxFuture;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinError;

/// How much less urgent it is, as of nice(1): about a tenth of a share where all processors are busy, so it does come to
/// an end. Others are hardly ever kept waiting.
const NICENESS: i32 = 10;
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
    let threads = Threads(Some(threads));
    match &threads.0 {
        Some(running) => running.spawn(work).await.map_err(gone)?,
        None => Err(sqlx::Error::WorkerCrashed.into()),
    }
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

/// A connection whose process lets others go first.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    if let Some(server) = server_here(options) {
        let process: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await?;
        // The number is the server's, which may count its processes otherwise than we do, in a container for example.
        if parent_of(process) == Some(server) {
            step_back(Some(process));
        }
    }
    Ok(connection)
}

/// The process that made the socket, which leaves its number beside it.
fn server_here(options: &PgConnectOptions) -> Option<i32> {
    let lock = options.get_socket()?.join(format!(".s.PGSQL.{}.lock", options.get_port()));
    fs::read_to_string(lock).ok()?.lines().next()?.trim().parse().ok()
}

/// By proc(5), where there is one.
fn parent_of(process: i32) -> Option<i32> {
    let told = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    told.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

/// Makes a process of the server, or the thread that calls this, less urgent. Where that is not allowed it stays as it is.
#[cfg(target_os = "linux")]
fn step_back(process: Option<i32>) {
    let process = process.and_then(rustix::process::Pid::from_raw);
    if let Err(error) = rustix::process::setpriority_process(process, NICENESS) {
        tracing::debug!(%error, "a build takes its fair share");
    }
}

/// Elsewhere a thread has no priority of its own.
#[cfg(not(target_os = "linux"))]
fn step_back(_: Option<i32>) {}
