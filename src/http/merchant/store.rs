//! S16: open a store, look at it, and call it something else.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::own_store;
use crate::http::Shared;
use crate::http::captcha::time;
use crate::http::extract::{Caller, Json};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::session::Session;
use crate::merchant::store::commands::StoreRequest;
use crate::merchant::store::{OpenStore, RenameStore};
use crate::projections::product_list::StoreRow;

/// The new store.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedBody {
    /// The store.
    pub store_id: Uuid,
    /// Its public name.
    pub name: String,
}

/// My store.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoreBody {
    /// The store.
    pub store_id: Uuid,
    /// Its public name.
    pub name: String,
    /// Products that are not deleted.
    pub product_count: i64,
    /// When it was opened.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<StoreRow> for StoreBody {
    fn from(row: StoreRow) -> Self {
        let StoreRow { store_id, owner_id: _, name, created_at, product_count } = row;
        Self { store_id, name, product_count, created_at: time(created_at) }
    }
}

/// Opens a store.
///
/// # Errors
/// `validation_failed`; `store_exists` for whoever has one.
#[utoipa::path(post, path = "/api/v1/store", operation_id = "open_store", tag = "Merchant", summary = "Open my store", request_body = StoreRequest,
    security(("session" = [])),
    responses((status = 201, body = OpenedBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`store_exists`, `validation_failed`, `login_required`")))]
pub async fn open(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Json(request): Json<StoreRequest>,
) -> Result<(StatusCode, axum::Json<OpenedBody>), Problem> {
    let name = request.parse()?;
    let (actor_id, store_id) = (session.row.user_id, site.ports.id()?);
    let body = OpenedBody { store_id, name: name.as_str().to_owned() };
    let command = OpenStore { actor_id, name };
    site.stores.create(&store_id.to_string(), command.into(), caller.metadata(actor_id)).await?;
    Ok((StatusCode::CREATED, axum::Json(body)))
}

/// Shows the caller's store.
///
/// # Errors
/// `no_store`; the database's.
#[utoipa::path(get, path = "/api/v1/store", operation_id = "show_store", tag = "Merchant", summary = "My store", security(("session" = [])),
    responses((status = 200, body = StoreBody),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `login_required`")))]
pub async fn show(State(site): State<Shared>, session: Session) -> Result<axum::Json<StoreBody>, Problem> {
    Ok(axum::Json(own_store(&site, &session).await?.into()))
}

/// Calls the caller's store something else.
///
/// # Errors
/// `no_store`; `validation_failed`.
#[utoipa::path(patch, path = "/api/v1/store", operation_id = "rename_store", tag = "Merchant", summary = "Rename my store", request_body = StoreRequest,
    security(("session" = [])),
    responses((status = 200, body = StoreBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `validation_failed`, `login_required`")))]
pub async fn rename(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Json(request): Json<StoreRequest>,
) -> Result<axum::Json<StoreBody>, Problem> {
    let store = own_store(&site, &session).await?;
    let (actor_id, name) = (session.row.user_id, request.parse()?);
    let body = StoreBody { name: name.as_str().to_owned(), ..store.into() };
    let command = RenameStore { actor_id, name };
    site.stores.execute(&body.store_id.to_string(), command.into(), caller.metadata(actor_id)).await?;
    Ok(axum::Json(body))
}
