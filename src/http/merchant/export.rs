//! S16: the products of a store as a file for a spreadsheet, page by page, however many there are.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use uuid::Uuid;

use super::csv::{MARK, row};
use super::list::ListQuery;
use super::own_store_id;
use crate::http::Shared;
use crate::http::captcha::time;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::session::Session;
use crate::projections::product_list::{self, Place, ProductRow};

/// How many products are read at once.
const PAGE: u16 = 500;

/// The columns, the first three as the import reads them.
const COLUMNS: [&str; 13] = [
    "taobao_url",
    "coupon_url",
    "category",
    "title",
    "price",
    "status",
    "image_url",
    "info_status",
    "info_source",
    "info_error",
    "listed_at",
    "updated_at",
    "product_id",
];

/// Gives the list as a file. A change meanwhile is seen or not, but no product that stays is left out or told twice.
///
/// # Errors
/// `no_store`; `invalid_query`. Where the database fails later, the file ends unfinished.
#[utoipa::path(get, path = "/api/v1/store/products.csv", operation_id = "export_products", tag = "Merchant", summary = "My products as a file",
    params(ListQuery), security(("session" = [])),
    responses((status = 200, body = String, content_type = "text/csv", headers(("Content-Disposition" = String, description = "A file to keep"))),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `invalid_query`, `login_required`")))]
pub async fn products(
    State(site): State<Shared>,
    session: Session,
    Query(asked): Query<ListQuery>,
) -> Result<Response, Problem> {
    let store_id = own_store_id(&session)?;
    let query = asked.of(store_id).filter(|_| asked.is_whole()).ok_or(Problem::new("invalid_query"))?;
    let categories = product_list::categories(&site.reads, store_id).await?;
    let names: HashMap<Uuid, String> =
        categories.into_iter().map(|category| (category.category_id, category.name)).collect();
    let head = MARK.to_owned() + &row(COLUMNS);
    let begin = (site, query, names, Some(Next { head, after: None }));
    let pages = stream::try_unfold(begin, async |(site, query, names, next)| {
        let Some(Next { head, after }) = next else { return Ok::<_, sqlx::Error>(None) };
        let page = product_list::list(&site.reads, &query, after.as_ref(), PAGE).await?;
        let lines: String = page.products.iter().map(|product| line(product, &names)).collect();
        let next = page.next.map(|place| Next { head: String::new(), after: Some(place) });
        Ok(Some((head + &lines, (site, query, names, next))))
    });
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8");
    let file = (header::CONTENT_DISPOSITION, "attachment; filename=\"products.csv\"");
    Ok(([kind, file], Body::from_stream(pages)).into_response())
}

/// What comes next of the file.
struct Next {
    head: String,
    after: Option<Place>,
}

fn line(product: &ProductRow, names: &HashMap<Uuid, String>) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let category = product.category_id.and_then(|id| names.get(&id)).cloned().unwrap_or_default();
    let cells = [
        product.taobao_url.clone(),
        product.coupon_url.clone(),
        category,
        text(&product.title),
        text(&product.price),
        product.status.clone(),
        text(&product.image_url),
        product.info_status.clone(),
        text(&product.info_source),
        text(&product.info_error),
        time(product.listed_at),
        time(product.updated_at),
        product.product_id.to_string(),
    ];
    row(cells.iter().map(String::as_str))
}
