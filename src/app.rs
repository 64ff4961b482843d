//! The composition root: the only place that builds adapters and puts them together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, PgConnection};
use tokio::task::JoinHandle;

use crate::account::{Account, AccountServices, PasswordHasher, Phone};
use crate::adapters::argon2::{Argon2Hasher, BadSettings};
use crate::adapters::captchas::Captchas;
use crate::adapters::embedded_postgres::{APP_ROLE, Embedded, OWNER_ROLE, Options, StartError};
use crate::adapters::login_attempts::LoginAttempts;
use crate::config::{DatabaseChoice, Profile, Refusal, Settings};
use crate::eventstore::seal::{MasterKey, SealError, Sealer};
use crate::eventstore::store::Log;
use crate::eventstore::upcast::Upcasters;
use crate::eventstore::{Commands, Store, Writer};
use crate::http::idempotency::Idempotency;
use crate::http::limits::Limits;
use crate::http::session::activity::Activity;
use crate::http::{Shared, Site};
use crate::ports::Ports;
use crate::projections::engine::{self, BadFolder};
use crate::projections::rebuild::{self, RebuildError};
use crate::projections::search_path;
use crate::telemetry;

/// The database that the embedded server holds.
const DATABASE: &str = "zhanggui";
/// Connections for reads: they do not wait for the disk, more only get in each other's way.
const READS: u32 = 8;
/// Connections for writes, which share a flush when they wait for it together.
const WRITES: u32 = 16;

/// Why the program could not start, in one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The embedded PostgreSQL.
    #[error(transparent)]
    Embedded(#[from] StartError),
    /// The database refused or cannot be reached.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration failed.
    #[error("the migrations: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A read model could not be built.
    #[error(transparent)]
    ReadModel(#[from] RebuildError),
    /// A folder of SQL is broken; a defect of the program.
    #[error(transparent)]
    Folder(#[from] BadFolder),
    /// Keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Password hashing.
    #[error(transparent)]
    Hashing(#[from] BadSettings),
    /// Metrics.
    #[error("metrics: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// Something is not as it must be.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// The two ways into one database, and the server behind them if it is ours.
#[derive(Debug)]
pub struct Database {
    /// As the owner of the tables: migrations.
    pub owner: PgConnectOptions,
    /// As the service.
    pub app: PgConnectOptions,
    /// The private server, to be stopped in the end.
    pub embedded: Option<Embedded>,
}

impl Database {
    /// Starts or finds the database that the settings name.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn open(settings: &Settings) -> Result<Self, AppError> {
        match &settings.database {
            DatabaseChoice::Embedded { pg_bin_dir, fetch } => {
                let options = Options {
                    pg_bin_dir: pg_bin_dir.clone(),
                    fetch: *fetch,
                    ask: true,
                    ..Options::new(&settings.data_dir)
                };
                let embedded = Embedded::start(&options).await?;
                embedded.ensure_database(DATABASE).await?;
                let owner = embedded.options_as(OWNER_ROLE, DATABASE);
                let app = embedded.options_as(APP_ROLE, DATABASE);
                Ok(Self { owner, app, embedded: Some(embedded) })
            }
            DatabaseChoice::External { url, direct_url } => {
                let read = |url: &str| url.parse::<PgConnectOptions>();
                Ok(Self { owner: read(direct_url)?, app: read(url)?, embedded: None })
            }
        }
    }
}

/// Brings the tables up to this program's migrations. Safe from many processes at once.
///
/// # Errors
/// The database's, or that of a migration.
pub async fn migrate(owner: &PgConnectOptions) -> Result<(), AppError> {
    let mut connection = PgConnection::connect_with(owner).await?;
    ensure_role(&mut connection).await?;
    sqlx::migrate!("./migrations").run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Makes the application's role and lets it make read models, where that is not so yet.
async fn ensure_role(connection: &mut PgConnection) -> Result<(), AppError> {
    let is_ready: Option<bool> = sqlx::query_scalar(
        "SELECT has_database_privilege(oid, current_database(), 'CREATE') FROM pg_roles WHERE rolname = $1",
    )
    .bind(APP_ROLE)
    .fetch_optional(&mut *connection)
    .await?;
    let refuse = |error: sqlx::Error| {
        Refusal(format!(
            "the role {APP_ROLE} cannot be set up ({error}): run `CREATE ROLE {APP_ROLE}` and `GRANT CONNECT, CREATE ON DATABASE … TO {APP_ROLE}` as a superuser first"
        ))
    };
    if is_ready.is_none() {
        let create = format!("CREATE ROLE {APP_ROLE} NOLOGIN");
        sqlx::raw_sql(&create).execute(&mut *connection).await.map_err(refuse)?;
    }
    if is_ready != Some(true) {
        let grant = format!(
            "DO $$ BEGIN EXECUTE format('GRANT CONNECT, CREATE ON DATABASE %I TO {APP_ROLE}', current_database()); END $$"
        );
        sqlx::raw_sql(&grant).execute(&mut *connection).await.map_err(refuse)?;
    }
    Ok(())
}

/// Refuses a master key that is not the one this database was written with; remembers the first one.
async fn check_master_key(pool: &PgPool, sealer: &Sealer) -> Result<(), AppError> {
    let (_, probe) = sealer.new_key("probe")?;
    let stored: (uuid::Uuid, Vec<u8>) = sqlx::query_as(
        "WITH made AS (INSERT INTO sealing_keys (aggregate_id, slot, key_id, wrapped) VALUES ('', 'probe', $1, $2) \
             ON CONFLICT (aggregate_id, slot) DO NOTHING RETURNING key_id, wrapped) \
         SELECT * FROM made UNION ALL \
         SELECT key_id, wrapped FROM sealing_keys WHERE aggregate_id = '' AND slot = 'probe' LIMIT 1",
    )
    .bind(probe.key_id)
    .bind(probe.wrapped)
    .fetch_one(pool)
    .await?;
    sealer.unwrap(stored.0, &stored.1)?;
    Ok(())
}

/// The upcasters of all events, in the order they run: of live loads and of rebuilds alike.
#[must_use]
pub fn upcasters() -> Upcasters {
    Upcasters::default()
}

/// How the service connects: as the application's role, and finding every read model's tables.
#[must_use]
pub fn as_service(app: &PgConnectOptions) -> PgConnectOptions {
    app.clone().application_name("zhanggui").options([
        ("role", APP_ROLE.to_owned()),
        ("search_path", search_path()),
        ("statement_timeout", "10s".to_owned()),
    ])
}

/// Migrates, and builds the read models that are missing or of other SQL.
///
/// # Errors
/// [`AppError`].
pub async fn prepare(
    owner: &PgConnectOptions,
    app: &PgConnectOptions,
    sealer: &Sealer,
) -> Result<(), AppError> {
    migrate(owner).await?;
    let mut connection =
        PgConnection::connect_with(&as_service(app).options([("statement_timeout", "0")])).await?;
    rebuild::ensure(&mut connection, sealer, &upcasters()).await?;
    connection.close().await?;
    Ok(())
}

/// In production: the user of the service must not be able to change the log.
async fn check_user(pool: &PgPool, settings: &Settings) -> Result<(), AppError> {
    if settings.profile != Profile::Production {
        return Ok(());
    }
    let may_alter: bool = sqlx::query_scalar(
        "SELECT rolsuper OR pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = 'public.events'::regclass), 'MEMBER') \
             OR has_table_privilege(session_user, 'public.events', 'UPDATE, DELETE, TRUNCATE') \
         FROM pg_roles WHERE rolname = session_user",
    )
    .fetch_one(pool)
    .await?;
    if may_alter {
        let why = format!(
            "the user of ZHANGGUI_DATABASE_URL may alter the log: connect as a login role that is a member of {APP_ROLE} only, and give the owner in ZHANGGUI_DATABASE_DIRECT_URL"
        );
        return Err(Refusal(why).into());
    }
    Ok(())
}

/// The master key from the settings, or in development one that is made once and kept in the data folder.
///
/// # Errors
/// [`Refusal`] when the kept key cannot be read or written.
pub fn master_key(settings: &Settings, ports: &Ports) -> Result<MasterKey, AppError> {
    if let Some(key) = &settings.master_key {
        return Ok(key.clone());
    }
    let file = settings.data_dir.join("master.key");
    let refuse = |error: &dyn std::fmt::Display| {
        Refusal(format!(
            "the master key in {}: {error}; give ZHANGGUI_MASTER_KEY instead, or make the file readable",
            file.display()
        ))
    };
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(MasterKey::parse(&text).map_err(|error| refuse(&error))?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = MasterKey::generate(ports)?;
            write_private(&file, &key.to_hex()).map_err(|error| refuse(&error))?;
            Ok(key)
        }
        Err(error) => Err(refuse(&error).into()),
    }
}

/// Writes a new file that only its owner can read (mode 0600), and never over an existing one.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut open = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    open.write_all(text.as_bytes())?;
    open.sync_all()
}

/// A site on a prepared database, and the writer task that ends when the site is dropped.
#[derive(Debug)]
pub struct App {
    /// What handlers use.
    pub site: Shared,
    /// The log.
    pub log: Log,
    writer: JoinHandle<()>,
}

impl App {
    /// Builds everything on `database`, which [`prepare`] has prepared.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn build(settings: Settings, app: &PgConnectOptions, ports: Ports) -> Result<Self, AppError> {
        let master = master_key(&settings, &ports)?;
        let pool = |size| {
            PgPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(Duration::from_secs(3))
                .test_before_acquire(false)
                // A ping costs a busy request a round trip; one that was idle may have lost its server.
                .before_acquire(|connection, meta| {
                    Box::pin(async move {
                        Ok(meta.idle_for < Duration::from_secs(1) || connection.ping().await.is_ok())
                    })
                })
        };
        let options = as_service(app);
        let reads = pool(READS).connect_with(options.clone()).await?;
        check_user(&reads, &settings).await?;
        let writes = pool(WRITES).connect_lazy_with(options.clone());
        let listeners = Arc::new(engine::listeners()?);
        let (writer, task) = Writer::start(options, Arc::clone(&listeners), Arc::clone(&ports.clock));
        let sealer = Sealer::new(&master, ports.clone())?;
        check_master_key(&reads, &sealer).await?;
        let log = Log { pool: writes.clone(), writer, sealer, listeners, ports: ports.clone() };
        let hasher: Arc<dyn PasswordHasher> =
            Arc::new(Argon2Hasher::new(settings.argon2, Arc::clone(&ports.rng))?);
        let accounts: Commands<Account> = Commands::new(
            Store::new(log.clone(), upcasters()),
            AccountServices { hasher: Arc::clone(&hasher) },
        );
        // The numbering plans are read at first use; better now than in somebody's request.
        tokio::task::spawn_blocking(|| drop(Phone::parse("13800138000")));
        let site = Site {
            captchas: Captchas::new(&master, ports.clone())?,
            attempts: LoginAttempts::new(&master)?,
            idempotency: Idempotency::new(&master)?,
            activity: Activity::default(),
            limits: Limits::new(settings.rate_limits),
            metrics: telemetry::start_metrics()?,
            settings,
            ports,
            reads,
            writes,
            accounts,
            hasher,
        };
        Ok(Self { site: Arc::new(site), log, writer: task })
    }

    /// Writes what is still in memory, lets the writer finish and closes the connections.
    pub async fn stop(self) {
        let Self { site, log, writer } = self;
        if let Err(error) = site.activity.flush(&site.writes).await {
            tracing::warn!(%error, "the last session activity could not be written");
        }
        log.writer.close();
        if tokio::time::timeout(Duration::from_secs(20), writer).await.is_err() {
            tracing::warn!("the writer did not finish in time");
        }
        site.reads.close().await;
        site.writes.close().await;
    }
}
