//! The database that the service works on: found or started, migrated, entered, and checked for who we are.

use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::{Connection, PgConnection};

use crate::adapters::aliyun_sms::BadSmsSettings;
use crate::adapters::argon2::BadSettings;
use crate::adapters::avatar_files::BadStore;
use crate::adapters::embedded_postgres::{APP_ROLE, Embedded, OWNER_ROLE, Options, StartError};
use crate::adapters::smtp::BadSmtpSettings;
use crate::adapters::taobao::fetch::BadCrawlerSettings;
use crate::adapters::taobao::top::BadTopSettings;
use crate::config::{DatabaseChoice, Profile, Refusal, Settings};
use crate::eventstore::seal::{SealError, Sealer};
use crate::eventstore::upcast::Upcasters;
use crate::projections::catch_up::CatchUpError;
use crate::projections::engine::{BadFolder, ReadModel};
use crate::projections::rebuild::{Builder, RebuildError};
use crate::projections::search_path;

/// The database that the embedded server holds.
pub(crate) const DATABASE: &str = "zhanggui";

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
    /// A read model could not catch up.
    #[error(transparent)]
    CatchUp(#[from] CatchUpError),
    /// A folder of SQL is broken; a defect of the program.
    #[error(transparent)]
    Folder(#[from] BadFolder),
    /// Keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Password hashing.
    #[error(transparent)]
    Hashing(#[from] BadSettings),
    /// The mail server's settings.
    #[error(transparent)]
    Mail(#[from] BadSmtpSettings),
    /// The crawler's settings.
    #[error(transparent)]
    Crawler(#[from] BadCrawlerSettings),
    /// The settings of the Open Platform.
    #[error(transparent)]
    Platform(#[from] BadTopSettings),
    /// The SMS provider's settings.
    #[error(transparent)]
    Sms(#[from] BadSmsSettings),
    /// The pictures' store.
    #[error(transparent)]
    Media(#[from] BadStore),
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
pub(crate) async fn check_master_key(pool: &PgPool, sealer: &Sealer) -> Result<(), AppError> {
    let (_, probe) = sealer.new_key("probe")?;
    sqlx::query(
        "INSERT INTO sealing_keys (aggregate_id, slot, key_id, wrapped) VALUES ('', 'probe', $1, $2) \
         ON CONFLICT (aggregate_id, slot) DO NOTHING",
    )
    .bind(probe.key_id)
    .bind(probe.wrapped)
    .execute(pool)
    .await?;
    let stored: (uuid::Uuid, Vec<u8>) =
        sqlx::query_as("SELECT key_id, wrapped FROM sealing_keys WHERE aggregate_id = '' AND slot = 'probe'")
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
        // What the planner takes for long is not: compiling it would take a hundred times as long as running it.
        ("jit", "off".to_owned()),
        // Whoever hangs while it holds the log's head must not stop everybody else.
        ("idle_in_transaction_session_timeout", "10s".to_owned()),
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
    builder(app, sealer).ensure(&ReadModel::all()?).await?;
    Ok(())
}

/// Who builds read models as the service.
#[must_use]
pub fn builder(app: &PgConnectOptions, sealer: &Sealer) -> Builder {
    Builder::new(as_service(app), sealer.clone(), upcasters())
}

/// In production: the user of the service must not be able to change the log.
pub(crate) async fn check_user(pool: &PgPool, settings: &Settings) -> Result<(), AppError> {
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
