//! `product_list`: whose is this store, what is in it, and which of its products come next?
//!
//! [`query`] says what can be asked of a list, [`cursor`] how a place in it is handed to a client and back.
//! A page is a walk along an index from a place on, so a product that stays, with the value that the list is
//! sorted by, is seen exactly once however many are added and removed meanwhile. One whose value changes
//! between two pages may be seen twice or not at all, as in any walk.
//!
//! The statements of lists are put together from a few fixed words (see [`query::Query::statement`]), which
//! sqlx's macros cannot check; tests run every one of them and read its plan.

pub mod cursor;
pub mod query;

use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Row};
use uuid::Uuid;

use crate::fields::text::folded;

pub use self::cursor::{BadCursor, Cursors};
pub use self::query::{BadSearch, Info, Place, Query, Search, Sort, Status};

/// A store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreRow {
    /// The store.
    pub store_id: Uuid,
    /// The account that it belongs to.
    pub owner_id: Uuid,
    /// Its public name.
    pub name: String,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// Products that are not deleted.
    pub product_count: i64,
}

/// How a store's list stands: as long as this is the same, so is every answer about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListVersion {
    /// The store.
    pub store_id: Uuid,
    /// The tables that it was read from; a list that was built anew has others.
    pub built: i64,
    /// How many events the list is made of.
    pub events: i64,
}

/// A category of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryRow {
    /// The category.
    pub category_id: Uuid,
    /// Its name.
    pub name: String,
    /// Products in it that are not deleted.
    pub product_count: i64,
}

/// A product as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ProductRow {
    /// The product.
    pub product_id: Uuid,
    /// Its store.
    pub store_id: Uuid,
    /// The item's page, in its canonical form.
    pub taobao_url: String,
    /// The item, unless its link has not been followed yet.
    pub taobao_item_id: Option<String>,
    /// Where the coupon is.
    pub coupon_url: String,
    /// Unless none is known yet.
    pub title: Option<String>,
    /// In yuan, with two decimals, unless none is known yet.
    pub price: Option<String>,
    /// The main picture, unless none is known yet.
    pub image_url: Option<String>,
    /// Its category, unless that was removed.
    pub category_id: Option<Uuid>,
    /// `listed` or `delisted`.
    pub status: String,
    /// `pending`, `fetched` or `failed`.
    pub info_status: String,
    /// `page` or `api` when facts were fetched, `merchant` when title and price are both a person's or nothing
    /// was fetched and one of them is; none when nothing is known.
    pub info_source: Option<String>,
    /// Why the last fetch failed.
    pub info_error: Option<String>,
    /// Whether a person set the title.
    pub title_by_hand: bool,
    /// Whether a person set the price; one that was read from a page is a hint only.
    pub price_by_hand: bool,
    /// When it was listed.
    pub listed_at: DateTime<Utc>,
    /// When its last event was recorded.
    pub updated_at: DateTime<Utc>,
    /// The number of its events.
    pub version: i64,
    /// When it was deleted; only [`by_id`] gives those.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Something that changed, by the newest of its positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedRow {
    /// `product`, `store`, `account`, or `end` for how far was looked.
    pub kind: String,
    /// Which one.
    pub id: Uuid,
    /// The store, of a product or a store.
    pub store_id: Option<Uuid>,
    /// The newest position of the log that is about it.
    pub position: i64,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The products, in order.
    pub products: Vec<ProductRow>,
    /// Where the next page begins, if there is more.
    pub next: Option<Place>,
    /// How many products the whole list has.
    pub total: i64,
}

/// The store of this account.
///
/// # Errors
/// The database's error.
pub async fn store_of(
    database: impl PgExecutor<'_>,
    owner_id: Uuid,
) -> Result<Option<StoreRow>, sqlx::Error> {
    sqlx::query_file_as!(StoreRow, "projections/product_list/read/store_of.sql", owner_id)
        .fetch_optional(database)
        .await
}

/// The store with this id.
///
/// # Errors
/// The database's error.
pub async fn store_by_id(
    database: impl PgExecutor<'_>,
    store_id: Uuid,
) -> Result<Option<StoreRow>, sqlx::Error> {
    sqlx::query_file_as!(StoreRow, "projections/product_list/read/store_by_id.sql", store_id)
        .fetch_optional(database)
        .await
}

/// The categories of a store, by name.
///
/// # Errors
/// The database's error.
pub async fn categories(
    database: impl PgExecutor<'_>,
    store_id: Uuid,
) -> Result<Vec<CategoryRow>, sqlx::Error> {
    // Sorted here, since the database takes longer to fold names than to find them.
    let mut found =
        sqlx::query_file_as!(CategoryRow, "projections/product_list/read/categories.sql", store_id)
            .fetch_all(database)
            .await?;
    found.sort_by_cached_key(|category| (folded(&category.name), category.category_id));
    Ok(found)
}

/// How the list of this store stands.
///
/// # Errors
/// The database's error.
pub async fn list_version(
    database: impl PgExecutor<'_>,
    store_id: Uuid,
) -> Result<Option<ListVersion>, sqlx::Error> {
    sqlx::query_file_as!(ListVersion, "projections/product_list/read/list_version.sql", store_id)
        .fetch_optional(database)
        .await
}

/// The product with this id, deleted or not: look at `deleted_at`.
///
/// # Errors
/// The database's error.
pub async fn by_id(
    database: impl PgExecutor<'_>,
    product_id: Uuid,
) -> Result<Option<ProductRow>, sqlx::Error> {
    sqlx::query_file_as!(ProductRow, "projections/product_list/read/by_id.sql", product_id)
        .fetch_optional(database)
        .await
}

/// The products with these ids, deleted or not, in no order.
///
/// # Errors
/// The database's error.
pub async fn by_ids(
    database: impl PgExecutor<'_>,
    product_ids: &[Uuid],
) -> Result<Vec<ProductRow>, sqlx::Error> {
    sqlx::query_file_as!(ProductRow, "projections/product_list/read/by_ids.sql", product_ids)
        .fetch_all(database)
        .await
}

/// What the log says after a position, at most `span` positions on: changed products of these stores, changes of the
/// stores themselves, and that something happened to these accounts. The row of kind `end` says how far was looked.
///
/// # Errors
/// The database's error.
pub async fn changed(
    database: impl PgExecutor<'_>,
    after: i64,
    span: i64,
    stores: &[Uuid],
    accounts: &[Uuid],
) -> Result<Vec<ChangedRow>, sqlx::Error> {
    sqlx::query_file_as!(
        ChangedRow,
        "projections/product_list/read/changed.sql",
        after,
        span,
        stores,
        accounts
    )
    .fetch_all(database)
    .await
}

/// At most `limit` products of a list, from the beginning or after a place in it.
///
/// # Errors
/// The database's error.
pub async fn list(
    pool: &PgPool,
    query: &Query,
    after: Option<&Place>,
    limit: u16,
) -> Result<Page, sqlx::Error> {
    list_on(&mut *pool.acquire().await?, query, after, limit).await
}

/// The same on a connection that is there already.
///
/// # Errors
/// The database's error.
pub async fn list_on(
    database: &mut PgConnection,
    query: &Query,
    after: Option<&Place>,
    limit: u16,
) -> Result<Page, sqlx::Error> {
    let limit = usize::from(limit).max(1);
    let start = query.sort.start();
    // One more, to know whether there is more.
    let mut found = run(database, query, after.unwrap_or(&start), limit + 1).await?;
    if found.is_empty() && after.is_some() {
        // Behind this place there is nothing to read the total from.
        let total = run(database, query, &start, 1).await?.first().map_or(0, |found| found.total);
        return Ok(Page { products: Vec::new(), next: None, total });
    }
    let has_more = found.len() > limit;
    found.truncate(limit);
    let total = found.first().map_or(0, |found| found.total);
    let next = found.last().filter(|_| has_more).map(|last| last.place.clone());
    Ok(Page { products: found.into_iter().map(|found| found.product).collect(), next, total })
}

/// A product of a list, its place in it, and how many the list has.
struct Found {
    product: ProductRow,
    place: Place,
    total: i64,
}

async fn run(
    database: &mut PgConnection,
    query: &Query,
    after: &Place,
    limit: usize,
) -> Result<Vec<Found>, sqlx::Error> {
    let sql = query.statement();
    let mut statement = sqlx::query(&sql)
        .bind(query.store_id)
        .bind(query.statuses())
        .bind(&after.key)
        .bind(after.product_id)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(query.category_id);
    if let Some(search) = &query.search {
        statement = statement.bind(search.as_str());
    }
    let rows = statement.fetch_all(database).await?;
    rows.iter()
        .map(|row| {
            let product = ProductRow::from_row(row)?;
            // Times are written here, since how the database writes them is a setting.
            let key = if query.sort.is_by_time() {
                product.listed_at.to_rfc3339_opts(SecondsFormat::Micros, true)
            } else {
                row.try_get("place")?
            };
            let place = Place { key, product_id: product.product_id };
            Ok(Found { product, place, total: row.try_get("total")? })
        })
        .collect()
}
