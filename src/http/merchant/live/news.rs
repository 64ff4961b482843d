//! What changed after a position, and the messages that tell it.

use std::collections::HashMap;
use std::time::Duration;

use axum::response::sse::Event;
use serde::Serialize;
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::merchant::list::CountedCategory;
use crate::http::merchant::products::ProductBody;
use crate::projections::product_list::{self, ChangedRow, ProductRow};

/// How soon a stream that was cut off is asked for again.
const COME_AGAIN: Duration = Duration::from_secs(2);
/// The same, for one that gave way to another of the same person.
const STAY_AWAY: Duration = Duration::from_mins(1);

/// A product, and whether it is gone: the data of `product`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedProduct {
    /// As any answer shows it.
    #[serde(flatten)]
    pub product: ProductBody,
    /// Whether it is in no answer any more.
    pub deleted: bool,
}

/// A store as it is now: the data of `store`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedStore {
    /// The store.
    pub store_id: Uuid,
    /// Its public name.
    pub name: String,
    /// Products that are not deleted.
    pub product_count: i64,
    /// All its categories, by name.
    pub categories: Vec<CountedCategory>,
}

/// What changed.
#[derive(Debug)]
pub(super) struct News {
    /// How far was looked.
    pub(super) until: i64,
    /// Products and stores, by position.
    changed: Vec<ChangedRow>,
    /// Accounts to which something happened.
    pub(super) accounts: Vec<Uuid>,
}

/// One message, of one store.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) store_id: Uuid,
    pub(super) position: i64,
    pub(super) event: Event,
}

impl News {
    /// What changed after a position, at most `span` positions on.
    pub(super) async fn after(
        reads: &PgPool,
        after: i64,
        span: i64,
        stores: &[Uuid],
        accounts: &[Uuid],
    ) -> Result<Self, sqlx::Error> {
        let rows = product_list::changed(reads, after, span, stores, accounts).await?;
        let mut news = Self { until: after, changed: Vec::new(), accounts: Vec::new() };
        for row in rows {
            match row.kind.as_str() {
                "end" => news.until = row.position,
                "account" => news.accounts.push(row.id),
                _ => news.changed.push(row),
            }
        }
        news.changed.sort_by_key(|row| row.position);
        Ok(news)
    }

    /// How many products and stores changed.
    pub(super) fn changed(&self) -> usize {
        self.changed.len()
    }

    /// The messages, in the order of their positions.
    pub(super) async fn tell(&mut self, reads: &PgPool) -> Result<Vec<Message>, sqlx::Error> {
        let changed = std::mem::take(&mut self.changed);
        let products: Vec<Uuid> =
            changed.iter().filter(|row| row.kind == "product").map(|row| row.id).collect();
        let mut rows: HashMap<Uuid, ProductRow> = HashMap::new();
        if !products.is_empty() {
            let read = product_list::by_ids(reads, &products).await?;
            rows = read.into_iter().map(|row| (row.product_id, row)).collect();
        }
        let mut messages = Vec::with_capacity(changed.len());
        for ChangedRow { kind, id, store_id, position } in changed {
            let event = match kind.as_str() {
                "product" => rows.remove(&id).and_then(|row| product(row, position)),
                _ => store(reads, id, position).await?,
            };
            if let Some((store_id, event)) = store_id.zip(event) {
                messages.push(Message { store_id, position, event });
            }
        }
        Ok(messages)
    }
}

/// Where the log ends.
pub(super) async fn head(reads: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT position FROM log_head WHERE log = 0").fetch_one(reads).await
}

fn message(name: &str, position: i64, data: &impl Serialize) -> Option<Event> {
    // Texts, numbers and lists of them: this cannot fail.
    let data = serde_json::to_string(data).ok()?;
    Some(Event::default().event(name).id(position.to_string()).data(data))
}

fn product(row: ProductRow, position: i64) -> Option<Event> {
    let deleted = row.deleted_at.is_some();
    message("product", position, &ChangedProduct { product: row.into(), deleted })
}

async fn store(reads: &PgPool, store_id: Uuid, position: i64) -> Result<Option<Event>, sqlx::Error> {
    let Some(row) = product_list::store_by_id(reads, store_id).await? else { return Ok(None) };
    let categories = product_list::categories(reads, store_id).await?;
    let store = ChangedStore {
        store_id,
        name: row.name,
        product_count: row.product_count,
        categories: categories.into_iter().map(CountedCategory::from).collect(),
    };
    Ok(message("store", position, &store))
}

/// The stream is there; everything up to this position is known.
pub(super) fn ready(position: i64) -> Event {
    Event::default().retry(COME_AGAIN).event("ready").id(position.to_string()).data("{}")
}

/// Too much was missed: load the list, then go on from this position.
pub(super) fn reset(position: i64) -> Event {
    Event::default().event("reset").id(position.to_string()).data("{}")
}

/// The session is over, for the reason of this problem's code.
pub(in crate::http::merchant) fn session_over(code: &str) -> Event {
    Event::default().event("session").data(serde_json::json!({"code": code}).to_string())
}

/// The same person watches elsewhere, in more windows than may.
pub(in crate::http::merchant) fn replaced() -> Event {
    Event::default().retry(STAY_AWAY).event("replaced").data("{}")
}
