//! B4: the proof that the log was only added to.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{as_text, in_hex};
use crate::audit::proofs::prove_consistency;
use crate::http::Shared;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody};

/// Between which sizes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsistencyQuery {
    /// How many events the shorter log has.
    #[param(minimum = 0)]
    pub from: u64,
    /// How many the longer has.
    #[param(minimum = 0)]
    pub to: u64,
}

/// The proof, with all that is needed to check it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsistencyBody {
    /// How many events the shorter log has.
    pub from: u64,
    /// How many the longer has.
    pub to: u64,
    /// The root of the shorter.
    pub from_root_hash: String,
    /// The root of the longer.
    pub to_root_hash: String,
    /// What leads to both (RFC 9162, 2.1.4).
    pub hashes: Vec<String>,
    /// The signed checkpoint of the shorter, if there is one.
    #[schema(required)]
    pub from_checkpoint: Option<String>,
    /// The signed checkpoint of the longer, if there is one.
    #[schema(required)]
    pub to_checkpoint: Option<String>,
}

/// Proves that the longer log begins with the shorter.
///
/// # Errors
/// `not_found` for a size that the log has not reached; `invalid_query`.
#[utoipa::path(get, path = "/api/v1/audit/proofs/consistency", operation_id = "prove_consistency", tag = "Audit", summary = "That the log was only added to",
    params(ConsistencyQuery), security(("session" = [])),
    responses((status = 200, body = ConsistencyBody),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`not_found`, `invalid_query`, `forbidden`, `login_required`")))]
pub async fn show(
    State(site): State<Shared>,
    Query(query): Query<ConsistencyQuery>,
) -> Result<axum::Json<ConsistencyBody>, Problem> {
    let ConsistencyQuery { from, to } = query;
    if from > to {
        return Err(Problem::new("invalid_query"));
    }
    let mut database = site.reads.acquire().await?;
    let proof = prove_consistency(&mut database, from, to).await?.ok_or(Problem::new("not_found"))?;
    Ok(axum::Json(ConsistencyBody {
        from,
        to,
        from_root_hash: hex::encode(proof.from_root),
        to_root_hash: hex::encode(proof.to_root),
        hashes: in_hex(&proof.hashes),
        from_checkpoint: as_text(proof.from_checkpoint.as_ref()),
        to_checkpoint: as_text(proof.to_checkpoint.as_ref()),
    }))
}
