//! S16: the products of a store, by filter, by order and by page.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::own_store_id;
use super::products::ProductBody;
use crate::http::Shared;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::session::Session;
use crate::projections::product_list::{self, BadCursor, CategoryRow, Info, Search, Sort, Status};

/// How many products a page has, unless asked for otherwise.
const USUAL: u16 = 20;
/// The most products of a page.
const MOST: u16 = 100;

/// Which products, in which order, from where on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many, 1–100; 20 unless given.
    #[param(nullable = false, minimum = 1, maximum = 100, default = 20)]
    limit: Option<u16>,
    /// `next_cursor` of the page before, with the same filters and order.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// Those of this category.
    #[param(nullable = false)]
    category_id: Option<Uuid>,
    /// `listed` or `delisted`.
    #[param(nullable = false, pattern = "^(listed|delisted)$")]
    status: Option<String>,
    /// `pending`, `fetched` or `failed`.
    #[param(nullable = false, pattern = "^(pending|fetched|failed)$")]
    info_status: Option<String>,
    /// Those whose titles hold every word of it, anywhere, in upper or lower case.
    #[param(nullable = false, max_length = 120)]
    q: Option<String>,
    /// `-listed_at` (the default), `listed_at`, `title`, `price` or `-price`.
    #[param(nullable = false, pattern = "^(-?listed_at|title|-?price)$")]
    sort: Option<String>,
}

impl ListQuery {
    /// Whether all of the list is asked for, not a page of it.
    pub(super) const fn is_whole(&self) -> bool {
        self.limit.is_none() && self.cursor.is_none()
    }

    /// Whether it is found by more than its place, so that what is asked makes a difference to the plan.
    const fn looks_closer(&self) -> bool {
        self.q.is_some() || self.info_status.is_some()
    }

    /// What is asked of the read model, if it can be.
    pub(super) fn of(&self, store_id: Uuid) -> Option<product_list::Query> {
        let status = match &self.status {
            Some(text) => Some(Status::parse(text)?),
            None => None,
        };
        let info = match &self.info_status {
            Some(text) => Some(Info::parse(text)?),
            None => None,
        };
        let sort = self.sort.as_deref().map_or(Some(Sort::default()), Sort::parse)?;
        let search = Search::parse(self.q.as_deref().unwrap_or_default()).ok()?;
        Some(product_list::Query { store_id, category_id: self.category_id, status, info, search, sort })
    }
}

/// A page of a store's products.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListBody {
    /// The store.
    pub store_id: Uuid,
    /// All its categories, by name.
    pub categories: Vec<CountedCategory>,
    /// The products of this page.
    pub products: Vec<ProductBody>,
    /// Where the next page begins; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// How many products all pages have together.
    pub total: i64,
}

/// A category and how much is in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountedCategory {
    /// The category.
    pub category_id: Uuid,
    /// Its name.
    pub name: String,
    /// Products in it that are not deleted.
    pub product_count: i64,
}

impl From<CategoryRow> for CountedCategory {
    fn from(row: CategoryRow) -> Self {
        let CategoryRow { category_id, name, product_count } = row;
        Self { category_id, name, product_count }
    }
}

impl From<BadCursor> for Problem {
    fn from(error: BadCursor) -> Self {
        Self::new(match error {
            BadCursor::Malformed => "invalid_query",
            BadCursor::Expired => "cursor_expired",
        })
    }
}

/// Lists the products of the caller's store.
///
/// # Errors
/// `no_store`; `invalid_query`; `cursor_expired` for a cursor of another list or one older than a day.
#[utoipa::path(get, path = "/api/v1/store/products", operation_id = "list_products", tag = "Merchant", summary = "My products",
    params(ListQuery), security(("session" = [])),
    responses((status = 200, body = ListBody),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `invalid_query`, `cursor_expired`, `login_required`")))]
pub async fn show(
    State(site): State<Shared>,
    session: Session,
    RawQuery(question): RawQuery,
    Query(asked): Query<ListQuery>,
) -> Result<Response, Problem> {
    let store_id = own_store_id(&session)?;
    let version = site.hot.ask(async |database| product_list::list_version(database, store_id).await).await?;
    let version = version.ok_or(Problem::new("no_store"))?;
    let (question, now) = (question.unwrap_or_default(), site.ports.now());
    if let Some(body) = site.shown.get(version, &question, now) {
        return Ok(json(body));
    }
    let limit = asked.limit.unwrap_or(USUAL);
    let query = asked.of(store_id).filter(|_| (1..=MOST).contains(&limit));
    let query = query.ok_or(Problem::new("invalid_query"))?;
    let after = asked.cursor.as_deref().map(|cursor| site.cursors.read(&query, cursor, now)).transpose()?;
    let read = async |database: &mut PgConnection| {
        let categories = product_list::categories(&mut *database, store_id).await?;
        Ok((categories, product_list::list_on(database, &query, after.as_ref(), limit).await?))
    };
    let (categories, page) = if asked.looks_closer() {
        read(&mut *site.reads.acquire().await?).await?
    } else {
        site.hot.ask(read).await?
    };
    let body = ListBody {
        store_id,
        categories: categories.into_iter().map(CountedCategory::from).collect(),
        products: page.products.into_iter().map(ProductBody::from).collect(),
        next_cursor: page.next.map(|place| site.cursors.write(&query, &place, now)),
        total: page.total,
    };
    let body = serde_json::to_vec(&body).map_err(|error| Problem::internal(&error))?.into();
    site.shown.keep(version, &question, now, &body);
    Ok(json(body))
}

fn json(body: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
