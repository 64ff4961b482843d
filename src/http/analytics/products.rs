//! B6: what becomes of products: listed, fetched or failed, deleted; day by day.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{RangeQuery, answer};
use crate::analytics::tables::{self, funnel_bounds, milliseconds};
use crate::calendar::days;
use crate::http::Shared;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody};
use crate::projections::position;
use crate::projections::product_funnel::{self, FunnelRow};

/// Days in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunnelBody {
    /// The time zone whose days they are.
    pub timezone: &'static str,
    /// The open day.
    #[schema(format = Date)]
    pub today: String,
    /// The first day asked for.
    #[schema(format = Date)]
    pub from: String,
    /// The last day asked for.
    #[schema(format = Date)]
    pub to: String,
    /// Every event up to this position of the log is counted, and none after it.
    pub as_of_position: i64,
    /// Every day of the range that has begun.
    pub days: Vec<FunnelDay>,
    /// All of these days together.
    pub total: FunnelNumbers,
}

/// One day.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunnelDay {
    /// The local day.
    #[schema(format = Date)]
    pub date: String,
    /// What happened on it.
    #[serde(flatten)]
    pub numbers: FunnelNumbers,
}

/// What happened, and what became of what was listed.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct FunnelNumbers {
    /// How many products were listed.
    pub listed: i64,
    /// How many were fetched for the first time, whenever they were listed.
    pub fetched: i64,
    /// How many could not be fetched for the first time, whenever they were listed.
    pub failed: i64,
    /// How often one was deleted.
    pub deleted: i64,
    /// How often one was restored.
    pub restored: i64,
    /// What has become, until now, of those that were listed.
    pub of_listed: OfListed,
    /// From listing to the first fetch, of those listed that were fetched.
    #[schema(required)]
    pub median_seconds_to_fetch: Option<f64>,
}

/// What has become of products. Fetched, failed and pending together are all of them.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct OfListed {
    /// Fetched at least once.
    pub fetched: i64,
    /// Tried, and never fetched.
    pub failed: i64,
    /// Neither.
    pub pending: i64,
    /// Deleted now, whatever else became of them.
    pub deleted: i64,
}

impl From<&FunnelRow> for FunnelNumbers {
    fn from(row: &FunnelRow) -> Self {
        Self {
            listed: row.listed,
            fetched: row.fetched,
            failed: row.failed,
            deleted: row.deleted,
            restored: row.restored,
            of_listed: OfListed {
                fetched: row.of_listed_fetched,
                failed: row.of_listed_failed,
                pending: row.of_listed_pending,
                deleted: row.of_listed_deleted,
            },
            median_seconds_to_fetch: row.median_seconds_to_fetch.map(milliseconds),
        }
    }
}

/// Gives the days of a range, 30 unless it has a beginning.
///
/// # Errors
/// `invalid_query`; the database's.
#[utoipa::path(get, path = "/api/v1/analytics/products", operation_id = "product_funnel", tag = "Analytics", summary = "What becomes of products by day",
    params(RangeQuery), security(("session" = [])),
    responses((status = 200, content((FunnelBody = "application/json"), (String = "text/csv"))),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`invalid_query`, `forbidden`, `login_required`")))]
pub async fn show(
    State(site): State<Shared>,
    headers: HeaderMap,
    Query(asked): Query<RangeQuery>,
) -> Result<Response, Problem> {
    let asked = asked.read(&site, 30)?;
    let calendar = site.settings.calendar;
    let begun = asked.begun();
    let bounds = funnel_bounds(calendar, begun);
    let rows =
        if bounds.is_empty() { Vec::new() } else { product_funnel::days(&site.reads, &bounds).await? };
    let as_of_position = match rows.first() {
        Some(row) => row.as_of_position,
        None => position(&site.reads, "product_funnel").await?,
    };
    let of_days = rows.get(1..).unwrap_or_default();
    let table = tables::products(of_days, begun, calendar.timezone());
    let body = FunnelBody {
        timezone: calendar.timezone(),
        today: asked.today.to_string(),
        from: asked.from.to_string(),
        to: asked.to.to_string(),
        as_of_position,
        days: days(begun)
            .zip(of_days)
            .map(|(date, row)| FunnelDay { date: date.to_string(), numbers: row.into() })
            .collect(),
        total: rows.first().map(FunnelNumbers::from).unwrap_or_default(),
    };
    Ok(answer(&headers, &body, &table))
}
