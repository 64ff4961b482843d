//! S15: log out. The cookie is cleared and useless afterwards, wherever else it may lie.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::extract::Caller;
use super::problem::{Problem, ProblemBody};
use super::session::{cookies, token_digest};
use crate::account::Logout;
use crate::projections::session_validity;

/// Logs out; without a session there is nothing to do, which is no error.
///
/// # Errors
/// `unavailable` when the session could not be ended; its cookies are kept then.
#[utoipa::path(post, path = "/api/v1/logout", tag = "Accounts", summary = "Log out",
    responses((status = 204, description = "Both cookies are cleared; also when not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json", description = "`unavailable`")))]
pub async fn logout(
    State(site): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let secure = site.settings.secure_cookies;
    if let Some(token) = cookies::read(&headers, secure).session {
        let digest = token_digest(&token);
        if let Some(session) = session_validity::by_digest(&site.reads, &digest).await? {
            let metadata = caller.metadata(session.user_id);
            let command = Logout { session_digest: hex::encode(&digest) };
            site.accounts.execute(&session.user_id.to_string(), command.into(), metadata).await?;
        }
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::clear(response.headers_mut(), secure);
    Ok(response)
}
