//! B5: take everything along, and be forgotten.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Shared;
use super::captcha::time;
use super::extract::{Caller, Json};
use super::limits::Limited;
use super::me::MeBody;
use super::merchant::taken::{self, ExportedStore};
use super::problem::{Problem, ProblemBody};
use super::session::{Session, cookies};
use crate::account::EraseAccount;
use crate::account::commands::EraseRequest;
use crate::adapters::login_attempts::Standing;
use crate::eventstore::feed;
use crate::projections::session_validity;

/// Everything that is held about the person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportBody {
    /// When this was put together.
    #[schema(format = DateTime)]
    pub exported_at: String,
    /// The account as it is now.
    pub account: MeBody,
    /// Its sessions of the last thirty days.
    pub sessions: Vec<ExportedSession>,
    /// Everything that happened, from the log. Passwords' hashes and codes are null.
    pub events: Vec<ExportedEvent>,
    /// The store, if there is one.
    #[schema(required)]
    pub store: Option<ExportedStore>,
}

/// One session.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedSession {
    /// When it began.
    #[schema(format = DateTime)]
    pub logged_in_at: String,
    /// When it was last used, as far as that was written down.
    #[schema(required)]
    pub last_seen_at: Option<String>,
    /// When a newer one took its place.
    #[schema(required)]
    pub superseded_at: Option<String>,
    /// When it was ended.
    #[schema(required)]
    pub ended_at: Option<String>,
}

/// One event of the account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedEvent {
    /// Place in the log.
    pub position: i64,
    /// When it was recorded.
    #[schema(format = DateTime)]
    pub recorded_at: String,
    /// Place in the account's own history.
    pub sequence: i64,
    /// What happened.
    pub event_type: String,
    /// The version of that name's shape.
    pub event_version: String,
    /// The facts, opened.
    #[schema(value_type = Object)]
    pub payload: Value,
    /// Who did it and in which request.
    #[schema(value_type = Object)]
    pub metadata: Value,
}

/// Gives everything that is held about the person.
///
/// # Errors
/// `too_many_requests`; the database's.
#[utoipa::path(get, path = "/api/v1/me/export", operation_id = "export_account", tag = "Accounts", summary = "Everything about me", security(("session" = [])),
    responses((status = 200, body = ExportBody, headers(("Content-Disposition" = String, description = "A file to keep"))),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`login_required`, `too_many_requests`")))]
pub async fn export(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
) -> Result<Response, Problem> {
    site.limits.take(Limited::Export, caller.address)?;
    let user_id = session.row.user_id;
    let mut database = site.reads.acquire().await?;
    let events = feed::stream(&mut database, "account", &user_id.to_string()).await?;
    let events = feed::open(&mut database, &site.sealer, &site.upcasters, events).await?;
    let sessions = session_validity::of_user(&mut *database, user_id).await?;
    let store = taken::store(&mut database, user_id).await?;
    drop(database);
    let store_id = store.as_ref().map(|store| store.store_id);
    let body = ExportBody {
        exported_at: time(site.ports.now()),
        account: MeBody::from(session.row),
        sessions: sessions
            .into_iter()
            .map(|row| ExportedSession {
                logged_in_at: time(row.logged_in_at),
                last_seen_at: row.last_seen_at.map(time),
                superseded_at: row.superseded_at.map(time),
                ended_at: row.ended_at.map(time),
            })
            .collect(),
        events: events
            .into_iter()
            .map(|event| ExportedEvent {
                position: event.position,
                recorded_at: time(event.recorded_at),
                sequence: event.sequence,
                event_type: event.event_type,
                event_version: event.event_version,
                payload: event.payload,
                metadata: own(event.metadata, user_id),
            })
            .collect(),
        store,
    };
    let json = serde_json::to_string(&body).map_err(|error| Problem::internal(&error))?;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (kind, taken::with_products(&site, store_id, json)).into_response();
    let file = HeaderValue::from_static("attachment; filename=\"zhanggui-export.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, file);
    Ok(response)
}

/// The metadata without whoever else acted (an admin who granted a role): that is about somebody else.
fn own(mut metadata: Value, user_id: Uuid) -> Value {
    let is_own = metadata.get("actor_id").is_none_or(|actor| *actor == user_id.to_string());
    if let (false, Value::Object(fields)) = (is_own, &mut metadata) {
        fields.remove("actor_id");
    }
    metadata
}

/// Erases the account.
///
/// # Errors
/// `invalid_credentials` for a wrong password, which counts as one at logging in; `too_many_attempts`.
#[utoipa::path(delete, path = "/api/v1/me", operation_id = "erase_account", tag = "Accounts", summary = "Forget me", request_body = EraseRequest,
    security(("session" = [])),
    responses((status = 204, description = "The account is erased; both cookies are cleared"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`invalid_credentials`, `validation_failed`, `too_many_attempts`, `overloaded`, `login_required`")))]
pub async fn erase(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Json(request): Json<EraseRequest>,
) -> Result<Response, Problem> {
    site.limits.take(Limited::Login, caller.address)?;
    let password = request.parse()?;
    let user_id = session.row.user_id;
    let (counted, now) = (format!("account {user_id}"), site.ports.now());
    // Whoever has the session must not get more guesses at the password than whoever has not. A captcha proves
    // nothing here that the session does not.
    match site.attempts.begin(&site.writes, &counted, now, true).await? {
        Standing::Free => {}
        Standing::WaitUntil(until) => {
            return Err(Problem::later("too_many_attempts", (until - now).to_std().unwrap_or_default()));
        }
        // It was not counted: somebody else was quicker, whose attempt has just been taken back.
        Standing::NeedsCaptcha => return Err(Problem::later("too_many_attempts", Duration::from_secs(1))),
    }
    let command = EraseAccount { password };
    let erased = site.accounts.execute(&user_id.to_string(), command.into(), caller.metadata(user_id)).await;
    super::login::decided(&site, &counted, erased).await?;
    site.attempts.clear(&site.writes, &counted).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::clear(response.headers_mut(), site.settings.secure_cookies);
    Ok(response)
}
