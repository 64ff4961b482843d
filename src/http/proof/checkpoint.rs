//! B4: the signed checkpoints.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::audit::checkpoints::stored;
use crate::http::Shared;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody};

/// Which checkpoint.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckpointQuery {
    /// The one of exactly this many events.
    #[param(minimum = 0)]
    pub size: Option<u64>,
    /// One of at least so many; a new one is signed where there is none yet.
    #[param(minimum = 0)]
    pub at_least: Option<u64>,
}

/// Gives a checkpoint; without a question the newest.
///
/// # Errors
/// `not_found` for a size that was not signed, or that the log has not reached; `invalid_query`.
#[utoipa::path(get, path = "/api/v1/audit/checkpoint", operation_id = "show_checkpoint", tag = "Audit", summary = "A signed checkpoint of the log",
    params(CheckpointQuery), security(("session" = [])),
    responses((status = 200, body = String, content_type = "text/plain", description = "A C2SP signed note: origin, size, root, and a line for each signature"),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`not_found`, `invalid_query`, `forbidden`, `login_required`")))]
pub async fn show(
    State(site): State<Shared>,
    Query(query): Query<CheckpointQuery>,
) -> Result<Response, Problem> {
    let mut database = site.writes.acquire().await?;
    let found = match (query.size, query.at_least) {
        (Some(_), Some(_)) => return Err(Problem::new("invalid_query")),
        (Some(size), None) => stored::of_size(&mut database, size).await?,
        (None, at_least) => site.checkpoints.at_least(&mut database, at_least.unwrap_or(0)).await?,
    };
    let found = found.ok_or(Problem::new("not_found"))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], found.note().to_string()).into_response())
}
