//! How the subcommands get at the log: read only, or as somebody who may see personal values and is recorded.

use sqlx::PgPool;
use uuid::Uuid;

use crate::account::{Identifier, Role};
use crate::app::{App, master_key};
use crate::audit::reveal::Revealer;
use crate::audit::{AuditError, Reading};
use crate::cli::{Failure, close};
use crate::config::{Refusal, Settings};
use crate::database::{AppError, Database, as_service, prepare, upcasters};
use crate::eventstore::Metadata;
use crate::eventstore::seal::Sealer;
use crate::ports::Ports;
use crate::projections::user_lookup;

/// Who looks behind the veil.
#[derive(Debug, clap::Args)]
pub(super) struct Reveal {
    /// Show personal values. It is recorded on each account concerned who looked.
    #[arg(long, requires = "as_user")]
    reveal: bool,
    /// Who looks: the username, email or phone of somebody with the role auditor or admin.
    #[arg(long = "as", value_name = "USER", requires = "reveal")]
    as_user: Option<String>,
}

/// The log, open.
pub(super) struct Opened {
    database: Database,
    app: Option<(App, Metadata)>,
    pub(super) reading: Reading,
}

impl Opened {
    /// Opens the log that the settings name.
    pub(super) async fn open(settings: Settings, reveal: Reveal) -> Result<Self, Failure> {
        let database = Database::open(&settings).await?;
        match Self::enter(settings, &database, reveal.as_user.filter(|_| reveal.reveal)).await {
            Ok((app, reading)) => Ok(Self { database, app, reading }),
            Err(error) => {
                close(database).await;
                Err(error.into())
            }
        }
    }

    async fn enter(
        settings: Settings,
        database: &Database,
        as_user: Option<String>,
    ) -> Result<(Option<(App, Metadata)>, Reading), AppError> {
        let Some(user) = as_user else {
            let pool = PgPool::connect_with(as_service(&database.app)).await?;
            return Ok((None, Reading { pool, upcasters: upcasters() }));
        };
        let ports = Ports::system();
        let sealer = Sealer::new(&master_key(&settings, &ports)?, ports.clone())?;
        prepare(&database.owner, &database.app, &sealer).await?;
        let app = App::build(settings, &database.app, ports).await?;
        let reading = Reading { pool: app.site.reads.clone(), upcasters: upcasters() };
        match who(&app, &user).await {
            Ok(actor_id) => {
                let metadata = Metadata { actor_id: Some(actor_id), ..Metadata::default() };
                Ok((Some((app, metadata)), reading))
            }
            Err(error) => {
                app.stop().await;
                Err(error)
            }
        }
    }

    /// How it is recorded that somebody looks, if somebody does.
    pub(super) fn revealer(&self) -> Option<Revealer<'_>> {
        let (App { site, .. }, metadata) = self.app.as_ref()?;
        Some(Revealer { accounts: &site.accounts, sealer: &site.sealer, metadata: metadata.clone() })
    }

    /// Closes everything, and then gives what came of it.
    pub(super) async fn close<T>(self, done: Result<T, Failure>) -> Result<T, Failure> {
        match self.app {
            Some((app, _)) => app.stop().await,
            None => self.reading.pool.close().await,
        }
        close(self.database).await;
        done
    }
}

/// The account of somebody who may look.
async fn who(app: &App, user: &str) -> Result<Uuid, AppError> {
    let unknown =
        || Refusal("there is no account of this name, email or phone: check how it is written".to_owned());
    let reads = &app.site.reads;
    let user_id = user_lookup::by_identifier(reads, &Identifier::parse(user)).await?.ok_or_else(unknown)?;
    let person = user_lookup::by_id(reads, user_id).await?.ok_or_else(unknown)?;
    let may = [Role::Auditor, Role::Admin].map(Role::as_str);
    if person.roles.iter().any(|role| may.contains(&role.as_str())) {
        Ok(user_id)
    } else {
        let why =
            "personal values are shown to auditors and admins only: `zhanggui user grant USER auditor` first";
        Err(Refusal(why.to_owned()).into())
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        Self(vec![match error {
            AuditError::Database(error) => format!("the database: {error}"),
            error => error.to_string(),
        }])
    }
}

/// An instant, as RFC 3339 writes it.
pub(super) fn instant(text: &str) -> Result<chrono::DateTime<chrono::Utc>, String> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.to_utc())
        .map_err(|_| "a time looks like 2026-11-26T03:04:05Z or 2026-11-26T11:04:05.678+08:00".to_owned())
}

/// A position or a sequence.
pub(super) fn place(text: &str) -> Result<i64, String> {
    text.parse().ok().filter(|place| *place >= 0).ok_or_else(|| "a number from 0 on".to_owned())
}
