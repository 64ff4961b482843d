//! From an event to what caused it, what it caused, and what belongs to the same first cause.

use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::event::{Row, ShownEvent};
use super::reveal::Revealer;
use super::search::{Filter, Found, Place, by_event_id, by_position, page};
use super::{AuditError, Reading};

/// How many events of each kind are told; a search goes on.
const MOST: i64 = 100;

/// An event and what it is linked with.
#[derive(Debug, Serialize, ToSchema)]
pub struct Linked {
    /// The event.
    pub event: ShownEvent,
    /// The event that caused it, if one did.
    #[schema(required)]
    pub cause: Option<ShownEvent>,
    /// The events that it caused.
    pub effects: Vec<ShownEvent>,
    /// Where a search for its `event_id` as `causation_id` goes on; null when these are all.
    #[schema(required)]
    pub effects_next_after: Option<i64>,
    /// The events of its correlation from the first on, itself among them. Where there are thousands, those from itself on.
    pub related: Vec<ShownEvent>,
    /// Where a search for its `correlation_id` goes on; null when these are all.
    #[schema(required)]
    pub related_next_after: Option<i64>,
}

impl Reading {
    /// The event at a position with its links; none where there is no such event.
    ///
    /// # Errors
    /// [`AuditError`].
    pub async fn linked(
        &self,
        position: i64,
        revealer: Option<&Revealer<'_>>,
    ) -> Result<Option<Linked>, AuditError> {
        let mut database = self.pool.acquire().await?;
        let Some(event) = by_position(&mut database, position).await? else { return Ok(None) };
        let metadata = event.metadata();
        // Sent by others, it need not be an id.
        let cause = metadata.causation_id.as_deref().and_then(|id| Uuid::parse_str(id).ok());
        let cause = match cause {
            Some(id) => by_event_id(&mut database, id).await?,
            None => None,
        };
        let caused = Filter { causation_id: Some(event.event_id.to_string()), ..Filter::default() };
        let effects = first_of(&mut database, &caused, position).await?;
        let related = match &metadata.correlation_id {
            Some(id) => {
                let filter = Filter { correlation_id: Some(id.clone()), ..Filter::default() };
                first_of(&mut database, &filter, position).await?
            }
            None => Found::default(),
        };
        drop(database);
        let (has_cause, effects_amount) = (cause.is_some(), effects.events.len());
        let rows: Vec<Row> =
            std::iter::once(event).chain(cause).chain(effects.events).chain(related.events).collect();
        let mut shown = self.shown(rows, revealer).await?.into_iter();
        let Some(event) = shown.next() else { return Ok(None) };
        Ok(Some(Linked {
            event,
            cause: if has_cause { shown.next() } else { None },
            effects: shown.by_ref().take(effects_amount).collect(),
            effects_next_after: effects.next,
            related: shown.collect(),
            related_next_after: related.next,
        }))
    }
}

/// The first events that fit; where they are so many that they are looked for along the log, those from `position` on, since the
/// first may be far away.
async fn first_of(database: &mut PgConnection, filter: &Filter, position: i64) -> Result<Found, sqlx::Error> {
    let start = Place::start(MOST);
    let found = page(&mut *database, filter, start).await?;
    if found.events.is_empty() && found.next.is_some() {
        return page(database, filter, Place { after: position - 1, ..start }).await;
    }
    Ok(found)
}
