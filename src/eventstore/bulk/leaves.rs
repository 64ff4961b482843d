//! Positions, times and leaves for appends in a row, and the rows that they become.

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use super::rows::Rows;
use crate::eventstore::Append;
use crate::eventstore::merkle::Envelope;
use crate::eventstore::writer::batch::Head;

/// Appends with the instants they are recorded at.
pub(super) type Batch = Vec<(Append, DateTime<Utc>)>;

/// Turns batches into rows as long as some come and somebody takes the rows; gives where the log ends then.
pub(super) async fn hash(
    mut head: Head,
    mut batches: mpsc::Receiver<Batch>,
    taker: mpsc::Sender<Vec<u8>>,
) -> Result<Head, JoinError> {
    let mut rows = Rows::first();
    while let Some(batch) = batches.recv().await {
        let (after, done) = spawn_blocking(move || extend(head, rows, &batch)).await?;
        head = after;
        if taker.send(done.bytes()).await.is_err() {
            return Ok(head);
        }
        rows = Rows::more();
    }
    // Nobody takes it only where the database refused what came before.
    drop(taker.send(rows.end()).await);
    Ok(head)
}

fn extend(mut head: Head, mut rows: Rows, batch: &[(Append, DateTime<Utc>)]) -> (Head, Rows) {
    let mut bytes = String::new();
    for (append, at) in batch {
        // Never decreasing, as in any other append.
        head.recorded_at = head.recorded_at.max(*at);
        let mut sequence = append.after;
        for event in &append.events {
            head.position += 1;
            sequence += 1;
            let leaf = Envelope {
                aggregate_id: &append.aggregate_id,
                aggregate_type: append.aggregate_type,
                event_id: event.event_id,
                event_type: &event.event_type,
                event_version: &event.event_version,
                metadata: &append.metadata,
                payload: &event.sealed,
                position: head.position,
                recorded_at: head.recorded_at,
                sequence,
            }
            .leaf_in(&mut bytes);
            head.frontier.push(leaf);
            rows.row(11);
            rows.bigint(head.position);
            rows.uuid(event.event_id);
            rows.blob(append.aggregate_type.as_bytes());
            rows.blob(append.aggregate_id.as_bytes());
            rows.bigint(sequence);
            rows.blob(event.event_type.as_bytes());
            rows.blob(event.event_version.as_bytes());
            rows.json(&event.sealed);
            rows.json(&append.metadata);
            rows.instant(head.recorded_at);
            rows.blob(&leaf);
        }
    }
    (head, rows)
}
