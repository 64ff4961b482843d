//! Positions, times and leaves for appends in a row, and the rows that they become.

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use super::rows::Rows;
use crate::eventstore::Append;
use crate::eventstore::writer::batch::Head;
use crate::eventstore::writer::placed::{Placed, place};

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
    for (placed, leaf) in place(batch.iter().map(|(append, at)| (append, *at)), &mut head) {
        let Placed { append, event, .. } = placed;
        rows.row(11);
        rows.bigint(placed.position);
        rows.uuid(event.event_id);
        rows.blob(append.aggregate_type.as_bytes());
        rows.blob(append.aggregate_id.as_bytes());
        rows.bigint(placed.sequence);
        rows.blob(event.event_type.as_bytes());
        rows.blob(event.event_version.as_bytes());
        rows.json(&event.sealed);
        rows.json(&append.metadata);
        rows.instant(placed.recorded_at);
        rows.blob(&leaf);
    }
    (head, rows)
}
