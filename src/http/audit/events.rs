//! Finding events, a page at a time or all of them as lines; one event and what it is linked with.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use futures_util::stream::try_unfold;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Asker, RevealQuery, is_name, is_outage, is_time, place, reading};
use crate::audit::AuditError;
use crate::audit::aggregates::AGGREGATES;
use crate::audit::event::ShownEvent;
use crate::audit::links::Linked;
use crate::audit::search::{self, Filter, Found, Place};
use crate::http::Shared;
use crate::http::extract::{Caller, Path, Query};
use crate::http::limits::Limited;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::session::Session;

/// Until where a stream of lines goes.
const UNTIL: HeaderName = HeaderName::from_static("x-audit-until");
/// The media type of lines of JSON.
const LINES: &str = "application/x-ndjson";

/// Which events, from where on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Only positions after this one.
    #[param(nullable = false, minimum = 0)]
    after: Option<i64>,
    /// Only positions before this one.
    #[param(nullable = false, minimum = 0)]
    before: Option<i64>,
    /// How many, 1–200, 1–100 with `reveal`; 50 unless given. Of lines any number, and all unless given.
    #[param(nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `asc` (the default) or `desc`, the newest first.
    #[param(nullable = false, pattern = "^(asc|desc)$")]
    order: Option<String>,
    /// Of streams of this type: `account`, `store`, `product` …
    #[param(nullable = false, max_length = 200)]
    aggregate_type: Option<String>,
    /// Of the streams with this id. Ids are random, so that there is one; of two types there could be two.
    #[param(nullable = false, max_length = 200)]
    aggregate_id: Option<String>,
    /// Of this type, for example `account.registered`.
    #[param(nullable = false, max_length = 200)]
    event_type: Option<String>,
    /// Caused by this account.
    #[param(nullable = false, max_length = 200)]
    actor_id: Option<String>,
    /// Belonging to this, from the first cause on.
    #[param(nullable = false, max_length = 200)]
    correlation_id: Option<String>,
    /// Caused by the event with this `event_id`.
    #[param(nullable = false, max_length = 200)]
    causation_id: Option<String>,
    /// Caused by this HTTP request.
    #[param(nullable = false, max_length = 200)]
    request_id: Option<String>,
    /// Recorded then or later.
    #[param(nullable = false, value_type = String, format = DateTime)]
    from: Option<DateTime<Utc>>,
    /// Recorded before.
    #[param(nullable = false, value_type = String, format = DateTime)]
    to: Option<DateTime<Utc>>,
    /// Whether to show personal values, which is recorded as an event on each account concerned.
    #[serde(default)]
    #[param(default = false)]
    reveal: bool,
}

impl EventsQuery {
    /// What is searched for, if it can be.
    fn filter(&self) -> Result<Filter, Problem> {
        let filter = Filter {
            aggregate_type: self.aggregate_type.clone(),
            aggregate_id: self.aggregate_id.clone(),
            event_type: self.event_type.clone(),
            actor_id: self.actor_id.clone(),
            correlation_id: self.correlation_id.clone(),
            causation_id: self.causation_id.clone(),
            request_id: self.request_id.clone(),
            from: self.from,
            to: self.to,
        };
        let texts = [
            &self.aggregate_type,
            &self.aggregate_id,
            &self.event_type,
            &self.actor_id,
            &self.correlation_id,
            &self.causation_id,
            &self.request_id,
        ];
        let are_names = texts.into_iter().flatten().all(|text| is_name(text));
        let are_times = [self.from, self.to].into_iter().flatten().all(is_time);
        if are_names && are_times { Ok(filter) } else { Err(Problem::new("invalid_query")) }
    }
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventsBody {
    /// The events, in the order that was asked for. There may be fewer than `limit`, even none, and still more to come.
    pub events: Vec<ShownEvent>,
    /// In ascending order: what to ask `after` for the next page; null when there is nothing more now.
    #[schema(required)]
    pub next_after: Option<i64>,
    /// In descending order: what to ask `before` for the next page; null when there is nothing more.
    #[schema(required)]
    pub next_before: Option<i64>,
    /// The newest position of the log.
    pub head: i64,
}

/// Gives the events that were found, opened where somebody looks.
pub(super) async fn answer(
    site: &Shared,
    place: Place,
    found: Found,
    revealer: Option<crate::audit::reveal::Revealer<'_>>,
) -> Result<Response, Problem> {
    let events = reading(site).shown(found.events, revealer.as_ref()).await?;
    let (next_after, next_before) = if place.newest_first { (None, found.next) } else { (found.next, None) };
    Ok(axum::Json(EventsBody { events, next_after, next_before, head: found.head }).into_response())
}

/// Finds events.
///
/// # Errors
/// `forbidden` without the role `auditor`; `invalid_query`; `too_many_requests`; `overloaded` while others are sent lines.
/// Where the database fails later, the lines end in the middle.
#[utoipa::path(get, path = "/api/v1/audit/events", operation_id = "find_events", tag = "Audit", summary = "Find events",
    params(EventsQuery), security(("session" = [])),
    responses((status = 200, description = "A page; with `Accept: application/x-ndjson` all of them, an event a line", content(
                  (EventsBody = "application/json"), (String = "application/x-ndjson")),
               headers(("X-Audit-Until" = i64, description = "Of lines: the position where they end"))),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`invalid_query`, `login_required`, `forbidden`, `cross_site_request`, `too_many_requests`, `overloaded`")))]
pub async fn find(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    headers: HeaderMap,
    Query(asked): Query<EventsQuery>,
) -> Result<Response, Problem> {
    let filter = asked.filter()?;
    if wants_lines(&headers) {
        return lines(&site, &caller, &asked, filter).await;
    }
    let place = place((asked.after, asked.before), asked.limit, asked.order.as_deref(), asked.reveal)?;
    let asker = Asker { site: &site, caller: &caller, session: &session, headers: &headers };
    let revealer = asker.revealer(asked.reveal)?;
    let found = search::page(&mut *site.reads.acquire().await?, &filter, place).await?;
    let mut response = answer(&site, place, found, revealer).await?;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// Whether lines are asked for.
fn wants_lines(headers: &HeaderMap) -> bool {
    let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    ranges
        .flat_map(|line| line.split(','))
        .any(|range| range.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(LINES)))
}

/// All that fits, up to where the log ends now.
async fn lines(
    site: &Shared,
    caller: &Caller,
    asked: &EventsQuery,
    filter: Filter,
) -> Result<Response, Problem> {
    let place = place((asked.after, asked.before), None, asked.order.as_deref(), false)?;
    let limit = asked.limit.unwrap_or(i64::MAX);
    if place.newest_first || asked.reveal || limit < 1 {
        return Err(Problem::new("invalid_query"));
    }
    site.limits.take(Limited::Export, caller.address)?;
    let permit = Arc::clone(&site.audit_streams).try_acquire_owned().map_err(|_| Problem::overloaded())?;
    let head: i64 =
        sqlx::query_scalar("SELECT position FROM log_head WHERE log = 0").fetch_one(&site.reads).await?;
    let place = Place { before: place.before.min(head + 1), limit, ..place };
    let lines = reading(site).lines(filter, place).inspect_err(|error| {
        if is_outage(error) {
            tracing::warn!(%error, "a stream of events broke off");
        } else {
            tracing::error!(%error, "a stream of events broke off");
        }
    });
    // The place is kept until the last line is sent, or whoever asked has gone.
    let lines = try_unfold((Box::pin(lines), permit), async |(mut lines, permit)| {
        Ok::<_, AuditError>(lines.try_next().await?.map(|line| (line, (lines, permit))))
    });
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(LINES));
    let vary = (header::VARY, HeaderValue::from_static("accept"));
    let until = (UNTIL, HeaderValue::from((place.before - 1).max(0)));
    Ok(([kind, vary, until], Body::from_stream(lines)).into_response())
}

/// Shows one event, what caused it, what it caused, and what else belongs to the same first cause.
///
/// # Errors
/// `not_found` where the log has no such position; `forbidden` without the role `auditor`; `invalid_query`.
#[utoipa::path(get, path = "/api/v1/audit/events/{position}", operation_id = "show_event", tag = "Audit", summary = "An event and what it is linked with",
    params(("position" = i64, Path, description = "Place in the log"), RevealQuery), security(("session" = [])),
    responses((status = 200, body = Linked),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`not_found`, `invalid_query`, `login_required`, `forbidden`, `cross_site_request`, `too_many_requests`")))]
pub async fn show(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    headers: HeaderMap,
    Path(position): Path<i64>,
    Query(asked): Query<RevealQuery>,
) -> Result<axum::Json<Linked>, Problem> {
    let asker = Asker { site: &site, caller: &caller, session: &session, headers: &headers };
    let revealer = asker.revealer(asked.reveal)?;
    let linked = reading(&site).linked(position, revealer.as_ref()).await?;
    linked.map(axum::Json).ok_or(Problem::new("not_found"))
}

/// What there is to choose from.
#[derive(Debug, Serialize, ToSchema)]
pub struct TypesBody {
    /// Every aggregate that can be replayed, by name.
    pub aggregates: Vec<AggregateTypes>,
}

/// An aggregate and what happened to any of its kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct AggregateTypes {
    /// The aggregate's type.
    pub aggregate_type: &'static str,
    /// The types of its events that are in the log, by name.
    pub event_types: Vec<String>,
}

/// Lists the types of aggregates and of events in the log.
///
/// # Errors
/// `forbidden` without the role `auditor`; the database's.
#[utoipa::path(get, path = "/api/v1/audit/types", operation_id = "list_event_types", tag = "Audit", summary = "Types of aggregates and events",
    security(("session" = [])),
    responses((status = 200, body = TypesBody),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`login_required`, `forbidden`")))]
pub async fn types(State(site): State<Shared>) -> Result<axum::Json<TypesBody>, Problem> {
    let names = search::types(&mut *site.reads.acquire().await?).await?;
    let mut aggregates: Vec<_> = AGGREGATES
        .iter()
        .map(|known| {
            let prefix = format!("{}.", known.aggregate_type);
            let event_types = names.iter().filter(|name| name.starts_with(&prefix)).cloned().collect();
            AggregateTypes { aggregate_type: known.aggregate_type, event_types }
        })
        .collect();
    aggregates.sort_by_key(|aggregate| aggregate.aggregate_type);
    Ok(axum::Json(TypesBody { aggregates }))
}
