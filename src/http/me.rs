//! Who am I: the account behind the session.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::avatar;
use super::captcha::time;
use super::problem::ProblemBody;
use super::session::Session;
use crate::projections::session_validity::SessionRow;

/// The account and its session.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeBody {
    /// The account's id.
    pub user_id: Uuid,
    /// The name as its owner wrote it.
    pub username: String,
    /// Lower-case.
    pub email: String,
    /// Whether the owner proved to read it.
    pub email_verified: bool,
    /// E.164.
    pub phone: String,
    /// Whether the owner proved to hold it.
    pub phone_verified: bool,
    /// Where the avatar is, if there is one.
    #[schema(required)]
    pub avatar_url: Option<String>,
    /// Roles granted.
    pub roles: Vec<String>,
    /// Milliseconds since the epoch of this session's login.
    pub login_time: i64,
    /// When the account was registered.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// The account behind the session.
#[utoipa::path(get, path = "/api/v1/me", tag = "Accounts", summary = "My account", security(("session" = [])),
    responses((status = 200, body = MeBody),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`login_required`, `session_superseded`, `session_expired`")))]
pub async fn show(session: Session) -> axum::Json<MeBody> {
    axum::Json(MeBody::from(session.row))
}

impl From<SessionRow> for MeBody {
    fn from(row: SessionRow) -> Self {
        Self {
            user_id: row.user_id,
            username: row.username,
            email: row.email,
            email_verified: row.email_verified,
            phone: row.phone,
            phone_verified: row.phone_verified,
            avatar_url: row.avatar.as_deref().map(avatar::url),
            roles: row.roles,
            login_time: row.login_time,
            created_at: time(row.created_at),
        }
    }
}
