//! The JSON over HTTP, and the page. Each resource has a file; [`routes`] is the table of all of them.
//!
//! A request passes, from the outside in: [`observe`] (id, log, metrics, words for problems), a bound on
//! the body, [`guard`] (other sites), for protected routes [`session`], [`idempotency`], then its handler.

pub mod admin;
pub mod analytics;
pub mod audit;
pub mod availability;
pub mod avatar;
pub mod captcha;
mod deadline;
pub mod even;
pub mod extract;
pub mod guard;
pub mod idempotency;
pub mod leave;
pub mod limits;
pub mod login;
pub mod logout;
pub mod me;
pub mod merchant;
pub mod observe;
pub mod openapi;
pub mod operations;
pub mod outbox;
pub mod pages;
pub mod password;
pub mod password_resets;
pub mod problem;
pub mod proof;
pub mod register;
pub mod routes;
pub mod server;
pub mod session;
pub mod starting;
pub mod verifications;
pub mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use self::idempotency::Idempotency;
use self::limits::Limits;
use self::merchant::live::Live;
use self::merchant::shown::ShownPages;
use self::session::activity::Activity;
use self::session::presence::Presence;
use crate::account::{Account, Channel, PasswordHasher};
use crate::adapters::avatar_files::AvatarFiles;
use crate::adapters::avatar_image::AvatarImages;
use crate::adapters::captchas::Captchas;
use crate::adapters::login_attempts::LoginAttempts;
use crate::adapters::outbox::Outbox;
use crate::adapters::password_resets::PasswordResets;
use crate::audit::checkpoints::Checkpoints;
use crate::config::Settings;
use crate::eventstore::Commands;
use crate::eventstore::seal::Sealer;
use crate::eventstore::upcast::Upcasters;
use crate::hot_reads::HotReads;
use crate::merchant::{Product, Store};
use crate::ports::Ports;
use crate::projections::product_list::Cursors;
use crate::statistics::Statistics;

/// The most bytes a body may have, except where a route allows more.
pub const LARGEST_BODY: usize = 256 * 1024;

/// Everything a handler may use. Built by [`crate::app`].
#[derive(Debug)]
pub struct Site {
    /// What is set.
    pub settings: Settings,
    /// Time, ids and chance.
    pub ports: Ports,
    /// For reads: few connections, since reads do not wait for the disk.
    pub reads: PgPool,
    /// For the reads that are asked most.
    pub hot: HotReads,
    /// For other writes than appends.
    pub writes: PgPool,
    /// Commands on accounts.
    pub accounts: Arc<Commands<Account>>,
    /// Commands on stores.
    pub stores: Arc<Commands<Store>>,
    /// Commands on products.
    pub products: Arc<Commands<Product>>,
    /// Commands on the statistics.
    pub statistics: Arc<Commands<Statistics>>,
    /// Places in a list of products.
    pub cursors: Cursors,
    /// Those who watch their stores.
    pub live: Live,
    /// Pages of lists that were shown a moment ago.
    pub shown: ShownPages,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Issues and checks captchas.
    pub captchas: Captchas,
    /// Counts wrong passwords.
    pub attempts: LoginAttempts,
    /// Knows the password resets that were asked for.
    pub resets: PasswordResets,
    /// By which channels codes are carried here.
    pub carried: BTreeSet<Channel>,
    /// What was sent, where nobody carries it but the page shows it.
    pub outbox: Option<Arc<Outbox>>,
    /// Draws avatars.
    pub avatar_images: AvatarImages,
    /// Keeps avatars.
    pub avatar_files: Arc<AvatarFiles>,
    /// Opens what the log holds about a person, for that person.
    pub sealer: Sealer,
    /// Brings old events to today's shape.
    pub upcasters: Upcasters,
    /// Signs the log.
    pub checkpoints: Checkpoints,
    /// The places of those who are sent the log as lines.
    pub audit_streams: Arc<Semaphore>,
    /// When sessions were last used.
    pub activity: Activity,
    /// Who has been there today.
    pub presence: Presence,
    /// Limits per address.
    pub limits: Limits,
    /// Turns of importing a file.
    pub imports: Semaphore,
    /// For `Idempotency-Key`.
    pub idempotency: Idempotency,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
}

/// The site, as handlers get it.
pub type Shared = Arc<Site>;
