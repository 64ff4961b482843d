//! The JSON over HTTP, and the page. Each resource has a file; [`routes`] is the table of all of them.
//!
//! A request passes, from the outside in: [`observe`] (id, log, metrics, words for problems), a bound on
//! the body, [`guard`] (other sites), for protected routes [`session`], [`idempotency`], then its handler.

pub mod availability;
pub mod captcha;
pub mod extract;
pub mod guard;
pub mod idempotency;
pub mod limits;
pub mod login;
pub mod logout;
pub mod me;
pub mod observe;
pub mod openapi;
pub mod operations;
pub mod pages;
pub mod problem;
pub mod register;
pub mod routes;
pub mod server;
pub mod session;
pub mod words;

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;

use self::idempotency::Idempotency;
use self::limits::Limits;
use self::session::activity::Activity;
use crate::account::{Account, PasswordHasher};
use crate::adapters::captchas::Captchas;
use crate::adapters::login_attempts::LoginAttempts;
use crate::config::Settings;
use crate::eventstore::Commands;
use crate::ports::Ports;

/// The most bytes a body may have (an avatar will be allowed more).
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
    /// For other writes than appends.
    pub writes: PgPool,
    /// Commands on accounts.
    pub accounts: Commands<Account>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Issues and checks captchas.
    pub captchas: Captchas,
    /// Counts wrong passwords.
    pub attempts: LoginAttempts,
    /// When sessions were last used.
    pub activity: Activity,
    /// Limits per address.
    pub limits: Limits,
    /// For `Idempotency-Key`.
    pub idempotency: Idempotency,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
}

/// The site, as handlers get it.
pub type Shared = Arc<Site>;
