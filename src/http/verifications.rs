//! S10, S11: have a code sent to one's own email or phone, and prove that it arrived.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Shared;
use super::captcha::time;
use super::extract::{Caller, Json, Path};
use super::limits::Limited;
use super::problem::{Problem, ProblemBody, WrongField};
use super::session::Session;
use crate::account::codes::{LIFETIME, RESEND_AFTER};
use crate::account::commands::{ConfirmRequest, VerificationRequest};
use crate::account::{AccountEvent, Channel, Code, ConfirmVerification, RequestVerification};

/// A code that is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationBody {
    /// By which the code is spoken of.
    pub verification_id: Uuid,
    /// How it goes.
    pub channel: Channel,
    /// Where it goes, its middle hidden.
    pub destination: String,
    /// From when on it is worth nothing.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// From when on another one may be asked for.
    #[schema(format = DateTime)]
    pub resend_after: String,
    /// The code itself; in development only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<String>,
}

/// A contact that counts as the owner's now.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerifiedBody {
    /// Which of the two contacts.
    pub channel: Channel,
    /// Always true.
    pub verified: bool,
}

/// Until when a code asked for now is good, and from when on there may be another.
pub(super) fn times(now: DateTime<Utc>) -> (String, String) {
    (time(now + LIFETIME), time(now + RESEND_AFTER))
}

/// Refuses a channel that this installation has nobody to carry by.
pub(super) fn carried(site: &Shared, channel: Channel) -> Result<(), Problem> {
    if site.carried.contains(&channel) {
        return Ok(());
    }
    Err(Problem::fields("validation_failed", vec![WrongField { field: "channel", code: "unknown" }]))
}

/// Has a code sent.
///
/// # Errors
/// `validation_failed`; `resend_too_soon` within a minute of the last one, `too_many_attempts` after ten in a
/// day, both by channel.
#[utoipa::path(post, path = "/api/v1/me/verifications", operation_id = "request_verification", tag = "Accounts", summary = "Have a code sent",
    request_body = VerificationRequest, security(("session" = [])),
    responses((status = 202, body = VerificationBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`validation_failed`, `resend_too_soon`, `too_many_attempts`, `login_required`")))]
pub async fn request(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Json(request): Json<VerificationRequest>,
) -> Result<Response, Problem> {
    site.limits.take(Limited::Code, caller.address)?;
    let (channel, purpose) = request.parse()?;
    carried(&site, channel)?;
    let user_id = session.row.user_id;
    let (verification_id, now) = (site.ports.id()?, site.ports.now());
    let code = Code::from_random(site.ports.random()?);
    let disclosed = site.settings.disclose_codes.then(|| code.as_str().to_owned());
    let command = RequestVerification { verification_id, channel, purpose, code, now };
    site.accounts.execute(&user_id.to_string(), command.into(), caller.metadata(user_id)).await?;
    let contact = match channel {
        Channel::Email => &session.row.email,
        Channel::Sms => &session.row.phone,
    };
    let (expires_at, resend_after) = times(now);
    let destination = channel.mask(contact);
    let body =
        VerificationBody { verification_id, channel, destination, expires_at, resend_after, code: disclosed };
    Ok((StatusCode::ACCEPTED, axum::Json(body)).into_response())
}

/// Proves that the code arrived.
///
/// # Errors
/// `wrong_code` with the tries left; `code_expired` for an old, used or replaced one; `too_many_attempts` after
/// five wrong ones; `not_found` for an id that was not given out lately or for another purpose.
#[utoipa::path(post, path = "/api/v1/me/verifications/{id}/confirm", operation_id = "confirm_verification", tag = "Accounts", summary = "Verify a contact",
    params(("id" = Uuid, Path, description = "`verification_id`")), request_body = ConfirmRequest, security(("session" = [])),
    responses((status = 200, body = VerifiedBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`wrong_code`, `code_expired`, `too_many_attempts`, `not_found`, `validation_failed`, `login_required`")))]
pub async fn confirm(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Path(verification_id): Path<Uuid>,
    Json(request): Json<ConfirmRequest>,
) -> Result<axum::Json<VerifiedBody>, Problem> {
    site.limits.take(Limited::Confirm, caller.address)?;
    let code = request.parse()?;
    let user_id = session.row.user_id;
    let command = ConfirmVerification { verification_id, code, now: site.ports.now() };
    let events =
        site.accounts.execute(&user_id.to_string(), command.into(), caller.metadata(user_id)).await?;
    right_code(&events)?;
    let channel = events.iter().find_map(|event| match event {
        AccountEvent::ContactVerified { channel, .. } => Some(*channel),
        _ => None,
    });
    let channel = channel.ok_or_else(|| Problem::internal(&"a confirmed code verified nothing"))?;
    Ok(axum::Json(VerifiedBody { channel, verified: true }))
}

/// Tells that a code was wrong, where the events say so.
pub(super) fn right_code(events: &[AccountEvent]) -> Result<(), Problem> {
    AccountEvent::tries_left(events).map_or(Ok(()), |remaining| Err(Problem::wrong_code(remaining)))
}
