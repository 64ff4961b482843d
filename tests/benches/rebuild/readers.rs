//! Readers who ask at a steady pace, whatever the answers take: sessions, people, pages of products, days.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use uuid::Uuid;
use zhanggui::calendar::before;
use zhanggui::database::as_service;
use zhanggui::projections::product_list::{Query, list};
use zhanggui::projections::{daily_stats, session_validity, user_lookup};

use crate::common::Fault;
use crate::common::cluster::Cluster;

/// How many questions a second they ask together.
pub(crate) const RATE: u32 = 400;
/// How many there are.
const READERS: u32 = 8;

/// How many days they look at, as the page for analysts does at first.
const DAYS: u64 = 30;

/// What they waited, in ms.
#[derive(Clone, Copy)]
pub(crate) struct Waits {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// The readers, and of whom they ask.
pub(crate) struct Readers {
    pool: PgPool,
    known: Arc<Known>,
}

struct Known {
    sessions: Vec<Vec<u8>>,
    people: Vec<Uuid>,
    stores: Vec<Uuid>,
    newest: NaiveDate,
}

impl Readers {
    /// Looks whom there is to ask of.
    pub(crate) async fn open(cluster: &Cluster) -> Result<Self, Fault> {
        let options = as_service(&cluster.app());
        let pool = PgPoolOptions::new().max_connections(READERS).connect_with(options).await?;
        let sessions = "SELECT session_digest FROM session_validity ORDER BY session_digest LIMIT 5000";
        let people = "SELECT user_id FROM user_lookup ORDER BY md5(user_id::text) LIMIT 5000";
        let stores = "SELECT store_id FROM stores ORDER BY md5(store_id::text) LIMIT 5000";
        let newest = "SELECT coalesce(max(date), '2026-01-01') FROM days WHERE active_users > 0";
        let known = Known {
            sessions: sqlx::query_scalar(sessions).fetch_all(&pool).await?,
            people: sqlx::query_scalar(people).fetch_all(&pool).await?,
            stores: sqlx::query_scalar(stores).fetch_all(&pool).await?,
            newest: sqlx::query_scalar(newest).fetch_one(&pool).await?,
        };
        Ok(Self { pool, known: Arc::new(known) })
    }

    /// Lets them ask for a while.
    pub(crate) async fn ask_for(&self, span: Duration) -> Result<Waits, Fault> {
        Ok(self.ask_while(tokio::time::sleep(span)).await?.1)
    }

    /// Lets them ask until `work` is done.
    pub(crate) async fn ask_while<T>(&self, work: impl Future<Output = T>) -> Result<(T, Waits), Fault> {
        let done = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = (0..READERS)
            .map(|nth| tokio::spawn(ask(self.pool.clone(), Arc::clone(&self.known), Arc::clone(&done), nth)))
            .collect();
        let worked = work.await;
        done.store(true, Ordering::Relaxed);
        let mut waits = Vec::new();
        for reader in readers {
            waits.append(&mut reader.await??);
        }
        waits.sort_unstable();
        let at = |part: usize| {
            let place = (waits.len() * part / 100).min(waits.len().saturating_sub(1));
            waits.get(place).map_or(0.0, |wait: &Duration| wait.as_secs_f64() * 1e3)
        };
        Ok((worked, Waits { p50: at(50), p99: at(99) }))
    }
}

async fn ask(
    pool: PgPool,
    known: Arc<Known>,
    done: Arc<AtomicBool>,
    nth: u32,
) -> Result<Vec<Duration>, Fault> {
    let every = Duration::from_secs(1) * READERS / RATE;
    let mut pace = interval_at(Instant::now() + every * nth / READERS, every);
    // Whoever is kept waiting asks the rest afterwards, each counted from when it was to be asked.
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut waits, mut turn) = (Vec::new(), usize::try_from(nth)?);
    while !done.load(Ordering::Relaxed) {
        let wanted = pace.tick().await;
        turn += 7;
        match turn % 4 {
            0 => {
                let digest = known.sessions.get(turn % known.sessions.len().max(1)).ok_or("no sessions")?;
                session_validity::by_digest(&pool, digest).await?;
            }
            1 => {
                let person = known.people.get(turn % known.people.len().max(1)).ok_or("no people")?;
                user_lookup::by_id(&pool, *person).await?;
            }
            2 => {
                daily_stats::days(&pool, (before(known.newest, DAYS - 1), known.newest)).await?;
            }
            _ => {
                let store = known.stores.get(turn % known.stores.len().max(1)).ok_or("no stores")?;
                list(&pool, &Query::all_of(*store), None, 20).await?;
            }
        }
        waits.push(wanted.elapsed());
    }
    Ok(waits)
}
