//! S4, S5, S7: log in, get the two cookies, and end whatever session the account had before.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Shared;
use super::extract::{Caller, Json};
use super::idempotency::Concerns;
use super::limits::Limited;
use super::problem::{Problem, ProblemBody};
use super::session::{cookies, new_token, token_digest};
use crate::account::commands::{LoginAttempt, LoginRequest};
use crate::account::{Identifier, Login};
use crate::adapters::login_attempts::Standing;
use crate::projections::{session_validity, user_lookup};

/// The new session.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedInBody {
    /// The account.
    pub user_id: Uuid,
    /// The name as its owner wrote it.
    pub username: String,
    /// Milliseconds since the epoch, as in the cookie `login_time`.
    pub login_time: i64,
}

/// Logs in.
///
/// # Errors
/// `invalid_credentials`, the same and after the same work for an unknown name and a wrong password;
/// `captcha_required`, `captcha_failed`, `too_many_attempts`, `validation_failed`.
#[utoipa::path(post, path = "/api/v1/login", tag = "Accounts", summary = "Log in", request_body = LoginRequest,
    responses((status = 200, body = LoggedInBody, headers(("Set-Cookie" = String, description = "`session` and `login_time`"))),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`malformed_request`, `invalid_credentials`, `captcha_required`, `captcha_failed`, `validation_failed`, `too_many_attempts`, `too_many_requests`, `overloaded`")))]
pub async fn login(
    State(site): State<Shared>,
    caller: Caller,
    Json(request): Json<LoginRequest>,
) -> Result<Response, Problem> {
    site.limits.take(Limited::Login, caller.address)?;
    let attempt = request.parse()?;
    let identifier = Identifier::parse(&attempt.identifier);
    let account = user_lookup::by_identifier(&site.reads, &identifier).await?;
    // An account is counted by its id, so that its three identifiers share one count.
    let counted =
        account.map_or_else(|| unknown_name(&attempt.identifier, &identifier), |id| format!("account {id}"));
    admit(&site, &counted, &attempt).await?;
    let Some(account) = account else {
        // Nobody's name: the same work as for a wrong password, and the same answer.
        decided(&site, &counted, site.accounts.look_nowhere().await).await?;
        decided(&site, &counted, site.hasher.verify(None, &attempt.password).await).await?;
        return Err(Problem::new("invalid_credentials"));
    };
    let token = new_token(&site.ports)?;
    let digest = token_digest(&token);
    let command = Login {
        password: attempt.password,
        session_digest: hex::encode(&digest),
        now: site.ports.now(),
        user_agent: caller.user_agent.clone(),
    };
    let metadata = caller.metadata(account);
    let executed = site.accounts.execute(&account.to_string(), command.into(), metadata).await;
    decided(&site, &counted, executed).await?;
    site.attempts.clear(&site.writes, &counted).await?;
    let session = session_validity::by_digest(&site.reads, &digest).await?;
    let session = session.ok_or_else(|| Problem::internal(&"a new session is not in its read model"))?;
    let body =
        LoggedInBody { user_id: session.user_id, username: session.username, login_time: session.login_time };
    let mut response = axum::Json(body).into_response();
    let lifetime = site.settings.session_absolute;
    cookies::set(response.headers_mut(), site.settings.secure_cookies, &token, session.login_time, lifetime);
    response.extensions_mut().insert(Concerns(session.user_id));
    Ok(response)
}

/// What an unknown name is counted under: its reading as a name, an email or a phone, else the text itself.
pub(super) fn unknown_name(typed: &str, identifier: &Identifier) -> String {
    let text = typed.chars().take(256).collect::<String>().to_lowercase();
    identifier
        .readings()
        .next()
        .map_or_else(|| format!("text {text}"), |(kind, value)| format!("{kind} {value}"))
}

/// Passes on how a login was decided; one that was not (too busy, no database) is not counted.
pub(super) async fn decided<T, E: Into<Problem>>(
    site: &Shared,
    counted: &str,
    result: Result<T, E>,
) -> Result<T, Problem> {
    match result.map_err(Into::into) {
        Err(problem) if problem.code != "invalid_credentials" => {
            if let Err(error) = site.attempts.take_back(&site.writes, counted).await {
                tracing::warn!(%error, "an attempt could not be taken back");
            }
            Err(problem)
        }
        result => result,
    }
}

/// Counts the attempt, and refuses it while its name is locked or lacks the captcha it needs.
async fn admit(site: &Shared, counted: &str, attempt: &LoginAttempt) -> Result<(), Problem> {
    let now = site.ports.now();
    let standing = site.attempts.standing(&site.reads, counted, now).await?;
    let solved = match (standing, &attempt.captcha) {
        (Standing::NeedsCaptcha, Some((id, answer))) => {
            if !site.captchas.check(&site.writes, id, answer).await? {
                return Err(Problem::new("captcha_failed"));
            }
            true
        }
        (Standing::Free | Standing::NeedsCaptcha | Standing::WaitUntil(_), _) => false,
    };
    match site.attempts.begin(&site.writes, counted, now, solved).await? {
        Standing::Free => Ok(()),
        Standing::NeedsCaptcha => Err(Problem::new("captcha_required")),
        Standing::WaitUntil(until) => {
            Err(Problem::later("too_many_attempts", (until - now).to_std().unwrap_or_default()))
        }
    }
}
