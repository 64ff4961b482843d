//! A database of its own for every test, on one throw-away PostgreSQL per checkout.
//!
//! `cargo test` has no beginning and no end to hang a server on, and several test processes may
//! run at once. So the first process that needs the server starts a *keeper*: this same test
//! program in the background, told to run `keeper::run` only, which has the server as its
//! child. Every process that uses the server holds a shared lock on `users.lock` as long as it
//! lives. When the keeper has been able to take that lock for a minute, nobody is left: it stops
//! the server and removes the cluster. Whoever comes meanwhile waits for the lock and starts anew.
//!
//! A test's database is a copy of a template that is migrated once per build of the tests. It is
//! not dropped in the test, which would make the test wait; the keeper drops databases when it
//! has the lock, that is, when no test runs.
//!
//! Nothing here survives a power cut, and nothing needs to: `fsync` is off.

use std::{
    fs::{self, File, OpenOptions},
    hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _, RandomState},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use sqlx::{ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::{sync::OnceCell, task::spawn_blocking, time};
use zhanggui::adapters::embedded_postgres::{
    APP_ROLE, OWNER_ROLE, SUPERUSER, StartError, admit, check_data_dir, connect_options,
};

mod keeper;
mod template;

/// How long a process waits for the server, of which the first makes the cluster.
const PATIENCE: Duration = Duration::from_mins(2);

/// This process's use of the server, or the one line that says why there is none.
static CLUSTER: OnceCell<Result<Cluster, String>> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

struct Cluster {
    folder: PathBuf,
    template: String,
    /// Tells the keeper that this process is still there.
    _in_use: File,
}

/// A migrated database that no other test uses.
#[derive(Clone, Debug)]
pub(crate) struct TestDatabase {
    folder: PathBuf,
    name: String,
}

/// Makes a database for one test.
///
/// # Panics
/// If there is no PostgreSQL on this machine, with the line that says what to do.
pub(crate) async fn database() -> TestDatabase {
    let cluster = match CLUSTER.get_or_init(join).await {
        Ok(cluster) => cluster,
        Err(why) => panic!("{why}"),
    };
    let database = TestDatabase { folder: cluster.folder.clone(), name: new_name() };
    copy(&cluster.template, &database).await.expect("the template can be copied");
    database
}

/// A name that no database has.
fn new_name() -> String {
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let chance = RandomState::new().hash_one(number);
    format!("t_{}_{number}_{chance:016x}", std::process::id())
}

impl TestDatabase {
    /// Another one with what this one holds now, as a backup does. Nobody may go on using this one.
    ///
    /// # Panics
    /// If somebody still does after a while.
    pub(crate) async fn copied(&self) -> Self {
        let superuser = self.superuser_options().database(SUPERUSER);
        let mut connection = PgConnection::connect_with(&superuser).await.unwrap();
        let users = "SELECT concat_ws(' ', application_name, backend_type, state, query) FROM pg_stat_activity WHERE datname = $1";
        let begun = Instant::now();
        loop {
            let using: Vec<String> =
                sqlx::query_scalar(users).bind(&self.name).fetch_all(&mut connection).await.unwrap();
            if using.is_empty() {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "still used: {using:?}");
            time::sleep(Duration::from_millis(20)).await;
        }
        let backup = Self { folder: self.folder.clone(), name: new_name() };
        copy(&self.name, &backup).await.expect("a database that nobody uses can be copied");
        backup
    }

    /// The database's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How to connect as the role that owns the tables.
    pub(crate) fn owner_options(&self) -> PgConnectOptions {
        self.options_as(OWNER_ROLE)
    }

    /// How to connect as the role that the service works as.
    pub(crate) fn app_options(&self) -> PgConnectOptions {
        self.options_as(APP_ROLE)
    }

    /// How to connect as the superuser, to break things on purpose.
    pub(crate) fn superuser_options(&self) -> PgConnectOptions {
        self.options_as(SUPERUSER)
    }

    /// The address to give to a started `zhanggui` as `ZHANGGUI_DATABASE_URL`.
    pub(crate) fn url(&self) -> String {
        self.app_options().to_url_lossy().to_string()
    }

    /// The address to give to it as `ZHANGGUI_DATABASE_DIRECT_URL`: may migrate.
    pub(crate) fn owner_url(&self) -> String {
        self.owner_options().to_url_lossy().to_string()
    }

    fn options_as(&self, role: &str) -> PgConnectOptions {
        connect_options(&self.folder, role, &self.name).expect("the cluster's folder is there")
    }
}

async fn copy(template: &str, database: &TestDatabase) -> Result<(), sqlx::Error> {
    let superuser = database.superuser_options().database(SUPERUSER);
    let mut connection = PgConnection::connect_with(&superuser).await?;
    // Copying through the log is quicker than copying files when the disk is busy. Version 14
    // knows one way only and no word for it.
    let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::int")
        .fetch_one(&mut connection)
        .await?;
    let strategy = if version < 150_000 { "" } else { "STRATEGY wal_log" };
    let name = &database.name;
    let copy = format!("CREATE DATABASE {name} OWNER {OWNER_ROLE} TEMPLATE {template} {strategy}");
    sqlx::raw_sql(&copy).execute(&mut connection).await?;
    admit(&mut connection, name).await?;
    connection.close().await
}

/// Finds the server or has it started, and makes the template unless it is there.
async fn join() -> Result<Cluster, String> {
    let folder = choose_folder().map_err(|error| error.to_string())?;
    let file = folder.join("users.lock");
    let in_use = spawn_blocking(move || -> std::io::Result<File> {
        let file = lockable(&file)?;
        file.lock_shared()?;
        Ok(file)
    });
    let in_use = in_use.await.expect("locking does not panic").map_err(|error| error.to_string())?;
    let superuser = connect_options(&folder, SUPERUSER, SUPERUSER).map_err(|error| error.to_string())?;
    reach(&folder, &superuser).await?;
    let template = format!("template_{}", template::state_of_the_code());
    let made = template::make(&superuser, &template).await;
    made.map_err(|error| format!("the tests' template database cannot be made: {error}"))?;
    Ok(Cluster { folder, template, _in_use: in_use })
}

/// The build folder, unless root's server, which runs as another user, cannot get there; then a
/// folder that every process of this checkout works out alike.
fn choose_folder() -> Result<PathBuf, StartError> {
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("test-cluster");
    match check_data_dir(&built) {
        Err(StartError::Unreachable { .. }) => {
            let mut hasher = DefaultHasher::new();
            built.hash(&mut hasher);
            let name = format!("zhanggui-tests-{:016x}", hasher.finish());
            let folder = std::env::temp_dir().join(name);
            check_data_dir(&folder).map(|()| folder)
        }
        checked => checked.map(|()| built),
    }
}

/// Waits until the server answers; has it started if it does not and nobody else is at it.
async fn reach(folder: &Path, superuser: &PgConnectOptions) -> Result<(), String> {
    let began = Instant::now();
    let mut keeper: Option<(Child, File)> = None;
    while began.elapsed() < PATIENCE {
        if let Ok(connection) = PgConnection::connect_with(superuser).await {
            return connection.close().await.map_err(|error| error.to_string());
        }
        if let Some((child, _)) = &mut keeper {
            if child.try_wait().map_err(|error| error.to_string())?.is_some() {
                let why = fs::read_to_string(folder.join("keeper.error"));
                // It leaves without a word if another keeper is there.
                why.map_or(Ok(()), Err)?;
                keeper = None;
            }
        } else {
            let lock = lockable(&folder.join("starting.lock"));
            let lock = lock.map_err(|error| error.to_string())?;
            if lock.try_lock().is_ok() {
                keeper = Some((start_keeper(folder)?, lock));
            }
        }
        time::sleep(Duration::from_millis(20)).await;
    }
    Err(format!("the tests' PostgreSQL did not answer; look into {}", folder.display()))
}

fn start_keeper(folder: &Path) -> Result<Child, String> {
    let start = || {
        drop(fs::remove_file(folder.join("keeper.error")));
        let log = File::create(folder.join("keeper.log"))?;
        Command::new(std::env::current_exe()?)
            .args([keeper::name(), "--exact", "--nocapture"])
            .env(keeper::FOLDER, folder)
            // Out of reach of Ctrl-C, and of whoever waits for the tests' output to end.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
    };
    start().map_err(|error: std::io::Error| format!("the tests' PostgreSQL: {error}"))
}

fn lockable(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}
