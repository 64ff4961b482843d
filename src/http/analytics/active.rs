//! B6: how many people came on a day, and in the week and the month that end with it.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{answer, date, today};
use crate::analytics::tables;
use crate::http::Shared;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody};
use crate::projections::daily_stats;

/// On which day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AtQuery {
    /// The local day; today unless given, and none to come.
    #[param(nullable = false, format = "date")]
    at: Option<String>,
}

/// Active people.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActiveBody {
    /// The time zone whose day it is: of a closed one that in which it was closed.
    pub timezone: String,
    /// The open day.
    #[schema(format = Date)]
    pub today: String,
    /// The day asked for.
    #[schema(format = Date)]
    pub at: String,
    /// Every event up to this position of the log is counted, and none after it, but for what is closed.
    pub as_of_position: i64,
    /// How many came on the day.
    pub dau: i64,
    /// Different people in the 7 days that end with it.
    pub wau: i64,
    /// Different people in the 30 days that end with it.
    pub mau: i64,
    /// For how many it was the first day.
    pub new_users: i64,
    /// How many had come before.
    pub returning_users: i64,
    /// Whether the day is closed.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// 0 while it is open, 1 once closed, more when it changed all the same.
    pub revision: i64,
    /// Up to which position the closed day was counted: `dau` is of then, the other numbers are of `as_of_position`.
    #[schema(required)]
    pub counted_to: Option<i64>,
}

/// Gives the numbers of a day.
///
/// # Errors
/// `invalid_query`; the database's.
#[utoipa::path(get, path = "/api/v1/analytics/active", operation_id = "active_users", tag = "Analytics", summary = "Daily, weekly and monthly active users",
    params(AtQuery), security(("session" = [])),
    responses((status = 200, content((ActiveBody = "application/json"), (String = "text/csv"))),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`invalid_query`, `forbidden`, `login_required`")))]
pub async fn show(
    State(site): State<Shared>,
    headers: HeaderMap,
    Query(asked): Query<AtQuery>,
) -> Result<Response, Problem> {
    let today = today(&site);
    let at = asked.at.as_deref().map(date).transpose()?.unwrap_or(today);
    let rows = daily_stats::days(&site.reads, (at, at.min(today))).await?;
    let row = rows.first().ok_or(Problem::new("invalid_query"))?;
    let timezone = row.timezone.as_deref().unwrap_or(site.settings.calendar.timezone());
    let body = ActiveBody {
        timezone: timezone.to_owned(),
        today: today.to_string(),
        at: at.to_string(),
        as_of_position: row.as_of_position,
        dau: row.active_users,
        wau: row.weekly_active_users,
        mau: row.monthly_active_users,
        new_users: row.new_users,
        returning_users: row.returning_users,
        is_final: row.revision > 0,
        revision: row.revision,
        counted_to: row.counted_to,
    };
    Ok(answer(&headers, &body, &tables::active(row, timezone)))
}
