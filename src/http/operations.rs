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
use crate::projections::rebuild::is_current;

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
    /// Always `ready`; what is not ready answers 503.
    #[schema(value_type = String)]
    pub status: &'static str,
    /// The position of the newest event.
    pub position: i64,
}

/// Alive.
#[utoipa::path(get, path = "/healthz", tag = "Operations", summary = "Is the process alive?", responses((status = 200, body = HealthBody)))]
pub async fn healthz() -> axum::Json<HealthBody> {
    axum::Json(HealthBody { status: "ok" })
}

/// Ready to serve: the database answers, and every read model is of this program's SQL.
///
/// # Errors
/// `unavailable`.
#[utoipa::path(get, path = "/readyz", tag = "Operations", summary = "Is the service ready?",
    responses((status = 200, body = ReadyBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json", description = "`unavailable`")))]
pub async fn readyz(State(site): State<Shared>) -> Result<axum::Json<ReadyBody>, Problem> {
    let ask = async {
        let mut connection = site.reads.acquire().await?;
        for model in ReadModel::all().map_err(|error| Problem::internal(&error))? {
            if !is_current(&mut connection, &model).await? {
                tracing::warn!(read_model = model.name, "was built from other SQL than this program carries");
                return Err(Problem::unavailable());
            }
        }
        let head = sqlx::query_scalar("SELECT position FROM log_head WHERE log = 0")
            .fetch_one(&mut *connection)
            .await?;
        Ok::<i64, Problem>(head)
    };
    // Whatever is the matter (the log tells), it is not ready.
    let asked = tokio::time::timeout(Duration::from_secs(2), ask).await;
    let position = asked.ok().and_then(Result::ok).ok_or(Problem::unavailable())?;
    Ok(axum::Json(ReadyBody { status: "ready", position }))
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
