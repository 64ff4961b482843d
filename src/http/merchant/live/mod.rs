//! What happens to stores, told to those who watch them, as it happens and by whomever, on whichever instance.
//!
//! One follower a process reads the log as long as anybody watches (`follow`), with one question each time it is
//! woken, however many watch, and hands what it finds to the streams of the store (`streams`). `news` turns what
//! changed into messages. Positions have no gaps and follow commit order, so whoever names the last position that
//! was seen misses nothing. A reader that does not keep up is let go, not waited for: it comes again and says where
//! it was.

mod follow;
mod news;
mod streams;

use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Event;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use uuid::Uuid;

pub use news::{ChangedProduct, ChangedStore};
pub(super) use news::{replaced, session_over};
pub use streams::{Subscription, Told};

use crate::http::problem::Problem;
use news::News;
use streams::Streams;

/// How many positions may be missed by whoever comes again. Beyond, loading the list is the lesser work.
const LONGEST_GAP: i64 = 50_000;
/// How many products are told one by one to whoever comes again.
const MOST_MISSED: usize = 1_000;
/// How long the first one waits until the log is followed.
const PATIENCE: Duration = Duration::from_secs(5);

/// Everybody who watches a store in this process.
#[derive(Clone, Debug)]
pub struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    reads: PgPool,
    listening: PgPool,
    streams: Streams,
    /// Wakes whoever follows the log.
    news: Arc<Notify>,
    closed: watch::Sender<bool>,
}

/// What was missed, and up to where.
#[derive(Debug)]
pub struct Missed {
    /// The messages, the first of which says that the stream is there.
    pub events: Vec<Event>,
    /// Up to this position everything is told.
    pub until: i64,
}

impl Live {
    /// Nobody watches yet, so nothing is asked and no connection is made.
    #[must_use]
    pub fn new(reads: PgPool, listening: PgPool) -> Self {
        let (streams, news, closed) = (Streams::default(), Arc::default(), watch::channel(false).0);
        Self(Arc::new(Inner { reads, listening, streams, news, closed }))
    }

    /// A stream of what happens to a store and to its owner: of everything that is not in the log yet.
    ///
    /// # Errors
    /// `overloaded` where too many watch; `unavailable` where the log cannot be read, or is not any more.
    pub async fn subscribe(&self, store_id: Uuid, owner_id: Uuid) -> Result<Subscription, Problem> {
        if *self.0.closed.borrow() {
            return Err(Problem::unavailable());
        }
        let (subscription, is_first) = self.0.streams.add(store_id, owner_id).ok_or(Problem::overloaded())?;
        if is_first {
            tokio::spawn(follow::follow(Arc::clone(&self.0)));
        }
        self.0.news.notify_one();
        timeout(PATIENCE, subscription.begun()).await.map_err(|_| Problem::unavailable())?;
        Ok(subscription)
    }

    /// What whoever saw everything up to `after` has missed; nothing for whoever comes for the first time.
    ///
    /// # Errors
    /// The database's.
    pub async fn missed(&self, store_id: Uuid, after: Option<i64>) -> Result<Missed, Problem> {
        let reads = &self.0.reads;
        let until = news::head(reads).await?;
        let Some(after) = after else {
            return Ok(Missed { events: vec![news::ready(until)], until });
        };
        let ready = news::ready(after);
        // A position that is not there yet is of another log, restored from a backup perhaps.
        if !(0..=LONGEST_GAP).contains(&(until - after)) {
            return Ok(Missed { events: vec![ready, news::reset(until)], until });
        }
        let mut news = News::after(reads, after, LONGEST_GAP * 2, &[store_id], &[]).await?;
        let until = news.until;
        if news.changed() > MOST_MISSED {
            return Ok(Missed { events: vec![ready, news::reset(until)], until });
        }
        let told = news.tell(reads).await?;
        let told = told.into_iter().map(|message| message.event);
        Ok(Missed { events: std::iter::once(ready).chain(told).collect(), until })
    }

    /// Ends every stream, and lets nobody watch any more: the process is about to stop.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    /// Turns true when all streams are to end.
    #[must_use]
    pub fn closed(&self) -> watch::Receiver<bool> {
        self.0.closed.subscribe()
    }
}
