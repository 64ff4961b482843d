//! The private PostgreSQL: it comes up by itself, comes back by itself, and refuses in one line.
//!
//! Each test has a cluster of its own in the temporary folder, since it kills or breaks it.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use zhanggui::adapters::embedded_postgres::{
    APP_ROLE, Embedded, OWNER_ROLE, Options, SUPERUSER, StartError, connect_options, lock_data_dir,
};

use crate::support::cluster;

/// Says to [`hold_a_server`] which data folder to use.
const HELD: &str = "ZHANGGUI_TEST_HELD_DATA_DIR";

/// A data folder that goes away with the test.
struct DataDir(PathBuf);

impl DataDir {
    fn new(name: &str) -> Self {
        let name = format!("zhanggui-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// Options for a server that need not survive a power cut.
    fn options(&self) -> Options {
        Options { fsync: false, ..Options::new(&self.0) }
    }

    /// The process id of the running server.
    fn server(&self) -> Pid {
        let text = fs::read_to_string(self.0.join("pg/postmaster.pid")).expect("a server runs");
        let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
        pid.and_then(Pid::from_raw).expect("the file begins with a process id")
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

async fn ask(options: &PgConnectOptions, question: &str) -> Result<String, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    let answer = sqlx::query_scalar(question).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(answer)
}

/// Asks until there is an answer: the server may be on its way.
async fn ask_patiently(options: &PgConnectOptions, question: &str) -> String {
    let began = Instant::now();
    loop {
        match ask(options, question).await {
            Ok(answer) => return answer,
            Err(error) => assert!(began.elapsed() < Duration::from_secs(30), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The message of a refused start, which must be one line.
async fn refusal(options: &Options) -> String {
    let line = Embedded::start(options).await.expect_err("the start is refused").to_string();
    assert!(!line.contains('\n'), "more than one line: {line}");
    line
}

#[tokio::test]
async fn the_first_start_makes_a_durable_private_cluster_that_the_second_finds() {
    let data = DataDir::new("first");
    // What an interrupted first start leaves.
    fs::create_dir_all(data.0.join("pg.new/base")).expect("the temporary folder can be written");
    let server = Embedded::start(&Options::new(&data.0)).await.expect("starts");
    server.ensure_database("zhanggui").await.expect("is made");
    let owner = server.options_as(OWNER_ROLE, "zhanggui");
    let made = "CREATE TABLE kept AS SELECT 'still there' AS word";
    let mut connection = PgConnection::connect_with(&owner).await.expect("connects");
    sqlx::raw_sql(made).execute(&mut connection).await.expect("the owner may make tables");
    connection.close().await.expect("closes");
    for (setting, value) in
        [("fsync", "on"), ("data_checksums", "on"), ("listen_addresses", ""), ("port", "5432")]
    {
        let answer = ask(&owner, &format!("SHOW {setting}")).await.expect("answers");
        assert_eq!(answer, value, "{setting}");
    }
    server.stop().await.expect("stops");
    let began = Instant::now();
    let server = Embedded::start(&Options::new(&data.0)).await.expect("starts again");
    assert!(!server.adopted(), "it had stopped");
    assert!(began.elapsed() < Duration::from_secs(10), "took {:?}", began.elapsed());
    server.ensure_database("zhanggui").await.expect("is there");
    assert_eq!(ask(&owner, "SELECT word FROM kept").await.expect("answers"), "still there");
    server.stop().await.expect("stops");
}

#[tokio::test]
async fn a_running_server_is_adopted_left_alone_and_taken_over() {
    let data = DataDir::new("adopt");
    let first = Embedded::start(&data.options()).await.expect("starts");
    let visitor = Embedded::start(&data.options()).await.expect("adopts");
    let second = Embedded::start(&data.options()).await.expect("adopts");
    assert_eq!((first.adopted(), visitor.adopted(), second.adopted()), (false, true, true));
    let superuser = second.superuser_options(SUPERUSER);
    visitor.stop().await.expect("leaves");
    ask(&superuser, "SELECT 'there'").await.expect("the server is still there");
    first.stop().await.expect("stops");
    assert_eq!(ask_patiently(&superuser, "SELECT 'back'").await, "back");
    second.stop().await.expect("stops");
    ask(&superuser, "SELECT 'there'").await.expect_err("the server is gone");
}

#[tokio::test]
async fn a_killed_server_comes_back() {
    let data = DataDir::new("kill");
    let server = Embedded::start(&data.options()).await.expect("starts");
    let superuser = server.superuser_options(SUPERUSER);
    let exited = server.exited();
    kill_process(data.server(), Signal::KILL).expect("can be killed");
    exited.await;
    assert_eq!(ask_patiently(&superuser, "SELECT 'back'").await, "back");
    server.stop().await.expect("stops");
}

#[tokio::test]
async fn a_server_ends_with_its_killed_parent_and_starts_without_help() {
    let data = DataDir::new("parent");
    let superuser = connect_options(&data.0, SUPERUSER, SUPERUSER).expect("can be made");
    for _ in 0..2 {
        let mut parent = start_holder(&data.0);
        assert_eq!(ask_patiently(&superuser, "SELECT 'up'").await, "up");
        parent.kill().expect("can be killed");
        parent.wait().expect("was killed");
    }
    if cfg!(target_os = "linux") {
        let began = Instant::now();
        while ask(&superuser, "SELECT 'up'").await.is_ok() {
            assert!(began.elapsed() < Duration::from_secs(30), "it outlives its parent");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let server = Embedded::start(&data.options()).await.expect("starts");
    kill_process(data.server(), Signal::INT).expect("can be stopped");
    server.stop().await.expect("stops");
}

fn start_holder(data_dir: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program is a file"))
        .args(["embedded_postgres::hold_a_server", "--exact"])
        .env(HELD, data_dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("this program can be run")
}

/// No test by itself: what a process runs that a test kills. Without its variable there is nothing to do.
#[tokio::test]
async fn hold_a_server() {
    let Some(data_dir) = std::env::var_os(HELD) else { return };
    let options = Options { fsync: false, ..Options::new(PathBuf::from(data_dir)) };
    let _server = Embedded::start(&options).await.expect("starts");
    tokio::time::sleep(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn a_data_folder_with_a_long_path_works() {
    let data = DataDir::new(&"long".repeat(40));
    let server = Embedded::start(&data.options()).await.expect("starts");
    let superuser = server.superuser_options(SUPERUSER);
    assert_eq!(ask(&superuser, "SELECT 'here'").await.expect("answers"), "here");
    let sockets = server.socket_dir().to_owned();
    server.stop().await.expect("stops");
    fs::remove_dir_all(sockets).expect("was made by the server");
}

#[tokio::test]
async fn only_one_may_serve_from_a_data_folder() {
    let data = DataDir::new("lock");
    let held = lock_data_dir(&data.0).expect("is free");
    let line = lock_data_dir(&data.0).expect_err("is taken").to_string();
    assert!(line.starts_with("another zhanggui serves from "), "{line}");
    drop(held);
    lock_data_dir(&data.0).expect("is free again");
}

#[tokio::test]
async fn a_start_that_cannot_work_is_refused_with_what_to_do() {
    let data = DataDir::new("refused");
    fs::create_dir_all(data.0.join("pg")).expect("the temporary folder can be written");

    let elsewhere = Options { pg_bin_dir: Some("/nowhere/bin".into()), ..data.options() };
    let line = refusal(&elsewhere).await;
    assert!(line.starts_with("ZHANGGUI_PG_BIN_DIR=/nowhere/bin does not hold initdb, "), "{line}");

    fs::write(data.0.join("pg/letter.txt"), "dear").expect("can be written");
    let line = refusal(&data.options()).await;
    assert!(line.contains("is not empty and is no PostgreSQL cluster"), "{line}");

    fs::write(data.0.join("pg/PG_VERSION"), "12\n").expect("can be written");
    let line = refusal(&data.options()).await;
    assert!(line.contains("were written by PostgreSQL 12, found is "), "{line}");
    assert!(line.contains("install PostgreSQL 12, or bring the data to the new version"), "{line}");
}

#[tokio::test]
async fn roots_server_cannot_live_in_a_closed_home() {
    if !rustix::process::geteuid().is_root() {
        // Everybody else's server runs as themselves and may go where they may.
        return;
    }
    let home = DataDir::new("home");
    DirBuilder::new().mode(0o700).create(&home.0).expect("can be made");
    let options = Options::new(home.0.join("data"));
    let refused = Embedded::start(&options).await.expect_err("is refused");
    assert!(matches!(refused, StartError::Unreachable { .. }), "{refused}");
    assert!(refused.to_string().contains("set ZHANGGUI_DATA_DIR to a folder outside"), "{refused}");
}

#[tokio::test]
async fn every_test_has_a_database_of_its_own_and_modest_roles() {
    let (one, other) = (cluster::database().await, cluster::database().await);
    assert_ne!(one.name(), other.name());
    assert!(one.url().contains(one.name()) && one.owner_url().contains(OWNER_ROLE));
    let modest = "SELECT (NOT (rolsuper OR rolcreatedb OR rolcreaterole))::text
        FROM pg_roles WHERE rolname = current_user";
    assert_eq!(ask(&one.owner_options(), modest).await.expect("answers"), "true");
    assert_eq!(ask(&one.app_options(), modest).await.expect("answers"), "true");
    let app = format!("SELECT has_database_privilege('{APP_ROLE}', current_database(), 'CREATE')::text");
    assert_eq!(ask(&other.superuser_options(), &app).await.expect("answers"), "true");
    let all = "SELECT has_database_privilege('public', current_database(), 'CONNECT')::text";
    assert_eq!(ask(&other.app_options(), all).await.expect("answers"), "false");
}
