//! Reading ahead: while the statements take one page, the next is read, and the one between is opened and planned.

use std::sync::Arc;

use sqlx::PgConnection;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::eventstore::heard::{Page, Reader};
use crate::eventstore::writer::listeners::{Listeners, Steps};

/// How many heard events are projected in a transaction.
pub(super) const PAGE: i64 = 20_000;

/// A page on its way to the statements.
pub(super) struct Planned {
    /// The calls.
    pub(super) steps: Steps,
    /// How many events they are about.
    pub(super) heard: usize,
    /// How far they lead.
    pub(super) until: i64,
}

/// What comes of reading ahead: the task that plans, the planned pages, and the task that reads, which gives its
/// connection back.
type Ahead = (JoinHandle<()>, mpsc::Receiver<Planned>, JoinHandle<(PgConnection, Result<(), sqlx::Error>)>);

/// Reads and plans pages after one position and up to another. Ends early when nobody takes them any more.
pub(super) fn read_ahead(
    mut reading: PgConnection,
    reader: Arc<Reader>,
    listeners: Arc<Listeners>,
    (mut after, goal): (i64, i64),
) -> Ahead {
    let (read, mut to_plan) = mpsc::channel::<Page>(1);
    let (planned, pages) = mpsc::channel(1);
    let reads = Arc::clone(&reader);
    let reading = tokio::spawn(async move {
        while after < goal {
            match reads.page(&mut reading, after, goal, PAGE).await {
                Ok(page) => {
                    after = page.until;
                    if read.send(page).await.is_err() {
                        break;
                    }
                }
                Err(error) => return (reading, Err(error)),
            }
        }
        (reading, Ok(()))
    });
    let planning = tokio::spawn(async move {
        while let Some(page) = to_plan.recv().await {
            let (reader, listeners) = (Arc::clone(&reader), Arc::clone(&listeners));
            let Ok(page) = spawn_blocking(move || plan(&reader, &listeners, page)).await else { break };
            if planned.send(page).await.is_err() {
                break;
            }
        }
    });
    (planning, pages, reading)
}

/// Opens a page and plans the calls.
pub(super) fn plan(reader: &Reader, listeners: &Listeners, page: Page) -> Planned {
    let until = page.until;
    let (types, events): (Vec<String>, Vec<_>) = reader.open(page).into_iter().unzip();
    let heard = events.len();
    let steps = Steps::plan(types.iter().map(String::as_str).zip(events), listeners);
    Planned { steps, heard, until }
}
