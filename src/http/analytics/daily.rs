//! S8, S9: registrations and active users, day by day.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{RangeQuery, answer};
use crate::analytics::tables;
use crate::http::Shared;
use crate::http::captcha::time;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody};
use crate::projections::daily_stats::{self, DayRow};
use crate::projections::position;

/// Days in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct DailyBody {
    /// The time zone whose days the open ones are.
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
    /// Every event up to this position of the log is counted, and none after it, but for what is closed.
    pub as_of_position: i64,
    /// Every day of the range that has begun.
    pub days: Vec<DayBody>,
}

/// One day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayBody {
    /// The local day.
    #[schema(format = Date)]
    pub date: String,
    /// How many registered.
    pub registrations: i64,
    /// How many came.
    pub active_users: i64,
    /// For how many of them it was the first day.
    pub new_users: i64,
    /// How many of them had come before.
    pub returning_users: i64,
    /// Different people in the 7 days that end with it.
    pub weekly_active_users: i64,
    /// Different people in the 30 days that end with it.
    pub monthly_active_users: i64,
    /// Whether the day is closed.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// 0 while it is open, 1 once closed, more when it changed all the same.
    pub revision: i64,
    /// Why it changed: `late_event` or `corrected`.
    #[schema(required)]
    pub cause: Option<String>,
    /// The time zone in which it was closed.
    #[schema(required)]
    pub timezone: Option<String>,
    /// Up to which position the closed numbers were counted.
    #[schema(required)]
    pub counted_to: Option<i64>,
    /// When it was closed or last revised.
    #[schema(required, format = DateTime)]
    pub closed_at: Option<String>,
}

impl From<DayRow> for DayBody {
    fn from(row: DayRow) -> Self {
        Self {
            date: row.date.to_string(),
            registrations: row.registrations,
            active_users: row.active_users,
            new_users: row.new_users,
            returning_users: row.returning_users,
            weekly_active_users: row.weekly_active_users,
            monthly_active_users: row.monthly_active_users,
            is_final: row.revision > 0,
            revision: row.revision,
            cause: row.cause,
            timezone: row.timezone,
            counted_to: row.counted_to,
            closed_at: row.closed_at.map(time),
        }
    }
}

/// Gives the days of a range, 30 unless it has a beginning.
///
/// # Errors
/// `invalid_query`; the database's.
#[utoipa::path(get, path = "/api/v1/analytics/daily", operation_id = "daily_statistics", tag = "Analytics", summary = "Registrations and active users by day",
    params(RangeQuery), security(("session" = [])),
    responses((status = 200, content((DailyBody = "application/json"), (String = "text/csv"))),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`invalid_query`, `forbidden`, `login_required`")))]
pub async fn show(
    State(site): State<Shared>,
    headers: HeaderMap,
    Query(asked): Query<RangeQuery>,
) -> Result<Response, Problem> {
    let asked = asked.read(&site, 30)?;
    let timezone = site.settings.calendar.timezone();
    let rows = daily_stats::days(&site.reads, asked.begun()).await?;
    let as_of_position = match rows.first() {
        Some(row) => row.as_of_position,
        None => position(&site.reads, "daily_stats").await?,
    };
    let table = tables::daily(&rows, timezone);
    let body = DailyBody {
        timezone,
        today: asked.today.to_string(),
        from: asked.from.to_string(),
        to: asked.to.to_string(),
        as_of_position,
        days: rows.into_iter().map(DayBody::from).collect(),
    };
    Ok(answer(&headers, &body, &table))
}
