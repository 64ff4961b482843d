//! Events with the places that they get in the log.

use chrono::{DateTime, Utc};

use super::batch::Head;
use crate::eventstore::merkle::many::Leaves;
use crate::eventstore::merkle::{Envelope, Hash};
use crate::eventstore::{Append, NewEvent};

/// An event on its way into the log, with its place there.
#[derive(Clone, Copy, Debug)]
pub(in crate::eventstore) struct Placed<'a> {
    /// The number of its append in the batch.
    pub(in crate::eventstore) command: usize,
    pub(in crate::eventstore) append: &'a Append,
    pub(in crate::eventstore) event: &'a NewEvent,
    pub(in crate::eventstore) position: i64,
    pub(in crate::eventstore) recorded_at: DateTime<Utc>,
    pub(in crate::eventstore) sequence: i64,
}

/// Puts a batch behind `head`, which goes on to its end: every event with its position, its time (that of its append, or of
/// the event before it, if that is later) and its leaf hash.
pub(in crate::eventstore) fn place<'a>(
    batch: impl IntoIterator<Item = (&'a Append, DateTime<Utc>)>,
    head: &mut Head,
) -> Vec<(Placed<'a>, Hash)> {
    let (mut placed, mut leaves) = (Vec::new(), Leaves::default());
    for (command, (append, at)) in batch.into_iter().enumerate() {
        // Never decreasing, whatever the clock does.
        head.recorded_at = head.recorded_at.max(at);
        for (event, sequence) in append.events.iter().zip(append.after + 1..) {
            head.position += 1;
            let recorded_at = head.recorded_at;
            let one = Placed { command, append, event, position: head.position, recorded_at, sequence };
            leaves.push(&one.envelope());
            placed.push(one);
        }
    }
    let hashes = leaves.hashes();
    head.frontier.extend(&hashes);
    placed.into_iter().zip(hashes).collect()
}

impl Placed<'_> {
    fn envelope(&self) -> Envelope<'_> {
        Envelope {
            aggregate_id: &self.append.aggregate_id,
            aggregate_type: self.append.aggregate_type,
            event_id: self.event.event_id,
            event_type: &self.event.event_type,
            event_version: &self.event.event_version,
            metadata: &self.append.metadata,
            payload: &self.event.sealed,
            position: self.position,
            recorded_at: self.recorded_at,
            sequence: self.sequence,
        }
    }
}
