//! B6: who came back: weekly cohorts of those who registered.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{RangeQuery, answer};
use crate::analytics::tables;
use crate::calendar::week;
use crate::http::Shared;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody};
use crate::projections::daily_stats::{self, CohortRow};
use crate::projections::position;

/// Cohorts in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionBody {
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
    /// One for every week that has a day in the range and has begun.
    pub cohorts: Vec<CohortBody>,
}

/// Those who registered in one week.
#[derive(Debug, Serialize, ToSchema)]
pub struct CohortBody {
    /// Its Monday.
    #[schema(format = Date)]
    pub week: String,
    /// How many registered.
    pub registrations: i64,
    /// The weeks since, that of the registration first.
    pub weeks: Vec<WeekBody>,
}

/// How many of them came in one week.
#[derive(Debug, Serialize, ToSchema)]
pub struct WeekBody {
    /// How many weeks after that of the registration.
    pub week: i32,
    /// How many came.
    pub people: i64,
    /// Whether that week is over.
    pub complete: bool,
}

/// Gives the cohorts of a range, of twelve weeks unless it has a beginning.
///
/// # Errors
/// `invalid_query`; the database's.
#[utoipa::path(get, path = "/api/v1/analytics/retention", operation_id = "retention", tag = "Analytics", summary = "Weekly retention cohorts",
    params(RangeQuery), security(("session" = [])),
    responses((status = 200, content((RetentionBody = "application/json"), (String = "text/csv"))),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`invalid_query`, `forbidden`, `login_required`")))]
pub async fn show(
    State(site): State<Shared>,
    headers: HeaderMap,
    Query(asked): Query<RangeQuery>,
) -> Result<Response, Problem> {
    let asked = asked.read(&site, 84)?;
    let timezone = site.settings.calendar.timezone();
    let this_week = week(asked.today);
    let weeks = (week(asked.from), week(asked.to).min(this_week));
    let rows = daily_stats::retention(&site.reads, weeks, this_week).await?;
    let as_of_position = match rows.first() {
        Some(row) => row.as_of_position,
        None => position(&site.reads, "daily_stats").await?,
    };
    let table = tables::retention(&rows, this_week, timezone);
    let is_complete = |row: &CohortRow| tables::week_of(row) < this_week;
    let cohorts = rows.chunk_by(|one, other| one.cohort == other.cohort).filter_map(|rows| {
        let first = rows.first()?;
        let weeks = rows
            .iter()
            .map(|row| WeekBody { week: row.week, people: row.people, complete: is_complete(row) })
            .collect();
        Some(CohortBody { week: first.cohort.to_string(), registrations: first.registrations, weeks })
    });
    let body = RetentionBody {
        timezone,
        today: asked.today.to_string(),
        from: asked.from.to_string(),
        to: asked.to.to_string(),
        as_of_position,
        cohorts: cohorts.collect(),
    };
    Ok(answer(&headers, &body, &table))
}
