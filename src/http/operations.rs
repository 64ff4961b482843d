//! For those who run it: is it alive, is it ready, what does it measure, what does it offer.

use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::openapi::document;
use super::problem::{Problem, ProblemBody};
use crate::projections::engine::ReadModel;
use crate::projections::standing::{self, Standing};

/// The state of the process.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthBody {
    /// Always `ok`.
    #[schema(value_type = String)]
    pub status: &'static str,
}

/// The state of what the process needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadyBody {
    /// `ready`, or `degraded` while a read model that no request waits for has stopped or is far behind; what is
    /// not ready answers 503.
    #[schema(value_type = String)]
    pub status: &'static str,
    /// The position of the newest event.
    pub position: i64,
    /// Those that have stopped or are far behind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub read_models: Vec<BehindBody>,
}

/// A read model that does not show what it should.
#[derive(Debug, Serialize, ToSchema)]
pub struct BehindBody {
    /// Its name.
    pub name: String,
    /// The last position that it shows.
    pub position: i64,
    /// How many events of the log it does not show.
    pub lag: i64,
    /// The position of the event that it has stopped at; the log says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stopped_at: Option<i64>,
}

/// How far behind the log a read model that catches up may be before it counts as degraded.
const FAR_BEHIND: i64 = 10_000;

/// Alive.
#[utoipa::path(get, path = "/healthz", tag = "Operations", summary = "Is the process alive?", responses((status = 200, body = HealthBody)))]
pub async fn healthz() -> axum::Json<HealthBody> {
    axum::Json(HealthBody { status: "ok" })
}

/// Ready to serve: the database answers, and every read model is of this program's SQL.
///
/// One that catches up answers nobody who waits: when it has stopped or is far behind, on every instance alike,
/// taking them all out of service would make it worse. It is told here, and measured.
///
/// # Errors
/// `unavailable`.
#[utoipa::path(get, path = "/readyz", tag = "Operations", summary = "Is the service ready?",
    responses((status = 200, body = ReadyBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json", description = "`unavailable`")))]
pub async fn readyz(State(site): State<Shared>) -> Result<axum::Json<ReadyBody>, Problem> {
    let ask = async {
        let models = ReadModel::all().map_err(|error| Problem::internal(&error))?;
        let mut standings = standing::list(&site.reads, &models).await?;
        standings.retain(|standing| standing.is_ours);
        if let Some(missing) = standings.iter().find(|standing| !standing.is_built) {
            tracing::warn!(read_model = missing.name, "is not built from the SQL that this program carries");
            return Err(Problem::unavailable());
        }
        Ok(standings)
    };
    // Whatever is the matter (the log tells), it is not ready.
    let asked = tokio::time::timeout(Duration::from_secs(2), ask).await;
    let standings = asked.ok().and_then(Result::ok).ok_or(Problem::unavailable())?;
    let position = standings.first().map_or(0, |standing| standing.head);
    let read_models: Vec<_> = standings.into_iter().filter_map(behind).collect();
    let status = if read_models.is_empty() { "ready" } else { "degraded" };
    Ok(axum::Json(ReadyBody { status, position, read_models }))
}

fn behind(standing: Standing) -> Option<BehindBody> {
    let lag = standing.lag();
    let Standing { name, position, stopped_at, .. } = standing;
    (stopped_at.is_some() || lag > FAR_BEHIND).then_some(BehindBody { name, position, lag, stopped_at })
}

/// What is measured, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "Operations", summary = "Metrics in the Prometheus text format",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn metrics(State(site): State<Shared>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], site.metrics.render()).into_response()
}

/// What the service offers, as OpenAPI 3.1.
#[utoipa::path(get, path = "/openapi.json", tag = "Operations", summary = "This document",
    responses((status = 200, body = serde_json::Value)))]
pub async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document().to_json().unwrap_or_default()).into_response()
}
