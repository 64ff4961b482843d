//! The composition root: the only place that builds adapters and puts them together.

mod carriers;
mod master_key;
mod pools;

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

pub use master_key::master_key;

use self::carriers::Carriers;
use self::pools::Pools;
use crate::account::{Account, AccountServices, Channel, PasswordHasher, Phone};
use crate::adapters::argon2::Argon2Hasher;
use crate::adapters::avatar_files::AvatarFiles;
use crate::adapters::avatar_image::{AvatarImages, AvatarSettings};
use crate::adapters::captchas::Captchas;
use crate::adapters::login_attempts::LoginAttempts;
use crate::adapters::password_resets::PasswordResets;
use crate::adapters::taobao::Taobao;
use crate::adapters::taobao::fetch::ItemPages;
use crate::adapters::taobao::top::OpenPlatform;
use crate::audit::checkpoints::Checkpoints;
use crate::config::Settings;
use crate::database::{AppError, as_service, check_master_key, check_user, upcasters};
use crate::eventstore::reactor::{Reactor, Reactors};
use crate::eventstore::seal::{MasterKey, SealError, Sealer};
use crate::eventstore::store::Log;
use crate::eventstore::{Commands, Store, Writer};
use crate::http::idempotency::Idempotency;
use crate::http::limits::Limits;
use crate::http::merchant::import;
use crate::http::merchant::live::Live;
use crate::http::merchant::shown::ShownPages;
use crate::http::session::activity::Activity;
use crate::http::session::presence::Presence;
use crate::http::{self, Shared, Site};
use crate::ports::Ports;
use crate::projections::catch_up::CatchUp;
use crate::projections::engine::ReadModel;
use crate::projections::product_list::Cursors;
use crate::reactors::{FetchProduct, ForgetPerson, SendCode, SendNotice, SweepAvatars};
use crate::telemetry;

/// A site on a prepared database, and the writer task that ends when the site is dropped.
#[derive(Debug)]
pub struct App {
    /// What handlers use.
    pub site: Shared,
    /// The log.
    pub log: Log,
    /// What happens because of events. [`crate::cli`] lets it run while it serves.
    pub reactors: Reactors,
    /// The read models that catch up. [`crate::cli`] lets them run while it serves.
    pub catch_up: CatchUp,
    /// The connections on which both are woken.
    pub listening: PgPool,
    writer: JoinHandle<()>,
}

impl App {
    /// Builds everything on `database`, which [`crate::database::prepare`] has prepared.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn build(settings: Settings, app: &PgConnectOptions, ports: Ports) -> Result<Self, AppError> {
        let master = master_key(&settings, &ports)?;
        let options = as_service(app);
        let Pools { reads, hot, writes, listening, watching } = Pools::open(&options).await?;
        check_user(&reads, &settings).await?;
        let (writer, task) = Writer::start(options, Arc::clone(&ports.clock));
        let sealer = Sealer::new(&master, ports.clone())?;
        check_master_key(&reads, &sealer).await?;
        let log = Log { pool: writes.clone(), writer, sealer: sealer.clone(), ports: ports.clone() };
        let hasher: Arc<dyn PasswordHasher> =
            Arc::new(Argon2Hasher::new(settings.argon2, Arc::clone(&ports.rng))?);
        let accounts: Arc<Commands<Account>> = Arc::new(Commands::new(
            Store::new(log.clone(), upcasters()),
            AccountServices { hasher: Arc::clone(&hasher) },
        ));
        let carriers = Carriers::new(&settings, &ports)?;
        let avatar_files = Arc::new(AvatarFiles::new(&settings.media)?);
        let stores = Arc::new(Commands::new(Store::new(log.clone(), upcasters()), ()));
        let products = Arc::new(Commands::new(Store::new(log.clone(), upcasters()), ()));
        let source = Arc::new(items(&settings, &ports, &writes)?);
        let mut work = effects(&carriers, &accounts, &avatar_files, (&reads, &writes), &ports);
        work.push(Arc::new(FetchProduct { source, products: Arc::clone(&products) }));
        let reactors = Reactors::new(writes.clone(), sealer.clone(), upcasters(), ports.clone(), work);
        let me = ports.id().map_err(SealError::from)?;
        let catch_up = CatchUp::new(writes.clone(), &sealer, &upcasters(), me, ReadModel::all()?);
        // The numbering plans are read at first use; better now than in somebody's request.
        tokio::task::spawn_blocking(|| drop(Phone::parse("13800138000")));
        let site = Site {
            live: Live::new(reads.clone(), watching),
            shown: ShownPages::default(),
            captchas: Captchas::new(&master, ports.clone())?,
            attempts: LoginAttempts::new(&master)?,
            resets: PasswordResets::new(&master)?,
            carried: carriers.channels(),
            outbox: carriers.outbox,
            avatar_images: AvatarImages::new(AvatarSettings::default()),
            avatar_files,
            sealer,
            upcasters: upcasters(),
            idempotency: Idempotency::new(&master)?,
            checkpoints: checkpoints(&master, &settings, &ports)?,
            audit_streams: Arc::new(Semaphore::new(http::audit::STREAMS)),
            activity: Activity::default(),
            presence: Presence::default(),
            limits: Limits::new(settings.rate_limits),
            imports: Semaphore::new(import::AT_A_TIME),
            metrics: telemetry::start_metrics()?,
            settings,
            ports,
            reads,
            hot,
            writes,
            accounts,
            stores,
            products,
            statistics: Arc::new(Commands::new(Store::new(log.clone(), upcasters()), ())),
            cursors: Cursors::new(&master)?,
            hasher,
        };
        Ok(Self { site: Arc::new(site), log, reactors, catch_up, listening, writer: task })
    }

    /// Writes what is still in memory, lets the writer finish and closes the connections.
    pub async fn stop(self) {
        let Self { site, log, reactors: _, catch_up: _, listening, writer } = self;
        site.live.close();
        if let Err(error) = site.activity.flush(&site.writes).await {
            tracing::warn!(%error, "the last session activity could not be written");
        }
        site.presence.settle().await;
        log.writer.close();
        if tokio::time::timeout(Duration::from_secs(20), writer).await.is_err() {
            tracing::warn!("the writer did not finish in time");
        }
        listening.close().await;
        site.reads.close().await;
        site.hot.close();
        site.writes.close().await;
    }
}

/// Who signs the log, with these settings.
///
/// # Errors
/// [`AppError::Seal`], which it cannot be.
pub fn checkpoints(master: &MasterKey, settings: &Settings, ports: &Ports) -> Result<Checkpoints, AppError> {
    let (given, origin) = (settings.log_signing_keys.clone(), settings.log_origin.clone());
    Ok(Checkpoints::new(master, given, origin, ports.clone())?)
}

/// Where the crawler looks items up, at the pace of all instances.
fn items(settings: &Settings, ports: &Ports, writes: &PgPool) -> Result<Taobao, AppError> {
    let platform = settings.platform.clone().map(|platform| OpenPlatform::new(platform, ports.clone()));
    let pages = ItemPages::new(&settings.crawler, ports.clone())?.sharing(writes.clone());
    Ok(Taobao::new(platform.transpose()?, pages))
}

/// Everything that follows from events.
fn effects(
    carriers: &Carriers,
    accounts: &Arc<Commands<Account>>,
    files: &Arc<AvatarFiles>,
    (reads, writes): (&PgPool, &PgPool),
    ports: &Ports,
) -> Vec<Arc<dyn Reactor>> {
    let (mailer, texter) = (carriers.mailer.clone(), carriers.texter.clone());
    let files = Arc::clone(files);
    let send = |channel| {
        let (mailer, texter) = (mailer.clone(), texter.clone());
        Arc::new(SendCode { channel, mailer, texter, accounts: Arc::clone(accounts), ports: ports.clone() })
    };
    vec![
        send(Channel::Email),
        send(Channel::Sms),
        Arc::new(SendNotice { mailer: mailer.clone(), reads: reads.clone() }),
        Arc::new(SweepAvatars { files, reads: reads.clone(), ports: ports.clone() }),
        Arc::new(ForgetPerson { writes: writes.clone() }),
    ]
}
