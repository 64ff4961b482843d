//! S12: change the password by a code, go on with a new session, and end every other one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::extract::{Caller, Json};
use super::limits::Limited;
use super::problem::{Problem, ProblemBody};
use super::session::{Session, cookies, new_token, token_digest};
use super::verifications::right_code;
use crate::account::commands::ChangePasswordRequest;
use crate::account::{AccountEvent, ChangePassword};

/// Changes the password.
///
/// # Errors
/// As for confirming a code; and `validation_failed` for a password that is not good enough.
#[utoipa::path(put, path = "/api/v1/me/password", operation_id = "change_password", tag = "Accounts", summary = "Change the password",
    request_body = ChangePasswordRequest, security(("session" = [])),
    responses((status = 204, description = "The session is renewed: both cookies are set anew, and any other session ends"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`wrong_code`, `code_expired`, `too_many_attempts`, `not_found`, `validation_failed`, `overloaded`, `login_required`")))]
pub async fn change(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Json(request): Json<ChangePasswordRequest>,
) -> Result<Response, Problem> {
    site.limits.take(Limited::Confirm, caller.address)?;
    let (verification_id, code, password) = request.parse()?;
    let user_id = session.row.user_id;
    let token = new_token(&site.ports)?;
    let command = ChangePassword {
        verification_id,
        code,
        password,
        session_digest: hex::encode(token_digest(&token)),
        now: site.ports.now(),
        user_agent: caller.user_agent.clone(),
    };
    let events =
        site.accounts.execute(&user_id.to_string(), command.into(), caller.metadata(user_id)).await?;
    right_code(&events)?;
    let login_time = events.iter().find_map(|event| match event {
        AccountEvent::LoggedIn { login_time, .. } => Some(*login_time),
        _ => None,
    });
    let login_time = login_time.ok_or_else(|| Problem::internal(&"a changed password made no session"))?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let lifetime = site.settings.session_absolute;
    cookies::set(response.headers_mut(), site.settings.secure_cookies, &token, login_time, lifetime);
    Ok(response)
}
