//! S17–S20: list a product from a link, look at it, change, delete, restore and refresh it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{admitted, own_store_id, tag, with_categories};
use crate::http::Shared;
use crate::http::captcha::time;
use crate::http::extract::{Caller, Json, Path};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::session::Session;
use crate::merchant::ProductCommand;
use crate::merchant::product::commands::{ListingRequest, ModifyRequest};
use crate::merchant::product::{
    Asker, DeleteProduct, ListProduct, ListingStatus, ModifyProduct, RequestRefresh, RestoreProduct,
};
use crate::projections::product_list::{self, ProductRow};

/// A product as its merchant sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductBody {
    /// The product.
    pub product_id: Uuid,
    /// Whose it is.
    pub store_id: Uuid,
    /// The item's page, or a short link to it that nobody has followed yet.
    pub taobao_url: String,
    /// The item; null while only a short link is known.
    #[schema(required)]
    pub taobao_item_id: Option<String>,
    /// Where the coupon is.
    pub coupon_url: String,
    /// Null until fetched or set by hand.
    #[schema(required)]
    pub title: Option<String>,
    /// Yuan with two decimals; null until fetched or set by hand. One that was read from a page is a hint.
    #[schema(required)]
    pub price: Option<String>,
    /// Where its picture is; null until fetched.
    #[schema(required)]
    pub image_url: Option<String>,
    /// Its category, or null.
    #[schema(required)]
    pub category_id: Option<Uuid>,
    /// `listed` or `delisted`.
    #[schema(value_type = ListingStatus)]
    pub status: String,
    /// `pending`, `fetched` or `failed`.
    #[schema(pattern = "^(pending|fetched|failed)$")]
    pub info_status: String,
    /// `page`, `api`, `merchant`, or null while nothing is known.
    #[schema(required, pattern = "^(page|api|merchant)$")]
    pub info_source: Option<String>,
    /// Whether the price was read from a page and nobody has said it is right: pages carry decoys.
    pub price_is_hint: bool,
    /// Why the last fetch failed.
    #[schema(required)]
    pub info_error: Option<String>,
    /// When it was listed.
    #[schema(format = DateTime)]
    pub listed_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// What `ETag` says: the number of its changes.
    pub version: i64,
}

impl From<ProductRow> for ProductBody {
    fn from(row: ProductRow) -> Self {
        let is_from_page = row.info_source.as_deref() == Some("page");
        Self {
            price_is_hint: is_from_page && !row.price_by_hand && row.price.is_some(),
            product_id: row.product_id,
            store_id: row.store_id,
            taobao_url: row.taobao_url,
            taobao_item_id: row.taobao_item_id,
            coupon_url: row.coupon_url,
            title: row.title,
            price: row.price,
            image_url: row.image_url,
            category_id: row.category_id,
            status: row.status,
            info_status: row.info_status,
            info_source: row.info_source,
            info_error: row.info_error,
            listed_at: time(row.listed_at),
            updated_at: time(row.updated_at),
            version: row.version,
        }
    }
}

/// What is left of a product.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedBody {
    /// The product, which can be restored.
    pub product_id: Uuid,
    /// When it was deleted.
    #[schema(format = DateTime)]
    pub deleted_at: String,
}

/// A product as the read model has it, deleted or not.
async fn row(site: &Shared, product_id: Uuid) -> Result<Option<ProductRow>, Problem> {
    Ok(site.hot.ask(async |database| product_list::by_id(database, product_id).await).await?)
}

/// A product of this store that is not deleted, with its version for `If-Match`.
async fn shown(
    site: &Shared,
    store_id: Uuid,
    product_id: Uuid,
    status: StatusCode,
) -> Result<Response, Problem> {
    let row = row(site, product_id).await?;
    let row = row.filter(|row| row.store_id == store_id && row.deleted_at.is_none());
    let row = row.ok_or(Problem::new("product_not_found"))?;
    let version = tag(row.version);
    Ok((status, [(header::ETAG, version)], axum::Json(ProductBody::from(row))).into_response())
}

/// For whom and on which version: of several that `If-Match` admits, the one that the product has.
async fn asker(
    site: &Shared,
    store_id: Uuid,
    product_id: Uuid,
    headers: &HeaderMap,
) -> Result<Asker, Problem> {
    let expected_version = match admitted(headers).as_deref() {
        None => None,
        Some([version]) => Some(*version),
        Some(versions) => {
            let row = row(site, product_id).await?;
            // No product has the version 0.
            Some(row.map(|row| row.version).filter(|version| versions.contains(version)).unwrap_or(0))
        }
    };
    Ok(Asker { store_id, expected_version })
}

/// Has a product of the caller's store do something.
async fn execute(
    site: &Shared,
    caller: &Caller,
    session: &Session,
    product_id: Uuid,
    command: impl Into<ProductCommand>,
) -> Result<(), Problem> {
    let metadata = caller.metadata(session.row.user_id);
    site.products.execute(&product_id.to_string(), command.into(), metadata).await?;
    Ok(())
}

/// Lists a product. Its title, price and picture are found out afterwards.
///
/// # Errors
/// `no_store`; `validation_failed` with every wrong field; `already_listed` where the store has the item.
#[utoipa::path(post, path = "/api/v1/store/products", operation_id = "list_product", tag = "Merchant", summary = "List a product from its links",
    request_body = ListingRequest, security(("session" = [])),
    responses((status = 201, body = ProductBody, headers(("Location" = String, description = "The product"),
                                                         ("ETag" = String, description = "Its version"))),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `already_listed`, `validation_failed`, `login_required`")))]
pub async fn list(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Json(request): Json<ListingRequest>,
) -> Result<Response, Problem> {
    let store_id = own_store_id(&session)?;
    let store = with_categories(&site, store_id, request.category_id.is_some()).await?;
    let listing = request.parse(|id| store.category(id).is_some())?;
    let product_id = site.ports.id()?;
    let command = ListProduct { store_id, listing };
    let metadata = caller.metadata(session.row.user_id);
    site.products.create(&product_id.to_string(), command.into(), metadata).await?;
    let mut response = shown(&site, store_id, product_id, StatusCode::CREATED).await?;
    let location = HeaderValue::try_from(format!("/api/v1/store/products/{product_id}"));
    let location = location.map_err(|error| Problem::internal(&error))?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// Shows a product of the caller's store.
///
/// # Errors
/// `no_store`; `product_not_found`, also for another store's.
#[utoipa::path(get, path = "/api/v1/store/products/{id}", operation_id = "show_product", tag = "Merchant", summary = "A product",
    params(("id" = Uuid, Path, description = "The product")), security(("session" = [])),
    responses((status = 200, body = ProductBody, headers(("ETag" = String, description = "Its version"))),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `product_not_found`, `login_required`")))]
pub async fn show(
    State(site): State<Shared>,
    session: Session,
    Path(product_id): Path<Uuid>,
) -> Result<Response, Problem> {
    let store_id = own_store_id(&session)?;
    shown(&site, store_id, product_id, StatusCode::OK).await
}

/// Changes a product; what is left out stays.
///
/// # Errors
/// `no_store`; `validation_failed`; `product_not_found`; `not_product_owner`; `already_listed`; `version_mismatch`
/// where `If-Match` names another version.
#[utoipa::path(patch, path = "/api/v1/store/products/{id}", operation_id = "modify_product", tag = "Merchant", summary = "Change a product",
    params(("id" = Uuid, Path, description = "The product"),
           ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen")),
    request_body = ModifyRequest, security(("session" = [])),
    responses((status = 200, body = ProductBody, headers(("ETag" = String, description = "Its version"))),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `product_not_found`, `not_product_owner`, `already_listed`, `version_mismatch`, `validation_failed`, `login_required`")))]
pub async fn modify(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Path(product_id): Path<Uuid>,
    headers: HeaderMap,
    Json(request): Json<ModifyRequest>,
) -> Result<Response, Problem> {
    let store_id = own_store_id(&session)?;
    let named = request.category_id.as_ref().is_some_and(Option::is_some);
    let store = with_categories(&site, store_id, named).await?;
    let wanted = request.parse(|id| store.category(id).is_some())?;
    let asker = asker(&site, store_id, product_id, &headers).await?;
    execute(&site, &caller, &session, product_id, ModifyProduct { asker, wanted }).await?;
    shown(&site, store_id, product_id, StatusCode::OK).await
}

/// Deletes a product: it is in no answer any more, and can be restored.
///
/// # Errors
/// `no_store`; `product_not_found`; `not_product_owner`; `version_mismatch`.
#[utoipa::path(delete, path = "/api/v1/store/products/{id}", operation_id = "delete_product", tag = "Merchant", summary = "Delete a product",
    params(("id" = Uuid, Path, description = "The product"),
           ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen")),
    security(("session" = [])),
    responses((status = 200, body = DeletedBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `product_not_found`, `not_product_owner`, `version_mismatch`, `login_required`")))]
pub async fn delete(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Path(product_id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<axum::Json<DeletedBody>, Problem> {
    let store_id = own_store_id(&session)?;
    let asker = asker(&site, store_id, product_id, &headers).await?;
    execute(&site, &caller, &session, product_id, DeleteProduct { asker }).await?;
    let row = row(&site, product_id).await?;
    // Restored again already: it was deleted just before.
    let deleted_at = row.and_then(|row| row.deleted_at).unwrap_or_else(|| site.ports.now());
    Ok(axum::Json(DeletedBody { product_id, deleted_at: time(deleted_at) }))
}

/// Brings a deleted product back; one that is there stays as it is.
///
/// # Errors
/// `no_store`; `product_not_found` where there never was one; `not_product_owner`; `already_listed` where the
/// item was listed anew meanwhile; `version_mismatch`.
#[utoipa::path(post, path = "/api/v1/store/products/{id}/restore", operation_id = "restore_product", tag = "Merchant", summary = "Undo a deletion",
    params(("id" = Uuid, Path, description = "The product"),
           ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen")),
    security(("session" = [])),
    responses((status = 200, body = ProductBody, headers(("ETag" = String, description = "Its version"))),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `product_not_found`, `not_product_owner`, `already_listed`, `version_mismatch`, `login_required`")))]
pub async fn restore(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Path(product_id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let store_id = own_store_id(&session)?;
    let asker = asker(&site, store_id, product_id, &headers).await?;
    execute(&site, &caller, &session, product_id, RestoreProduct { asker }).await?;
    shown(&site, store_id, product_id, StatusCode::OK).await
}

/// Has the crawler look at a product again.
///
/// # Errors
/// `no_store`; `product_not_found`; `not_product_owner`; `version_mismatch`.
#[utoipa::path(post, path = "/api/v1/store/products/{id}/refresh", operation_id = "refresh_product", tag = "Merchant", summary = "Fetch again",
    params(("id" = Uuid, Path, description = "The product"),
           ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen")),
    security(("session" = [])),
    responses((status = 202, body = ProductBody, headers(("ETag" = String, description = "Its version"))),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `product_not_found`, `not_product_owner`, `version_mismatch`, `login_required`")))]
pub async fn refresh(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Path(product_id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let store_id = own_store_id(&session)?;
    let asker = asker(&site, store_id, product_id, &headers).await?;
    execute(&site, &caller, &session, product_id, RequestRefresh { asker }).await?;
    shown(&site, store_id, product_id, StatusCode::ACCEPTED).await
}
