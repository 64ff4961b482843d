//! S13: a forgotten password. What is answered, and when, is the same for a name that belongs to nobody.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cqrs_es::AggregateError;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Shared;
use super::even::evenly;
use super::extract::{Caller, Json, Path};
use super::limits::Limited;
use super::login::unknown_name;
use super::problem::{Problem, ProblemBody};
use super::verifications::{carried, times};
use crate::account::commands::{ResetAttempt, ResetPasswordRequest, ResetRequest};
use crate::account::{
    AccountCommand, AccountError, AccountEvent, Channel, Code, Identifier, Password, RequestPasswordReset,
    ResetPassword,
};
use crate::adapters::password_resets::{Admitted, Tried};
use crate::projections::user_lookup;

/// How often a command that lost against others is tried again, each time with its own few tries.
const MOST_ROUNDS: u32 = 20;

/// A reset that was begun, if the name belongs to somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResetBody {
    /// By which the reset is spoken of.
    pub reset_id: Uuid,
    /// How the code goes.
    pub channel: Channel,
    /// From when on the code is worth nothing.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// From when on another one may be asked for.
    #[schema(format = DateTime)]
    pub resend_after: String,
    /// The code itself; in development only, and for nobody's name one that opens nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<String>,
}

/// Has a code sent to the contact of the account one names.
///
/// # Errors
/// `captcha_failed`, `validation_failed`; `resend_too_soon` and `too_many_attempts` by the name and channel, whether
/// or not there is such an account; `too_many_requests` by address.
#[utoipa::path(post, path = "/api/v1/password-resets", operation_id = "request_password_reset", tag = "Accounts", summary = "I forgot my password",
    request_body = ResetRequest,
    responses((status = 202, body = ResetBody, description = "The same for a name that belongs to nobody"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`captcha_failed`, `validation_failed`, `resend_too_soon`, `too_many_attempts`, `too_many_requests`")))]
pub async fn request(
    State(site): State<Shared>,
    caller: Caller,
    Json(request): Json<ResetRequest>,
) -> Result<Response, Problem> {
    site.limits.take(Limited::Reset, caller.address)?;
    let attempt = request.parse()?;
    carried(&site, attempt.channel)?;
    if !site.captchas.check(&site.writes, &attempt.captcha_id, &attempt.captcha_answer).await? {
        return Err(Problem::new("captcha_failed"));
    }
    evenly(begin(&site, &caller, attempt)).await
}

async fn begin(site: &Shared, caller: &Caller, attempt: ResetAttempt) -> Result<Response, Problem> {
    let ResetAttempt { identifier, channel, .. } = attempt;
    let (reset_id, now) = (site.ports.id()?, site.ports.now());
    let read = Identifier::parse(&identifier);
    // By the name, not by the account: two names of one account must look like two people's.
    let digest = site.resets.digest(&unknown_name(&identifier, &read), channel);
    match site.resets.begin(&site.writes, reset_id, &digest, now).await? {
        Admitted::Yes => {}
        Admitted::TooSoon(wait) => return Err(Problem::later("resend_too_soon", wait)),
        Admitted::TooMany(wait) => return Err(Problem::later("too_many_attempts", wait)),
    }
    let code = Code::from_random(site.ports.random()?);
    let disclosed = site.settings.disclose_codes.then(|| code.as_str().to_owned());
    let account = user_lookup::by_identifier(&site.reads, &read).await?;
    let sent = match account {
        Some(user_id) => {
            let command = RequestPasswordReset { reset_id, channel, code, now };
            match until_decided(site, caller, user_id, command.into()).await {
                Ok(_) => Some(user_id),
                // Whoever asks must not learn what else the account was sent, nor that it has just gone.
                Err(AggregateError::UserError(
                    AccountError::ResendTooSoon { .. }
                    | AccountError::TooManySends { .. }
                    | AccountError::NotRegistered,
                )) => None,
                Err(error) => return Err(error.into()),
            }
        }
        None => None,
    };
    site.resets.belongs_to(&site.writes, reset_id, sent).await?;
    let (expires_at, resend_after) = times(now);
    let body = ResetBody { reset_id, channel, expires_at, resend_after, code: disclosed };
    Ok((StatusCode::ACCEPTED, axum::Json(body)).into_response())
}

/// Chooses another password by the code that was sent.
///
/// # Errors
/// `wrong_code` with the tries left, `code_expired`, `too_many_attempts`, `not_found`, `validation_failed`.
#[utoipa::path(post, path = "/api/v1/password-resets/{id}/confirm", operation_id = "confirm_password_reset", tag = "Accounts", summary = "Choose another password",
    params(("id" = Uuid, Path, description = "`reset_id`")), request_body = ResetPasswordRequest,
    responses((status = 204, description = "Every session of the account has ended"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`wrong_code`, `code_expired`, `too_many_attempts`, `not_found`, `validation_failed`, `too_many_requests`, `overloaded`")))]
pub async fn confirm(
    State(site): State<Shared>,
    caller: Caller,
    Path(reset_id): Path<Uuid>,
    Json(request): Json<ResetPasswordRequest>,
) -> Result<StatusCode, Problem> {
    site.limits.take(Limited::Confirm, caller.address)?;
    let (code, password) = request.parse()?;
    evenly(reset(&site, &caller, reset_id, code, password)).await
}

/// Runs a command until it is decided: that it lost against others of the same account (`conflict`) could happen to
/// nobody's name, and must not be told. Tries are few, so that it does not lose for long.
async fn until_decided(
    site: &Shared,
    caller: &Caller,
    user_id: Uuid,
    command: AccountCommand,
) -> Result<Vec<AccountEvent>, AggregateError<AccountError>> {
    let mut rounds = 0;
    loop {
        let executed =
            site.accounts.execute(&user_id.to_string(), command.clone(), caller.metadata(None)).await;
        match executed {
            Err(AggregateError::AggregateConflict) if rounds < MOST_ROUNDS => rounds += 1,
            decided => return decided,
        }
    }
}

async fn reset(
    site: &Shared,
    caller: &Caller,
    reset_id: Uuid,
    code: Code,
    password: Password,
) -> Result<StatusCode, Problem> {
    let now = site.ports.now();
    let (user_id, remaining) = match site.resets.try_once(&site.writes, reset_id, now).await? {
        Tried::Counted { user_id, remaining } => (user_id, remaining),
        Tried::Expired => return Err(Problem::new("code_expired")),
        Tried::TooMany(wait) => return Err(Problem::later("too_many_attempts", wait)),
        Tried::Unknown => return Err(Problem::new("not_found")),
    };
    let Some(user_id) = user_id else {
        site.accounts.look_nowhere().await?;
        return Err(Problem::wrong_code(remaining));
    };
    let command = ResetPassword { reset_id, code, password, now };
    match until_decided(site, caller, user_id, command.into()).await {
        Ok(events) if AccountEvent::tries_left(&events).is_none() => {
            site.resets.done(&site.writes, reset_id, now).await?;
            // Whoever proved to be the owner need not wait because somebody guessed.
            site.attempts.clear(&site.writes, &format!("account {user_id}")).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        // Whatever else is wrong with the code (replaced by another name's, tried out) reads like nobody's.
        Ok(_)
        | Err(AggregateError::UserError(
            AccountError::CodeExpired
            | AccountError::TooManyTries { .. }
            | AccountError::UnknownVerification
            | AccountError::NotRegistered,
        )) => Err(Problem::wrong_code(remaining)),
        Err(error) => {
            site.resets.take_back(&site.writes, reset_id).await?;
            Err(error.into())
        }
    }
}
