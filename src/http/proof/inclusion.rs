//! B4: the proof that an event is in the log.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{as_text, in_hex};
use crate::audit::proofs::prove_inclusion;
use crate::http::Shared;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody};

/// Which event, in which tree.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InclusionQuery {
    /// The event's place in the log.
    #[param(minimum = 1)]
    pub position: u64,
    /// How many events the tree has; the newest checkpoint's unless given.
    #[param(minimum = 1)]
    pub size: Option<u64>,
}

/// The proof, with all that is needed to check it.
#[derive(Debug, Serialize, ToSchema)]
pub struct InclusionBody {
    /// The event's place in the log, from 1 on.
    pub position: u64,
    /// Its leaf in the tree, from 0 on.
    pub index: u64,
    /// How many events the tree has.
    pub size: u64,
    /// The event's canonical JSON, sealed: the bytes that the leaf covers.
    pub event: String,
    /// SHA-256 of a zero byte and those bytes.
    pub leaf_hash: String,
    /// What leads from the leaf to the root (RFC 9162, 2.1.3).
    pub hashes: Vec<String>,
    /// The root.
    pub root_hash: String,
    /// The signed checkpoint of this size, if there is one.
    #[schema(required)]
    pub checkpoint: Option<String>,
}

/// Proves that an event is in the log.
///
/// # Errors
/// `not_found` for an event or a size that the log does not have; `invalid_query`.
#[utoipa::path(get, path = "/api/v1/audit/proofs/inclusion", operation_id = "prove_inclusion", tag = "Audit", summary = "That an event is in the log",
    params(InclusionQuery), security(("session" = [])),
    responses((status = 200, body = InclusionBody),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`not_found`, `invalid_query`, `forbidden`, `login_required`")))]
pub async fn show(
    State(site): State<Shared>,
    Query(query): Query<InclusionQuery>,
) -> Result<axum::Json<InclusionBody>, Problem> {
    let InclusionQuery { position, size } = query;
    if position == 0 || size.is_some_and(|size| size < position) {
        return Err(Problem::new("invalid_query"));
    }
    let mut database = site.writes.acquire().await?;
    let size = if let Some(size) = size {
        size
    } else {
        let newest = site.checkpoints.at_least(&mut database, position).await?;
        newest.ok_or(Problem::new("not_found"))?.checkpoint.size
    };
    let proof = prove_inclusion(&mut database, position, size).await?.ok_or(Problem::new("not_found"))?;
    Ok(axum::Json(InclusionBody {
        position,
        index: position - 1,
        size,
        checkpoint: as_text(proof.checkpoint.as_ref()),
        leaf_hash: hex::encode(proof.leaf),
        hashes: in_hex(&proof.hashes),
        root_hash: hex::encode(proof.root),
        event: proof.event,
    }))
}
