//! A stream: its events, its state at any point, and what is different between two points.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::events::{EventsBody, answer};
use super::{Asker, is_name, is_time, place, reading};
use crate::audit::replay::{Difference, StateThen, Until, newest};
use crate::audit::search::{Filter, page};
use crate::http::Shared;
use crate::http::extract::{Caller, Path, Query};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::session::Session;

/// Which events of a stream.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// Only positions after this one.
    #[param(nullable = false, minimum = 0)]
    after: Option<i64>,
    /// Only positions before this one.
    #[param(nullable = false, minimum = 0)]
    before: Option<i64>,
    /// How many, 1–200, 1–100 with `reveal`; 50 unless given.
    #[param(nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `asc` (the default) or `desc`, the newest first.
    #[param(nullable = false, pattern = "^(asc|desc)$")]
    order: Option<String>,
    /// Of this type only.
    #[param(nullable = false, max_length = 200)]
    event_type: Option<String>,
    /// Whether to show personal values, which is recorded as an event on the account.
    #[serde(default)]
    #[param(default = false)]
    reveal: bool,
}

/// A point of a history: at most one of the three.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StateQuery {
    /// What was recorded up to this millisecond, and in it.
    #[param(nullable = false, value_type = String, format = DateTime)]
    at: Option<DateTime<Utc>>,
    /// What stands up to this position of the log.
    #[param(nullable = false, minimum = 0)]
    position: Option<i64>,
    /// Up to this event of the stream; 0 is before the first.
    #[param(nullable = false, minimum = 0)]
    sequence: Option<i64>,
    /// Whether to show personal values, which is recorded as an event on the account.
    #[serde(default)]
    #[param(default = false)]
    reveal: bool,
}

/// Two points of a history, each given in at most one way.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    /// The first point: the millisecond up to which it was recorded.
    #[param(nullable = false, value_type = String, format = DateTime)]
    from_at: Option<DateTime<Utc>>,
    /// The first point: a position of the log.
    #[param(nullable = false, minimum = 0)]
    from_position: Option<i64>,
    /// The first point: an event of the stream. Without a first point: before the first event.
    #[param(nullable = false, minimum = 0)]
    from_sequence: Option<i64>,
    /// The second point: the millisecond up to which it was recorded.
    #[param(nullable = false, value_type = String, format = DateTime)]
    to_at: Option<DateTime<Utc>>,
    /// The second point: a position of the log.
    #[param(nullable = false, minimum = 0)]
    to_position: Option<i64>,
    /// The second point: an event of the stream. Without a second point: the newest event.
    #[param(nullable = false, minimum = 0)]
    to_sequence: Option<i64>,
    /// Whether to show personal values, which is recorded as an event on the account.
    #[serde(default)]
    #[param(default = false)]
    reveal: bool,
}

/// The point that is given, or another where none is.
fn until(
    at: Option<DateTime<Utc>>,
    position: Option<i64>,
    sequence: Option<i64>,
    otherwise: Until,
) -> Result<Until, Problem> {
    match (at, position, sequence) {
        (None, None, None) => Ok(otherwise),
        (Some(at), None, None) if is_time(at) => Ok(Until::At(at)),
        (None, Some(position), None) if position >= 0 => Ok(Until::Position(position)),
        (None, None, Some(sequence)) if sequence >= 0 => Ok(Until::Sequence(sequence)),
        _ => Err(Problem::new("invalid_query")),
    }
}

/// A stream that there could be.
fn named(kind: &str, id: &str) -> Result<(), Problem> {
    if is_name(kind) && is_name(id) { Ok(()) } else { Err(Problem::new("not_found")) }
}

/// Gives the events of a stream.
///
/// # Errors
/// `not_found` where there is no such stream; `forbidden` without the role `auditor`; `invalid_query`.
#[utoipa::path(get, path = "/api/v1/audit/streams/{type}/{id}", operation_id = "show_stream", tag = "Audit", summary = "The events of a stream",
    params(("type" = String, Path, description = "The aggregate's type"), ("id" = String, Path, description = "The aggregate"), StreamQuery),
    security(("session" = [])),
    responses((status = 200, body = EventsBody),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`not_found`, `invalid_query`, `login_required`, `forbidden`, `cross_site_request`, `too_many_requests`")))]
pub async fn events(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    headers: HeaderMap,
    Path((kind, id)): Path<(String, String)>,
    Query(asked): Query<StreamQuery>,
) -> Result<Response, Problem> {
    named(&kind, &id)?;
    let place = place((asked.after, asked.before), asked.limit, asked.order.as_deref(), asked.reveal)?;
    if !asked.event_type.as_deref().is_none_or(is_name) {
        return Err(Problem::new("invalid_query"));
    }
    let asker = Asker { site: &site, caller: &caller, session: &session, headers: &headers };
    let revealer = asker.revealer(asked.reveal)?;
    let mut database = site.reads.acquire().await?;
    newest(&mut database, &kind, &id).await?.ok_or(Problem::new("not_found"))?;
    let filter = Filter {
        aggregate_type: Some(kind),
        aggregate_id: Some(id),
        event_type: asked.event_type,
        ..Filter::default()
    };
    let found = page(&mut database, &filter, place).await?;
    drop(database);
    answer(&site, place, found, revealer).await
}

/// Gives the state of an aggregate as it was.
///
/// # Errors
/// `not_found` where there is no such stream; `forbidden` without the role `auditor`; `invalid_query`.
#[utoipa::path(get, path = "/api/v1/audit/streams/{type}/{id}/state", operation_id = "show_state", tag = "Audit", summary = "The state at a point",
    params(("type" = String, Path, description = "The aggregate's type"), ("id" = String, Path, description = "The aggregate"), StateQuery),
    security(("session" = [])),
    responses((status = 200, body = StateThen),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`not_found`, `invalid_query`, `login_required`, `forbidden`, `cross_site_request`, `too_many_requests`")))]
pub async fn state(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    headers: HeaderMap,
    Path((kind, id)): Path<(String, String)>,
    Query(asked): Query<StateQuery>,
) -> Result<axum::Json<StateThen>, Problem> {
    named(&kind, &id)?;
    let until = until(asked.at, asked.position, asked.sequence, Until::Newest)?;
    let asker = Asker { site: &site, caller: &caller, session: &session, headers: &headers };
    let revealer = asker.revealer(asked.reveal)?;
    let state = reading(&site).state((&kind, &id), until, revealer.as_ref()).await?;
    state.map(axum::Json).ok_or(Problem::new("not_found"))
}

/// Gives what is different between two points of an aggregate's history.
///
/// # Errors
/// `not_found` where there is no such stream; `forbidden` without the role `auditor`; `invalid_query`.
#[utoipa::path(get, path = "/api/v1/audit/streams/{type}/{id}/diff", operation_id = "show_difference", tag = "Audit", summary = "What changed between two points",
    params(("type" = String, Path, description = "The aggregate's type"), ("id" = String, Path, description = "The aggregate"), DiffQuery),
    security(("session" = [])),
    responses((status = 200, body = Difference),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`not_found`, `invalid_query`, `login_required`, `forbidden`, `cross_site_request`, `too_many_requests`")))]
pub async fn diff(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    headers: HeaderMap,
    Path((kind, id)): Path<(String, String)>,
    Query(asked): Query<DiffQuery>,
) -> Result<axum::Json<Difference>, Problem> {
    named(&kind, &id)?;
    let from = until(asked.from_at, asked.from_position, asked.from_sequence, Until::Beginning)?;
    let to = until(asked.to_at, asked.to_position, asked.to_sequence, Until::Newest)?;
    let asker = Asker { site: &site, caller: &caller, session: &session, headers: &headers };
    let revealer = asker.revealer(asked.reveal)?;
    let difference = reading(&site).difference((&kind, &id), (from, to), revealer.as_ref()).await?;
    difference.map(axum::Json).ok_or(Problem::new("not_found"))
}
