//! The connections that an instance holds, by what they wait for.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

/// Connections for reads: they do not wait for the disk, more only get in each other's way.
const READS: u32 = 8;
/// Connections for writes, which share a flush when they wait for it together.
const WRITES: u32 = 16;
/// How long one waits for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// The pools.
pub(super) struct Pools {
    /// For reads.
    pub(super) reads: PgPool,
    /// For other writes than appends.
    pub(super) writes: PgPool,
    /// The one connection on which reactors are woken; it is never idle too long nor too old.
    pub(super) listening: PgPool,
    /// Another, for telling what changed; made only while somebody watches.
    pub(super) watching: PgPool,
}

impl Pools {
    /// Connects once, to find out early whether that works.
    pub(super) async fn open(options: &PgConnectOptions) -> Result<Self, sqlx::Error> {
        let one = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).max_lifetime(None);
        Ok(Self {
            reads: pool(READS).connect_with(options.clone()).await?,
            writes: pool(WRITES).connect_lazy_with(options.clone()),
            listening: one.clone().idle_timeout(None).connect_lazy_with(options.clone()),
            watching: one.idle_timeout(Duration::from_mins(1)).connect_lazy_with(options.clone()),
        })
    }
}

fn pool(size: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        // A ping costs a busy request a round trip; one that was idle may have lost its server.
        .before_acquire(|connection, meta| {
            Box::pin(
                async move { Ok(meta.idle_for < Duration::from_secs(1) || connection.ping().await.is_ok()) },
            )
        })
}
