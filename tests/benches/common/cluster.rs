//! A private PostgreSQL with durable settings in a temporary folder, removed in the end.

use std::path::{Path, PathBuf};

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use zhanggui::adapters::embedded_postgres::{APP_ROLE, Embedded, OWNER_ROLE, Options, SUPERUSER};
use zhanggui::app;
use zhanggui::config::{Given, Settings, Switch};
use zhanggui::database;
use zhanggui::eventstore::seal::Sealer;
use zhanggui::ports::Ports;

use super::Fault;

/// The database that the program's own tables are in.
pub(crate) const DATABASE: &str = "zhanggui";

/// The server, and where it is.
pub(crate) struct Cluster {
    server: Embedded,
    pub(crate) data_dir: PathBuf,
}

impl Cluster {
    /// Starts a new one.
    pub(crate) async fn start(name: &str) -> Result<Self, Fault> {
        let data_dir = std::env::temp_dir().join(format!("zhanggui-bench-{name}-{}", std::process::id()));
        let server = Embedded::start(&Options::new(&data_dir)).await?;
        Ok(Self { server, data_dir })
    }

    /// Makes the program's database and everything in it.
    pub(crate) async fn prepare(&self) -> Result<(), Fault> {
        self.server.ensure_database(DATABASE).await?;
        let ports = Ports::system();
        let sealer = Sealer::new(&app::master_key(&settings(&self.data_dir)?, &ports)?, ports)?;
        database::prepare(&self.server.options_as(OWNER_ROLE, DATABASE), &self.app(), &sealer).await?;
        Ok(())
    }

    /// How the program connects.
    pub(crate) fn app(&self) -> PgConnectOptions {
        self.server.options_as(APP_ROLE, DATABASE)
    }

    /// How the superuser connects.
    pub(crate) fn superuser(&self, database: &str) -> PgConnectOptions {
        self.server.options_as(SUPERUSER, database)
    }

    /// The process id of the server.
    pub(crate) fn postmaster(&self) -> Result<u32, Fault> {
        let text = std::fs::read_to_string(self.data_dir.join("pg/postmaster.pid"))?;
        Ok(text.lines().next().ok_or("no process id")?.trim().parse()?)
    }

    /// The version and the settings that decide what a commit costs.
    pub(crate) async fn describe(&self) -> Result<String, Fault> {
        let mut connection = self.superuser("postgres").connect().await?;
        let told: String = sqlx::query_scalar(
            "SELECT 'PostgreSQL ' || current_setting('server_version') || ', ' || string_agg(name || ' ' || setting, ', ' ORDER BY name) \
             FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method')",
        )
        .fetch_one(&mut connection)
        .await?;
        Ok(told)
    }

    /// Stops the server and removes the folder.
    pub(crate) async fn stop(self) -> Result<(), Fault> {
        self.server.stop().await?;
        std::fs::remove_dir_all(&self.data_dir)?;
        Ok(())
    }
}

/// The settings of a program that serves from `data_dir`, without limits per address.
pub(crate) fn settings(data_dir: &Path) -> Result<Settings, Fault> {
    let given = Given {
        data_dir: Some(data_dir.to_owned()),
        rate_limits: Some(Switch::Off),
        // Nobody listens there: no bench asks Taobao itself.
        crawler_origin: Some("http://127.0.0.1:9".to_owned()),
        ..Given::default()
    };
    Settings::check(given).map_err(|refusals| format!("{refusals:?}").into())
}
