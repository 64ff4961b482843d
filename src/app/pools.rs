//! The connections that an instance holds, by what they wait for.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::hot_reads::HotReads;

/// Connections for reads: they do not wait for the disk, more only get in each other's way.
const READS: u32 = 8;
/// Connections for writes, which share a flush when they wait for it together.
const WRITES: u32 = 16;
/// Connections that wait for notifications: the reactors' and the read models'.
const LISTENING: u32 = 2;
/// How long one waits for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// The pools.
pub(super) struct Pools {
    /// For reads.
    pub(super) reads: PgPool,
    /// For the reads that are asked most.
    pub(super) hot: HotReads,
    /// For other writes than appends.
    pub(super) writes: PgPool,
    /// The connections on which reactors and read models are woken; never idle too long nor too old.
    pub(super) listening: PgPool,
    /// Another, for telling what changed; made only while somebody watches.
    pub(super) watching: PgPool,
}

impl Pools {
    /// Connects once, to find out early whether that works.
    pub(super) async fn open(options: &PgConnectOptions) -> Result<Self, sqlx::Error> {
        let hearing = PgPoolOptions::new().acquire_timeout(PATIENCE).max_lifetime(None);
        let listening = hearing.clone().max_connections(LISTENING).idle_timeout(None);
        let watching = hearing.max_connections(1).idle_timeout(Duration::from_mins(1));
        Ok(Self {
            hot: HotReads::new(options, READS, PATIENCE)?,
            reads: pool(READS).connect_with(options.clone()).await?,
            writes: pool(WRITES).connect_lazy_with(options.clone()),
            listening: listening.connect_lazy_with(options.clone()),
            watching: watching.connect_lazy_with(options.clone()),
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
