//! The smallest axum + sqlx programs that give the same answers: no events, no checks beyond the session.
//!
//! Those of merchants are in [`products`].

pub(crate) mod products;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;
use zhanggui::adapters::captcha_image;
use zhanggui::ports::Ports;

use crate::common::Fault;

/// Its tables, filled from our read models; sessions are added by [`ADD_SESSION`].
pub(crate) const TABLES: &str = "
    CREATE SCHEMA bare;
    CREATE TABLE bare.account AS SELECT * FROM user_lookup.user_lookup;
    ALTER TABLE bare.account ADD PRIMARY KEY (user_id);
    CREATE UNIQUE INDEX ON bare.account (username_key);
    CREATE TABLE bare.session (token text PRIMARY KEY, user_id uuid NOT NULL, login_time bigint NOT NULL,
                               expires_at timestamptz NOT NULL);
    ANALYZE bare.account";
/// Adds a session of `username` ($2).
pub(crate) const ADD_SESSION: &str = "INSERT INTO bare.session
    SELECT $1, user_id, (extract(epoch FROM now()) * 1000)::bigint, now() + interval '12 hours'
    FROM bare.account WHERE username = $2";
/// Connections, as many as the program has for reads.
const POOL: u32 = 8;

pub(crate) type Refused = StatusCode;

pub(crate) fn broken(_: impl std::error::Error) -> Refused {
    StatusCode::INTERNAL_SERVER_ERROR
}

#[derive(Serialize, sqlx::FromRow)]
struct Account {
    user_id: Uuid,
    username: String,
    email: String,
    email_verified: bool,
    phone: String,
    phone_verified: bool,
    #[sqlx(skip)]
    avatar_url: Option<String>,
    roles: Vec<String>,
    #[sqlx(skip)]
    login_time: i64,
    #[serde(serialize_with = "as_millis")]
    created_at: DateTime<Utc>,
}

pub(crate) fn as_millis<S: serde::Serializer>(time: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

async fn me(State(pool): State<PgPool>, headers: HeaderMap) -> Result<Json<Account>, Refused> {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = cookies.split("; ").find_map(|pair| pair.strip_prefix("session="));
    let session: Option<(Uuid, i64)> = sqlx::query_as(
        "SELECT user_id, login_time FROM bare.session WHERE token = $1 AND expires_at > now()",
    )
    .bind(token)
    .fetch_optional(&pool)
    .await
    .map_err(broken)?;
    let (user_id, login_time) = session.ok_or(StatusCode::UNAUTHORIZED)?;
    let account: Account = sqlx::query_as(
        "SELECT user_id, username, email, email_verified, phone, phone_verified, roles, created_at \
         FROM bare.account WHERE user_id = $1",
    )
    .bind(user_id)
    .fetch_one(&pool)
    .await
    .map_err(broken)?;
    Ok(Json(Account { login_time, ..account }))
}

#[derive(Deserialize)]
struct Wanted {
    username: String,
}

async fn availability(
    State(pool): State<PgPool>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, Refused> {
    let taken: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM bare.account WHERE username_key = $1)")
        .bind(&wanted.username)
        .fetch_one(&pool)
        .await
        .map_err(broken)?;
    Ok(Json(json!({"field": "username", "value": wanted.username, "available": !taken})))
}

async fn captcha() -> Result<Json<Value>, Refused> {
    let id = Ports::system().id().map_err(broken)?;
    let (image_url, expires_at) = (format!("/media/captcha/{id}.png"), "2000-01-01T00:00:00.000Z");
    Ok(Json(json!({"captcha_id": id, "image_url": image_url, "expires_at": expires_at})))
}

async fn image(Path(file): Path<String>) -> Result<Response, Refused> {
    let id =
        file.strip_suffix(".png").and_then(|id| Uuid::parse_str(id).ok()).ok_or(StatusCode::NOT_FOUND)?;
    Ok(([(header::CONTENT_TYPE, "image/png")], draw(id).map_err(broken)?).into_response())
}

/// Draws and encodes a picture.
pub(crate) fn draw(id: Uuid) -> Result<Vec<u8>, captcha_image::DrawError> {
    let mut seed = [0; 32];
    for (to, from) in seed.iter_mut().zip(id.as_bytes().iter().cycle()) {
        *to = *from;
    }
    captcha_image::draw(&captcha_image::answer(*id.as_bytes()), seed)
}

/// The program.
pub(crate) async fn router(database: PgConnectOptions) -> Result<Router, Fault> {
    let pool = PgPoolOptions::new().max_connections(POOL).test_before_acquire(false);
    let pool = pool.connect_with(database.clone()).await?;
    Ok(Router::new()
        .route("/api/v1/me", get(me))
        .route("/api/v1/availability", get(availability))
        .route("/api/v1/captcha", get(captcha))
        .route("/media/captcha/{file}", get(image))
        .with_state(pool)
        .merge(products::router(database).await?))
}
