//! S3: open an account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Shared;
use super::extract::{Caller, Json};
use super::idempotency::Concerns;
use super::limits::Limited;
use super::problem::{Problem, ProblemBody};
use crate::account::commands::{RegisterRequest, Registration};
use crate::account::{AccountError, Identity, Register, TakenField};
use crate::projections::user_lookup;

/// The new account.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredBody {
    /// Its id.
    pub user_id: Uuid,
    /// The name as its owner wrote it.
    pub username: String,
}

/// Opens an account.
///
/// # Errors
/// `validation_failed` with every wrong field, `already_taken` with every taken one, `captcha_failed`.
#[utoipa::path(post, path = "/api/v1/register", tag = "Accounts", summary = "Open an account", request_body = RegisterRequest,
    responses((status = 201, body = RegisteredBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`malformed_request`, `captcha_failed`, `already_taken`, `validation_failed`, `too_many_requests`, `overloaded`")))]
pub async fn register(
    State(site): State<Shared>,
    caller: Caller,
    Json(request): Json<RegisterRequest>,
) -> Result<Response, Problem> {
    site.limits.take(Limited::Register, caller.address)?;
    let registration = request.parse()?;
    // The claims decide in the end; asking first spares the person a captcha and the server a hash.
    let taken = taken_fields(&site, &registration.identity).await?;
    if !taken.is_empty() {
        return Err(AccountError::AlreadyTaken(taken).into());
    }
    if !site.captchas.check(&site.writes, &registration.captcha_id, &registration.captcha_answer).await? {
        return Err(Problem::new("captcha_failed"));
    }
    let username = registration.identity.username.as_str().to_owned();
    let captcha_id = registration.captcha_id.clone();
    let user_id = site.ports.id()?;
    if let Err(problem) = open_account(&site, registration, user_id, caller).await {
        // Only where nothing was recorded for sure: an overload is told before anything is tried.
        if problem.code == "overloaded" {
            site.captchas.give_back(&site.writes, &captcha_id).await?;
        }
        return Err(problem);
    }
    let mut response =
        (StatusCode::CREATED, axum::Json(RegisteredBody { user_id, username })).into_response();
    response.extensions_mut().insert(Concerns(user_id));
    Ok(response)
}

async fn open_account(
    site: &Shared,
    registration: Registration,
    user_id: Uuid,
    caller: Caller,
) -> Result<(), Problem> {
    let password_hash = site.hasher.hash(&registration.password).await?;
    let metadata = caller.metadata(user_id);
    let today = site.settings.calendar.date(site.ports.now());
    let command = Register::new(registration.identity, password_hash).on(today);
    site.accounts.create(&user_id.to_string(), command.into(), metadata).await?;
    Ok(())
}

async fn taken_fields(site: &Shared, identity: &Identity) -> Result<Vec<TakenField>, sqlx::Error> {
    let found = [
        (TakenField::Username, user_lookup::username_taken(&site.reads, identity.username.key()).await?),
        (TakenField::Email, user_lookup::email_taken(&site.reads, identity.email.as_str()).await?),
        (TakenField::Phone, user_lookup::phone_taken(&site.reads, identity.phone.as_str()).await?),
    ];
    Ok(found.into_iter().filter_map(|(field, taken)| taken.then_some(field)).collect())
}
