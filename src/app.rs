//! The composition root: the only place that builds adapters and puts them together.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::task::JoinHandle;

use crate::account::{Account, AccountServices, Channel, PasswordHasher, Phone};
use crate::adapters::aliyun_sms::AliyunSms;
use crate::adapters::argon2::Argon2Hasher;
use crate::adapters::avatar_files::AvatarFiles;
use crate::adapters::avatar_image::{AvatarImages, AvatarSettings};
use crate::adapters::captchas::Captchas;
use crate::adapters::login_attempts::LoginAttempts;
use crate::adapters::outbox::Outbox;
use crate::adapters::password_resets::PasswordResets;
use crate::adapters::smtp::Smtp;
use crate::config::{Refusal, Settings};
use crate::database::{AppError, as_service, check_master_key, check_user, upcasters};
use crate::eventstore::reactor::Reactors;
use crate::eventstore::seal::{MasterKey, Sealer};
use crate::eventstore::store::Log;
use crate::eventstore::{Commands, Store, Writer};
use crate::http::idempotency::Idempotency;
use crate::http::limits::Limits;
use crate::http::session::activity::Activity;
use crate::http::{Shared, Site};
use crate::ports::Ports;
use crate::projections::engine;
use crate::projections::product_list::Cursors;
use crate::reactors::ports::{Mailer, Texter};
use crate::reactors::{ForgetPerson, SendCode, SendNotice, SweepAvatars};
use crate::telemetry;

/// Connections for reads: they do not wait for the disk, more only get in each other's way.
const READS: u32 = 8;
/// Connections for writes, which share a flush when they wait for it together.
const WRITES: u32 = 16;

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

/// Writes a new file that only its owner can read (mode 0600), whole or not at all, and so that it survives a power cut.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let unfinished = file.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut open = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    open.write_all(text.as_bytes())?;
    open.sync_all()?;
    std::fs::rename(&unfinished, file)?;
    std::fs::File::open(folder)?.sync_all()
}

/// Who carries what here: the real ones where they are set, else the outbox, else nobody.
struct Carriers {
    mailer: Option<Arc<dyn Mailer>>,
    texter: Option<Arc<dyn Texter>>,
    outbox: Option<Arc<Outbox>>,
}

impl Carriers {
    fn new(settings: &Settings, ports: &Ports) -> Result<Self, AppError> {
        let outbox = settings.outbox.then(|| Arc::new(Outbox::new(ports.clone())));
        let mailer: Option<Arc<dyn Mailer>> = match &settings.mail {
            Some(mail) => Some(Arc::new(Smtp::new(mail, ports.clone())?)),
            None => outbox.clone().map(|outbox| outbox as _),
        };
        let texter: Option<Arc<dyn Texter>> = match &settings.sms {
            Some(sms) => Some(Arc::new(AliyunSms::new(sms.clone(), ports.clone())?)),
            None => outbox.clone().map(|outbox| outbox as _),
        };
        Ok(Self { mailer, texter, outbox })
    }

    fn channels(&self) -> BTreeSet<Channel> {
        let by = [(Channel::Email, self.mailer.is_some()), (Channel::Sms, self.texter.is_some())];
        by.into_iter().filter_map(|(channel, carried)| carried.then_some(channel)).collect()
    }
}

/// A site on a prepared database, and the writer task that ends when the site is dropped.
#[derive(Debug)]
pub struct App {
    /// What handlers use.
    pub site: Shared,
    /// The log.
    pub log: Log,
    /// What happens because of events. [`crate::cli`] lets it run while it serves.
    pub reactors: Reactors,
    /// The one connection on which they are woken.
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
        let listening = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(3))
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.clone());
        let listeners = Arc::new(engine::listeners()?);
        let (writer, task) = Writer::start(options, Arc::clone(&listeners), Arc::clone(&ports.clock));
        let sealer = Sealer::new(&master, ports.clone())?;
        check_master_key(&reads, &sealer).await?;
        let log =
            Log { pool: writes.clone(), writer, sealer: sealer.clone(), listeners, ports: ports.clone() };
        let hasher: Arc<dyn PasswordHasher> =
            Arc::new(Argon2Hasher::new(settings.argon2, Arc::clone(&ports.rng))?);
        let accounts: Arc<Commands<Account>> = Arc::new(Commands::new(
            Store::new(log.clone(), upcasters()),
            AccountServices { hasher: Arc::clone(&hasher) },
        ));
        let stores = Arc::new(Commands::new(Store::new(log.clone(), upcasters()), ()));
        let products = Arc::new(Commands::new(Store::new(log.clone(), upcasters()), ()));
        let carriers = Carriers::new(&settings, &ports)?;
        let avatar_files = Arc::new(AvatarFiles::new(&settings.media)?);
        let reactors = Reactors::new(
            writes.clone(),
            sealer.clone(),
            upcasters(),
            ports.clone(),
            vec![
                Arc::new(SendCode {
                    mailer: carriers.mailer.clone(),
                    texter: carriers.texter.clone(),
                    accounts: Arc::clone(&accounts),
                    ports: ports.clone(),
                }),
                Arc::new(SendNotice { mailer: carriers.mailer.clone(), reads: reads.clone() }),
                Arc::new(SweepAvatars {
                    files: Arc::clone(&avatar_files),
                    reads: reads.clone(),
                    ports: ports.clone(),
                }),
                Arc::new(ForgetPerson { writes: writes.clone() }),
            ],
        );
        // The numbering plans are read at first use; better now than in somebody's request.
        tokio::task::spawn_blocking(|| drop(Phone::parse("13800138000")));
        let site = Site {
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
            activity: Activity::default(),
            limits: Limits::new(settings.rate_limits),
            metrics: telemetry::start_metrics()?,
            settings,
            ports,
            reads,
            writes,
            accounts,
            stores,
            products,
            cursors: Cursors::new(&master)?,
            hasher,
        };
        Ok(Self { site: Arc::new(site), log, reactors, listening, writer: task })
    }

    /// Writes what is still in memory, lets the writer finish and closes the connections.
    pub async fn stop(self) {
        let Self { site, log, reactors: _, listening, writer } = self;
        if let Err(error) = site.activity.flush(&site.writes).await {
            tracing::warn!(%error, "the last session activity could not be written");
        }
        log.writer.close();
        if tokio::time::timeout(Duration::from_secs(20), writer).await.is_err() {
            tracing::warn!("the writer did not finish in time");
        }
        listening.close().await;
        site.reads.close().await;
        site.writes.close().await;
    }
}
