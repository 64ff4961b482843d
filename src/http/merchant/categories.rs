//! S20: the categories that a store sorts its products into.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::own_store_id;
use crate::http::Shared;
use crate::http::extract::{Caller, Json, Path};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::session::Session;
use crate::merchant::store::commands::CategoryRequest;
use crate::merchant::store::{AddCategory, RemoveCategory, RenameCategory};
use crate::projections::product_list;

/// A category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryBody {
    /// The category.
    pub category_id: Uuid,
    /// Its name.
    pub name: String,
}

/// Adds a category.
///
/// # Errors
/// `no_store`; `validation_failed`, also for one more than 200; `already_taken` where another has the name.
#[utoipa::path(post, path = "/api/v1/store/categories", operation_id = "add_category", tag = "Merchant", summary = "Add a category",
    request_body = CategoryRequest, security(("session" = [])),
    responses((status = 201, body = CategoryBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `already_taken`, `validation_failed`, `login_required`")))]
pub async fn add(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Json(request): Json<CategoryRequest>,
) -> Result<(StatusCode, axum::Json<CategoryBody>), Problem> {
    let store_id = own_store_id(&session)?;
    let name = request.parse()?;
    let (actor_id, category_id) = (session.row.user_id, site.ports.id()?);
    let body = CategoryBody { category_id, name: name.as_str().to_owned() };
    let command = AddCategory { actor_id, category_id, name };
    site.stores.execute(&store_id.to_string(), command.into(), caller.metadata(actor_id)).await?;
    Ok((StatusCode::CREATED, axum::Json(body)))
}

/// Renames a category.
///
/// # Errors
/// `no_store`; `not_found` where the caller's store has no such category; `validation_failed`; `already_taken`.
#[utoipa::path(patch, path = "/api/v1/store/categories/{id}", operation_id = "rename_category", tag = "Merchant", summary = "Rename a category",
    params(("id" = Uuid, Path, description = "The category")), request_body = CategoryRequest, security(("session" = [])),
    responses((status = 200, body = CategoryBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `not_found`, `already_taken`, `validation_failed`, `login_required`")))]
pub async fn rename(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Path(category_id): Path<Uuid>,
    Json(request): Json<CategoryRequest>,
) -> Result<axum::Json<CategoryBody>, Problem> {
    let store_id = own_store_id(&session)?;
    let name = request.parse()?;
    let actor_id = session.row.user_id;
    let body = CategoryBody { category_id, name: name.as_str().to_owned() };
    let command = RenameCategory { actor_id, category_id, name };
    site.stores.execute(&store_id.to_string(), command.into(), caller.metadata(actor_id)).await?;
    Ok(axum::Json(body))
}

/// Removes a category in which there are no products.
///
/// # Errors
/// `no_store`; `not_found` where the caller's store has no such category; `category_in_use`.
#[utoipa::path(delete, path = "/api/v1/store/categories/{id}", operation_id = "remove_category", tag = "Merchant", summary = "Remove an empty category",
    params(("id" = Uuid, Path, description = "The category")), security(("session" = [])),
    responses((status = 204, description = "It is gone"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `not_found`, `category_in_use`, `login_required`")))]
pub async fn remove(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Path(category_id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let store_id = own_store_id(&session)?;
    let categories = product_list::categories(&site.reads, store_id).await?;
    let counted = categories.iter().find(|category| category.category_id == category_id);
    let products = counted.map_or(0, |category| category.product_count.unsigned_abs());
    let actor_id = session.row.user_id;
    let command = RemoveCategory { actor_id, category_id, products };
    site.stores.execute(&store_id.to_string(), command.into(), caller.metadata(actor_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
