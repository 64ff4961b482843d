//! Who watches which store in this process: so many each, so many in all, and none waited for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::response::sse::Event;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

/// The most streams of one store, and so of one person. Of more, the oldest gives way.
pub(super) const MOST_OF_ONE: usize = 4;
/// The most streams in all: half of the connections there may be.
const MOST: usize = 1_000;
/// How many messages wait for a reader before it is let go.
pub(super) const LONGEST_QUEUE: usize = 256;

/// What a stream is told.
#[derive(Debug)]
pub enum Told {
    /// Something changed.
    News {
        /// The position of the log.
        position: i64,
        /// The message.
        event: Event,
    },
    /// Something happened to the account: its session may be over.
    Account,
    /// Another stream of the same person has this one's place.
    Replaced,
}

/// All streams.
#[derive(Clone, Debug)]
pub(super) struct Streams(Arc<Shelf>);

#[derive(Debug)]
struct Shelf {
    by_store: Mutex<Kept>,
    /// The newest stream for which the log is followed.
    followed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    stores: HashMap<Uuid, Watched>,
    all: usize,
    next: u64,
    /// Whether there is somebody who follows the log.
    has_follower: bool,
}

/// A store that is watched: its owner, and the streams, the oldest first.
#[derive(Debug)]
struct Watched {
    owner_id: Uuid,
    streams: Vec<(u64, mpsc::Sender<Told>)>,
}

/// One stream's end of it. Dropped, the stream is forgotten.
#[derive(Debug)]
pub struct Subscription {
    told: mpsc::Receiver<Told>,
    streams: Streams,
    store_id: Uuid,
    number: u64,
}

impl Subscription {
    /// Resolves when the log is followed for this stream: what is read of the log after that is as new as what is told.
    pub(super) async fn begun(&self) {
        let mut followed = self.streams.0.followed.subscribe();
        // The sender lives as long as this.
        let _gone = followed.wait_for(|newest| *newest >= self.number).await;
    }

    /// What is told next; `None` when this stream is over: it did not keep up, or gave way to another.
    pub async fn next(&mut self) -> Option<Told> {
        self.told.recv().await
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.streams.lock().remove(self.store_id, self.number);
    }
}

impl Default for Streams {
    fn default() -> Self {
        Self(Arc::new(Shelf { by_store: Mutex::default(), followed: watch::channel(0).0 }))
    }
}

impl Kept {
    fn remove(&mut self, store_id: Uuid, number: u64) {
        let Some(watched) = self.stores.get_mut(&store_id) else { return };
        let before = watched.streams.len();
        watched.streams.retain(|(other, _)| *other != number);
        self.all -= before - watched.streams.len();
        if watched.streams.is_empty() {
            self.stores.remove(&store_id);
        }
    }

    /// Tells all streams of a store; those that do not keep up are let go.
    fn tell(&mut self, store_id: Uuid, told: impl Fn() -> Told) {
        let Some(watched) = self.stores.get_mut(&store_id) else { return };
        let before = watched.streams.len();
        watched.streams.retain(|(_, to)| to.try_send(told()).is_ok());
        self.all -= before - watched.streams.len();
        if watched.streams.is_empty() {
            self.stores.remove(&store_id);
        }
    }
}

impl Streams {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.by_store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new stream, if there is room for it, and whether somebody must begin to follow the log for it.
    pub(super) fn add(&self, store_id: Uuid, owner_id: Uuid) -> Option<(Subscription, bool)> {
        let mut kept = self.lock();
        let of_one = kept.stores.get(&store_id).map_or(0, |watched| watched.streams.len());
        if kept.all >= MOST && of_one < MOST_OF_ONE {
            return None;
        }
        let (to, told) = mpsc::channel(LONGEST_QUEUE);
        kept.next += 1;
        let number = kept.next;
        kept.all += 1;
        let watched =
            kept.stores.entry(store_id).or_insert_with(|| Watched { owner_id, streams: Vec::new() });
        watched.streams.push((number, to));
        let oldest = (watched.streams.len() > MOST_OF_ONE).then(|| watched.streams.remove(0));
        if let Some((_, oldest)) = oldest {
            kept.all -= 1;
            // A full one ends anyway.
            let _told = oldest.try_send(Told::Replaced);
        }
        let is_first = !std::mem::replace(&mut kept.has_follower, true);
        Some((Subscription { told, streams: self.clone(), store_id, number }, is_first))
    }

    /// The stores that are watched, their owners and the newest stream, or nothing when nobody watches: then the
    /// follower is to end, and whoever comes next starts another.
    pub(super) fn watched(&self) -> Option<(Vec<Uuid>, Vec<Uuid>, u64)> {
        let mut kept = self.lock();
        if kept.stores.is_empty() {
            kept.has_follower = false;
            return None;
        }
        let stores = kept.stores.iter().map(|(store_id, watched)| (*store_id, watched.owner_id));
        let (stores, owners) = stores.unzip();
        Some((stores, owners, kept.next))
    }

    /// The log is followed for all streams up to this one.
    pub(super) fn follow(&self, newest: u64) {
        self.0.followed.send_replace(newest);
    }

    /// Tells the streams of a store.
    pub(super) fn tell(&self, store_id: Uuid, position: i64, event: &Event) {
        self.lock().tell(store_id, || Told::News { position, event: event.clone() });
    }

    /// Tells the streams of an account's store.
    pub(super) fn tell_account(&self, account: Uuid) {
        let mut kept = self.lock();
        let owned =
            |(store_id, watched): (&Uuid, &Watched)| (watched.owner_id == account).then_some(*store_id);
        if let Some(store_id) = kept.stores.iter().find_map(owned) {
            kept.tell(store_id, || Told::Account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> Uuid {
        Uuid::from_u128(number as u128)
    }

    fn news(streams: &Streams, store: usize) {
        streams.tell(id(store), 1, &Event::default().data("x"));
    }

    #[tokio::test]
    async fn news_reaches_every_stream_of_the_store_and_no_other() {
        let streams = Streams::default();
        let (mut one, is_first) = streams.add(id(1), id(11)).unwrap();
        let (mut two, is_second) = streams.add(id(1), id(11)).unwrap();
        let (mut other, _) = streams.add(id(2), id(12)).unwrap();
        assert_eq!((is_first, is_second), (true, false));
        news(&streams, 1);
        streams.tell_account(id(12));
        for stream in [&mut one, &mut two] {
            assert!(matches!(stream.next().await, Some(Told::News { position: 1, .. })));
        }
        assert!(matches!(other.next().await, Some(Told::Account)));
        drop((one, two));
        assert_eq!(streams.watched(), Some((vec![id(2)], vec![id(12)], 3)));
        drop(other);
        assert_eq!(streams.watched(), None);
        assert!(streams.add(id(1), id(11)).unwrap().1, "somebody must follow again");
    }

    #[tokio::test]
    async fn of_more_than_four_the_oldest_gives_way() {
        let streams = Streams::default();
        let mut all: Vec<_> = (0..=MOST_OF_ONE).map(|_| streams.add(id(1), id(11)).unwrap().0).collect();
        news(&streams, 1);
        let mut oldest = all.remove(0);
        assert!(matches!(oldest.next().await, Some(Told::Replaced)));
        assert!(oldest.next().await.is_none());
        drop(oldest);
        for stream in &mut all {
            assert!(matches!(stream.next().await, Some(Told::News { .. })));
        }
        assert_eq!(streams.lock().all, MOST_OF_ONE);
    }

    #[tokio::test]
    async fn who_does_not_keep_up_is_let_go_after_what_was_queued() {
        let streams = Streams::default();
        let (mut slow, _) = streams.add(id(1), id(11)).unwrap();
        for _ in 0..LONGEST_QUEUE + 10 {
            news(&streams, 1);
        }
        for _ in 0..LONGEST_QUEUE {
            assert!(slow.next().await.is_some());
        }
        assert!(slow.next().await.is_none());
        assert_eq!(streams.watched(), None);
    }

    #[test]
    fn there_is_room_for_so_many_and_whoever_has_four_may_still_replace_one() {
        let streams = Streams::default();
        let mut all: Vec<_> = (0..MOST_OF_ONE).map(|_| streams.add(id(0), id(0)).unwrap().0).collect();
        all.extend((MOST_OF_ONE..MOST).map(|number| streams.add(id(number), id(number)).unwrap().0));
        assert!(streams.add(id(MOST), id(MOST)).is_none());
        assert!(streams.add(id(0), id(0)).is_some());
        all.pop();
        assert!(streams.add(id(MOST), id(MOST)).is_some());
    }
}
