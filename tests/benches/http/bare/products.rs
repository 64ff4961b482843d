//! A merchant's products on plain tables: one row and one commit for a listing, two queries for a page.
//!
//! Totals and the counts of categories lie ready in columns that nobody here keeps up: no program can be faster.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;
use zhanggui::ports::Ports;

use super::{Refused, as_millis, broken};
use crate::common::Fault;

/// Its tables, filled from our read model.
pub(crate) const TABLES: &str = "
    CREATE TABLE bare.store AS
        SELECT s.store_id, s.owner_id, s.name,
               (SELECT count(*) FROM products p WHERE p.store_id = s.store_id) AS total
        FROM stores s;
    ALTER TABLE bare.store ADD PRIMARY KEY (store_id);
    CREATE UNIQUE INDEX ON bare.store (owner_id);
    CREATE TABLE bare.category AS
        SELECT c.category_id, c.store_id, c.name,
               (SELECT count(*) FROM products p WHERE p.category_id = c.category_id) AS product_count
        FROM categories c;
    ALTER TABLE bare.category ADD PRIMARY KEY (category_id);
    CREATE INDEX ON bare.category (store_id);
    CREATE TABLE bare.product (
        product_id uuid PRIMARY KEY, store_id uuid NOT NULL, taobao_url text NOT NULL, taobao_item_id text,
        coupon_url text NOT NULL, title text, price numeric(12, 2), image_url text, category_id uuid,
        status text NOT NULL DEFAULT 'listed', info_status text NOT NULL DEFAULT 'pending', info_source text,
        info_error text, listed_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
        version bigint NOT NULL DEFAULT 1, UNIQUE (store_id, taobao_item_id));
    INSERT INTO bare.product
        SELECT product_id, store_id, taobao_url, taobao_item_id, coupon_url, title, price::numeric, image_url,
               category_id, status, info_status, info_source, info_error, listed_at, updated_at, version
        FROM shown_products;
    CREATE INDEX ON bare.product (store_id, listed_at, product_id);
    ANALYZE bare.store, bare.category, bare.product";
/// Connections for writes, as many as the program has.
const WRITES: u32 = 16;
/// Connections for reads, as many as the program has.
const READS: u32 = 8;

#[derive(Clone)]
struct Pools {
    reads: PgPool,
    writes: PgPool,
}

#[derive(Serialize, sqlx::FromRow)]
struct Row {
    product_id: Uuid,
    store_id: Uuid,
    taobao_url: String,
    taobao_item_id: Option<String>,
    coupon_url: String,
    title: Option<String>,
    price: Option<String>,
    image_url: Option<String>,
    category_id: Option<Uuid>,
    status: String,
    info_status: String,
    info_source: Option<String>,
    info_error: Option<String>,
    #[serde(serialize_with = "as_millis")]
    listed_at: DateTime<Utc>,
    #[serde(serialize_with = "as_millis")]
    updated_at: DateTime<Utc>,
    version: i64,
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    cookies.split("; ").find_map(|pair| pair.strip_prefix("session="))
}

#[derive(Deserialize)]
struct Listing {
    taobao_url: String,
    coupon_url: String,
}

async fn list(
    State(pools): State<Pools>,
    headers: HeaderMap,
    Json(listing): Json<Listing>,
) -> Result<Response, Refused> {
    let store_id: Option<Uuid> = sqlx::query_scalar(
        "SELECT t.store_id FROM bare.session s JOIN bare.store t ON t.owner_id = s.user_id \
         WHERE s.token = $1 AND s.expires_at > now()",
    )
    .bind(token(&headers))
    .fetch_optional(&pools.reads)
    .await
    .map_err(broken)?;
    let item_id = listing.taobao_url.split("id=").nth(1).ok_or(StatusCode::UNPROCESSABLE_ENTITY)?;
    let product: Row = sqlx::query_as(
        "INSERT INTO bare.product (product_id, store_id, taobao_url, taobao_item_id, coupon_url, listed_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, now(), now()) \
         RETURNING product_id, store_id, taobao_url, taobao_item_id, coupon_url, title, price::text AS price, image_url, \
                   category_id, status, info_status, info_source, info_error, listed_at, updated_at, version",
    )
    .bind(Ports::system().id().map_err(broken)?)
    .bind(store_id.ok_or(StatusCode::UNAUTHORIZED)?)
    .bind(&listing.taobao_url)
    .bind(item_id)
    .bind(&listing.coupon_url)
    .fetch_one(&pools.writes)
    .await
    .map_err(broken)?;
    Ok((StatusCode::CREATED, Json(product)).into_response())
}

#[derive(Serialize)]
struct Page {
    store_id: Uuid,
    categories: Box<RawValue>,
    products: Vec<Row>,
    next_cursor: Option<String>,
    total: i64,
}

async fn page(State(pools): State<Pools>, headers: HeaderMap) -> Result<Json<Page>, Refused> {
    let store: Option<(Uuid, i64, String)> = sqlx::query_as(
        "SELECT t.store_id, t.total, \
                (SELECT coalesce(json_agg(json_build_object('category_id', c.category_id, 'name', c.name, \
                                                            'product_count', c.product_count) ORDER BY c.name), '[]') \
                 FROM bare.category c WHERE c.store_id = t.store_id)::text \
         FROM bare.session s JOIN bare.store t ON t.owner_id = s.user_id WHERE s.token = $1 AND s.expires_at > now()",
    )
    .bind(token(&headers))
    .fetch_optional(&pools.reads)
    .await
    .map_err(broken)?;
    let (store_id, total, categories) = store.ok_or(StatusCode::UNAUTHORIZED)?;
    let mut products: Vec<Row> = sqlx::query_as(
        "SELECT product_id, store_id, taobao_url, taobao_item_id, coupon_url, title, price::text AS price, image_url, \
                category_id, status, info_status, info_source, info_error, listed_at, updated_at, version \
         FROM bare.product WHERE store_id = $1 ORDER BY listed_at DESC, product_id DESC LIMIT 21",
    )
    .bind(store_id)
    .fetch_all(&pools.reads)
    .await
    .map_err(broken)?;
    let next_cursor = (products.len() > 20).then(|| products.truncate(20));
    let next_cursor = next_cursor.and_then(|()| products.last()).map(|last| last.product_id.to_string());
    let categories = RawValue::from_string(categories).map_err(broken)?;
    Ok(Json(Page { store_id, categories, products, next_cursor, total }))
}

/// The program.
pub(crate) async fn router(database: PgConnectOptions) -> Result<Router, Fault> {
    let pool = |size| PgPoolOptions::new().max_connections(size).test_before_acquire(false);
    let pools = Pools {
        reads: pool(READS).connect_with(database.clone()).await?,
        writes: pool(WRITES).connect_with(database).await?,
    };
    Ok(Router::new().route("/api/v1/store/products", get(page).post(list)).with_state(pools))
}
