//! Following the log for as long as anybody watches: woken by `NOTIFY`, or once a second.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Inner;
use super::news::{self, News};
use crate::eventstore::reactor::listen;

/// How long nothing is asked when nothing is told.
const POLL: Duration = Duration::from_secs(1);
/// The least time between two looks: what changes in quick succession is told together.
const GATHER: Duration = Duration::from_millis(50);
/// How many positions are looked at in one go.
const SPAN: i64 = 2_000;

/// Follows the log until nobody watches any more, or the process stops.
pub(super) async fn follow(live: Arc<Inner>) {
    let mut helpers = JoinSet::new();
    helpers.spawn(listen(live.listening.clone(), Arc::clone(&live.news)));
    let mut closed = live.closed.subscribe();
    tokio::select! {
        () = attend(&live) => (),
        // Whoever still waits for it to begin need not: the stream ends at once.
        _ = closed.wait_for(|closed| *closed) => live.streams.follow(u64::MAX),
    }
}

async fn attend(live: &Inner) {
    let mut position = None;
    let mut is_known = false;
    loop {
        let has_more = match look(live, &mut position).await {
            Ok(None) => return,
            Ok(Some(has_more)) => {
                is_known = false;
                has_more
            }
            Err(error) => {
                if !std::mem::replace(&mut is_known, true) {
                    tracing::warn!(%error, "stores cannot be watched; it is tried again until it works");
                }
                false
            }
        };
        sleep(GATHER).await;
        if !has_more {
            // A time limit that is reached is the poll.
            let _poll = timeout(POLL, live.news.notified()).await;
        }
    }
}

/// One look at the log. Gives whether there is more, or nothing when nobody watches.
async fn look(live: &Inner, position: &mut Option<i64>) -> Result<Option<bool>, sqlx::Error> {
    let Some((stores, owners, newest)) = live.streams.watched() else { return Ok(None) };
    let after = match *position {
        Some(position) => position,
        None => *position.insert(news::head(&live.reads).await?),
    };
    // Not before, and not without the position: nothing may pass by between what these read of the log, from now
    // on, and what they are told.
    live.streams.follow(newest);
    let mut news = News::after(&live.reads, after, SPAN, &stores, &owners).await?;
    for message in news.tell(&live.reads).await? {
        live.streams.tell(message.store_id, message.position, &message.event);
    }
    for account in &news.accounts {
        live.streams.tell_account(*account);
    }
    *position = Some(news.until);
    Ok(Some(news.until - after >= SPAN))
}
