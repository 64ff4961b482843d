//! All events as lines of JSON, however many: read a page ahead, in constant memory.
//!
//! What is appended while it goes on is left for the next time: the stream ends where the log ended when it began, and
//! whoever was cut off goes on after the last whole line.

use futures_util::Stream;
use futures_util::stream::try_unfold;
use tokio::task::JoinHandle;

use super::event::Row;
use super::search::{Filter, Found, Place, page};
use super::veil::Veil;
use super::{AuditError, Reading, replay};

/// How many events are read at once.
const PAGE: i64 = 2_000;

/// A page with the keys in it met.
type Read = Result<(Found, Veil), AuditError>;

/// What is left of a stream: the page that is on its way, and how many events may still come.
struct Rest {
    reading: Reading,
    filter: Filter,
    place: Place,
    left: i64,
    coming: Option<JoinHandle<Read>>,
}

impl Rest {
    /// Begins to read the next page, which starts after this position.
    fn read_on(&mut self, after: i64) {
        self.place.after = after;
        self.place.limit = PAGE.min(self.left);
        let (reading, filter, place) = (self.reading.clone(), self.filter.clone(), self.place);
        self.coming =
            (self.left > 0).then(|| tokio::spawn(async move { reading.read(&filter, place).await }));
    }
}

impl Reading {
    /// A page, with the keys of what is sealed in it met.
    ///
    /// # Errors
    /// [`AuditError`].
    pub async fn read(&self, filter: &Filter, place: Place) -> Result<(Found, Veil), AuditError> {
        let mut database = self.pool.acquire().await?;
        let found = page(&mut database, filter, place).await?;
        let mut veil = Veil::default();
        replay::meet(&mut database, &mut veil, &found.events).await?;
        Ok((found, veil))
    }

    /// Everything from `place` on that fits, oldest first, a line of JSON for each event, many lines at a time.
    /// `place.limit` is the most events of all.
    pub fn lines(
        &self,
        filter: Filter,
        place: Place,
    ) -> impl Stream<Item = Result<Vec<u8>, AuditError>> + Send + use<> {
        let mut rest = Rest { reading: self.clone(), filter, place, left: place.limit, coming: None };
        rest.read_on(place.after);
        try_unfold(rest, async |mut rest| {
            let Some(coming) = rest.coming.take() else { return Ok(None) };
            let (found, veil) = coming.await.unwrap_or_else(|_| Err(sqlx::Error::WorkerCrashed.into()))?;
            rest.left -= i64::try_from(found.events.len()).unwrap_or(i64::MAX);
            if let Some(next) = found.next {
                rest.read_on(next);
            }
            Ok(Some((written(found.events, &veil, &rest.reading)?, rest)))
        })
    }
}

fn written(rows: Vec<Row>, veil: &Veil, reading: &Reading) -> Result<Vec<u8>, AuditError> {
    let mut lines = Vec::with_capacity(rows.len() * 900);
    for row in rows {
        let position = row.position;
        let unreadable = |source| AuditError::Unreadable { position, source };
        let event = row.shown(veil, &reading.upcasters).map_err(unreadable)?;
        serde_json::to_writer(&mut lines, &event).map_err(unreadable)?;
        lines.push(b'\n');
    }
    Ok(lines)
}
