//! S18 in bulk: products listed from the lines of a file. Each line has its own result; a bad one stops no other.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::header;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::csv::{Row, Rows};
use super::{own_store_id, told};
use crate::fields::text::folded;
use crate::fields::{FieldCode, FieldError};
use crate::http::Shared;
use crate::http::extract::Caller;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::session::Session;
use crate::http::words::Language;
use crate::merchant::product::ListProduct;
use crate::merchant::product::commands::{ListingRequest, NewListing};
use crate::projections::product_list;

/// Where files come in. Large ones come slowly, and each line of one is an append: it has a time of its own.
pub const PATH: &str = "/api/v1/store/products/import";
/// How many files an instance works on at a time: each holds up to [`LARGEST`] bytes.
pub const AT_A_TIME: usize = 4;
/// The most bytes of a file.
pub const LARGEST: usize = 5 * 1024 * 1024;
/// The most lines of a file, besides its head.
const MOST_LINES: usize = 10_000;
/// How many lines are recorded at once: enough to share the database's flushes.
const AT_ONCE: usize = 32;

/// What became of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportBody {
    /// How many products were listed.
    pub listed: usize,
    /// The lines that were not, in their order.
    pub errors: Vec<LineError>,
}

/// Why a line was not listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineError {
    /// The line of the file on which it begins, from 1.
    pub line: usize,
    /// A field's code or a problem's.
    pub code: &'static str,
    /// The same in the reader's language, after the name of the field.
    pub message: String,
}

/// Which column is which.
struct Columns {
    taobao_url: usize,
    coupon_url: usize,
    category: Option<usize>,
}

impl Columns {
    fn of(head: &Row) -> Option<Self> {
        let cells = head.cells.as_ref()?;
        let find = |name| cells.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
        Some(Self {
            taobao_url: find("taobao_url")?,
            coupon_url: find("coupon_url")?,
            category: find("category"),
        })
    }
}

/// Lists products from a file whose first line names its columns: `taobao_url`, `coupon_url` and, if wanted,
/// `category` by its name. Other columns are passed over, so what was exported can be imported.
///
/// # Errors
/// `no_store`; `unsupported_media_type`; `too_large` above 5 MiB or 10,000 lines; `malformed_request` without the columns;
/// `unavailable` where the file does not arrive within a minute; `overloaded` where others are at it already.
#[utoipa::path(post, path = "/api/v1/store/products/import", operation_id = "import_products", tag = "Merchant", summary = "List products from a file",
    request_body(content = String, content_type = "text/csv", description = "`taobao_url,coupon_url,category`; UTF-8 or GBK; at most 10,000 lines and 5 MiB"),
    security(("session" = [])),
    responses((status = 200, body = ImportBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `malformed_request`, `too_large`, `unsupported_media_type`, `overloaded`, `unavailable`, `login_required`")))]
pub async fn products(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    request: Request,
) -> Result<axum::Json<ImportBody>, Problem> {
    let store_id = own_store_id(&session)?;
    let spoken = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::preferred(spoken);
    let file = received(&site, request).await?;
    // Only now, since somebody else's file may take its time to arrive.
    let _turn = site.imports.try_acquire().map_err(|_| Problem::overloaded())?;
    let mut rows = Rows::of(file);
    let columns = rows.next().and_then(|head| Columns::of(&head)).ok_or(Problem::new("malformed_request"))?;
    if rows.clone().nth(MOST_LINES).is_some() {
        return Err(Problem::new("too_large"));
    }
    let categories = product_list::categories(&site.reads, store_id).await?;
    let categories: HashMap<_, _> =
        categories.into_iter().map(|category| (folded(&category.name), category.category_id)).collect();
    let (site, caller, session, columns, categories) = (&site, &caller, &session, &columns, &categories);
    let results = stream::iter(rows).map(async |row| {
        let listed = match listing(&row, columns, categories) {
            Ok(listing) => list(site, caller, session, store_id, listing).await,
            Err(errors) => Err(errors.into()),
        };
        let refused = listed.err()?;
        let (code, message) = told(&refused, language);
        Some(LineError { line: row.line, code, message })
    });
    let results: Vec<_> = results.buffered(AT_ONCE).collect().await;
    let all = results.len();
    let errors: Vec<_> = results.into_iter().flatten().collect();
    Ok(axum::Json(ImportBody { listed: all - errors.len(), errors }))
}

/// The file, once all of it is here.
async fn received(site: &Shared, request: Request) -> Result<Bytes, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    if !kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("text/csv") {
        return Err(Problem::new("unsupported_media_type"));
    }
    Bytes::from_request(request, site).await.map_err(|rejection| match rejection.status().as_u16() {
        413 => Problem::new("too_large"),
        // It came too slowly, or broke off: nothing is wrong with the file.
        _ => Problem::unavailable(),
    })
}

/// What a row wants listed.
fn listing(
    row: &Row,
    columns: &Columns,
    categories: &HashMap<String, Uuid>,
) -> Result<NewListing, Vec<FieldError>> {
    let unreadable = || vec![FieldError { field: "line", code: FieldCode::InvalidFormat }];
    let cells = row.cells.as_ref().ok_or_else(unreadable)?;
    let cell = |column: usize| cells.get(column).map(|cell| cell.trim().to_owned());
    let named = columns.category.and_then(cell).filter(|name| !name.is_empty());
    // The nil id is nobody's: a name that there is not is told as one.
    let category_id =
        named.map(|name| categories.get(&folded(&name)).copied().unwrap_or_default().to_string());
    let request = ListingRequest {
        taobao_url: cell(columns.taobao_url),
        coupon_url: cell(columns.coupon_url),
        category_id,
    };
    request.parse(|id| !id.is_nil())
}

async fn list(
    site: &Shared,
    caller: &Caller,
    session: &Session,
    store_id: Uuid,
    listing: NewListing,
) -> Result<(), Problem> {
    let product_id = site.ports.id()?;
    let command = ListProduct { store_id, listing };
    let metadata = caller.metadata(session.row.user_id);
    site.products.create(&product_id.to_string(), command.into(), metadata).await?;
    Ok(())
}
