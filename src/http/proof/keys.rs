//! B4: the keys that verify checkpoints, for everybody: `/.well-known/zhanggui-log-keys`.

use axum::extract::State;

use crate::audit::keys::{self, KeyDocument};
use crate::http::Shared;
use crate::http::problem::{Problem, ProblemBody};

/// Publishes the log's keys, the oldest first. None before the first checkpoint.
///
/// # Errors
/// The database's.
#[utoipa::path(get, path = "/.well-known/zhanggui-log-keys", operation_id = "show_log_keys", tag = "Audit", summary = "The keys that sign the log",
    responses((status = 200, body = KeyDocument),
              (status = "default", body = ProblemBody, content_type = "application/problem+json", description = "`unavailable`")))]
pub async fn show(State(site): State<Shared>) -> Result<axum::Json<KeyDocument>, Problem> {
    let mut database = site.reads.acquire().await?;
    Ok(axum::Json(KeyDocument::of(&keys::all(&mut database).await?)))
}
