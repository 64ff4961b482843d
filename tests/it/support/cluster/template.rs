//! The migrated database that every test's database is a copy of; see `cluster`.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use zhanggui::adapters::embedded_postgres::{APP_ROLE, OWNER_ROLE, create_database, create_roles};
use zhanggui::database::AppError;
use zhanggui::eventstore::seal::{MasterKey, Sealer};
use zhanggui::ports::Ports;

use crate::support::site::MASTER_KEY;

/// Who holds this is making the template; any number will do.
const TEMPLATE_LOCK: i64 = 0x7a67;

/// Makes the template `name` unless it is there.
pub(super) async fn make(superuser: &PgConnectOptions, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(superuser).await?;
    if !is_template(&mut connection, name).await? {
        sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut connection).await?;
        if !is_template(&mut connection, name).await? {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            sqlx::raw_sql(&drop).execute(&mut connection).await?;
            create_roles(superuser).await?;
            create_database(superuser, name).await?;
            migrate(connect_as_owner(superuser, name)).await?;
            // Nobody may be connected to what is copied.
            let done = format!("ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false");
            sqlx::raw_sql(&done).execute(&mut connection).await?;
        }
    }
    connection.close().await
}

fn connect_as_owner(superuser: &PgConnectOptions, database: &str) -> PgConnectOptions {
    superuser.clone().username(OWNER_ROLE).database(database)
}

async fn is_template(connection: &mut PgConnection, name: &str) -> Result<bool, sqlx::Error> {
    let made = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)";
    sqlx::query_scalar(made).bind(name).fetch_one(connection).await
}

/// Turns an empty database into one the service can work with, as a first start does.
async fn migrate(owner: PgConnectOptions) -> Result<(), sqlx::Error> {
    let app = owner.clone().username(APP_ROLE);
    let prepared = async {
        let key = MasterKey::parse(MASTER_KEY).expect("the tests' key can be read");
        let sealer = Sealer::new(&key, Ports::system())?;
        zhanggui::database::prepare(&owner, &app, &sealer).await
    };
    prepared.await.map_err(|error: AppError| sqlx::Error::Configuration(Box::new(error)))
}

/// What the template is named after: all SQL, and the build, which brings the code around it.
pub(super) fn state_of_the_code() -> String {
    let mut hasher = DefaultHasher::new();
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["migrations", "projections"] {
        add_contents(&checkout.join(folder), &mut hasher);
    }
    if let Ok(program) = std::env::current_exe().and_then(fs::metadata) {
        program.len().hash(&mut hasher);
        program.modified().ok().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

fn add_contents(folder: &Path, hasher: &mut DefaultHasher) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        path.hash(hasher);
        if path.is_dir() {
            add_contents(&path, hasher);
        } else {
            fs::read(&path).unwrap_or_default().hash(hasher);
        }
    }
}
