//! The process in the background that has the tests' PostgreSQL as its child; see `cluster`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use sqlx::{Connection as _, PgConnection};
use tokio::time;
use zhanggui::adapters::embedded_postgres::{Embedded, Options, SUPERUSER, StartError};

use super::lockable;

/// The variable that makes a test program the keeper, and says of which folder.
pub(super) const FOLDER: &str = "ZHANGGUI_TEST_CLUSTER";
/// How long nobody must have used the server before it is stopped.
const IDLE_SECONDS: u32 = 60;

const SETTINGS: [(&str, &str); 4] = [
    ("synchronous_commit", "on"),
    ("full_page_writes", "off"),
    ("max_connections", "300"),
    // Hundreds of databases that live for a second each are not worth its rounds.
    ("autovacuum", "off"),
];

/// The name by which the test program runs [`run`] alone.
pub(super) fn name() -> &'static str {
    let path = concat!(module_path!(), "::run");
    path.split_once("::").map_or(path, |(_, name)| name)
}

/// No test by itself: what the keeper's process runs. Without its variable there is nothing to do.
#[tokio::test]
async fn run() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let only = lockable(&folder.join("keeper.lock")).expect("the folder can be written");
    if only.try_lock().is_err() {
        return;
    }
    match start(&folder).await {
        Ok(server) => keep(server, &folder).await,
        Err(error) => {
            fs::write(folder.join("keeper.error"), error.to_string()).expect("the folder can be written");
        }
    }
}

async fn start(folder: &Path) -> Result<Embedded, StartError> {
    end_leftover(folder).await;
    let mut options = Options::new(folder);
    options.pg_bin_dir = std::env::var_os("ZHANGGUI_PG_BIN_DIR").map(PathBuf::from);
    options.fetch = std::env::var("ZHANGGUI_FETCH_POSTGRES").is_ok_and(|value| value == "1");
    options.fsync = false;
    options.settings = SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Embedded::start(&options).await
}

/// Ends the server of a keeper that was killed, where the system does not do so itself, and
/// removes its cluster: after a power cut it may be broken.
async fn end_leftover(folder: &Path) {
    while lockable(&folder.join("pg.lock")).is_ok_and(|lock| lock.try_lock().is_err()) {
        let pid = fs::read_to_string(folder.join("pg/postmaster.pid")).unwrap_or_default();
        if let Some(pid) = pid.lines().next() {
            drop(Command::new("kill").args(["-INT", pid]).status());
        }
        time::sleep(Duration::from_millis(100)).await;
    }
    remove_cluster(folder);
}

async fn keep(server: Embedded, folder: &Path) {
    let mut idle = 0;
    loop {
        time::sleep(Duration::from_secs(1)).await;
        let users = lockable(&folder.join("users.lock")).expect("the folder can be written");
        if users.try_lock().is_err() {
            idle = 0;
            continue;
        }
        idle += 1;
        if idle > IDLE_SECONDS {
            server.stop().await.expect("the server stops");
            remove_cluster(folder);
            return;
        }
        // A few at a time: a test run that begins now waits for the lock that we hold.
        if let Err(error) = drop_databases(&server).await {
            eprintln!("{error}");
        }
    }
}

async fn drop_databases(server: &Embedded) -> Result<(), sqlx::Error> {
    let superuser = server.superuser_options(SUPERUSER);
    let mut connection = PgConnection::connect_with(&superuser).await?;
    let began = time::Instant::now();
    while began.elapsed() < Duration::from_millis(200) {
        let left = "SELECT datname FROM pg_database WHERE datname LIKE 't\\_%' LIMIT 1";
        let left: Option<String> = sqlx::query_scalar(left).fetch_optional(&mut connection).await?;
        let Some(name) = left else { break };
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        sqlx::raw_sql(&drop).execute(&mut connection).await?;
    }
    connection.close().await
}

fn remove_cluster(folder: &Path) {
    match fs::remove_dir_all(folder.join("pg")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => eprintln!("{error}"),
        _ => {}
    }
}
