//! `session_validity`: is this session the account's current one, and whose is it?

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

/// A session and the account it belongs to.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one column each")]
pub struct SessionRow {
    /// The account.
    pub user_id: Uuid,
    /// Milliseconds since the epoch, as in the cookie `login_time`.
    pub login_time: i64,
    /// When the login was recorded.
    pub logged_in_at: DateTime<Utc>,
    /// Whether a newer login took its place.
    pub superseded: bool,
    /// Whether it was logged out.
    pub ended: bool,
    /// When a request last used it, as far as it was written down.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// The name as its owner wrote it.
    pub username: String,
    /// Lower-case.
    pub email: String,
    /// Whether the owner proved to read the email.
    pub email_verified: bool,
    /// E.164.
    pub phone: String,
    /// Whether the owner proved to hold the phone.
    pub phone_verified: bool,
    /// The name under which the picture is kept.
    pub avatar: Option<String>,
    /// Roles granted.
    pub roles: Vec<String>,
    /// When the account was registered.
    pub created_at: DateTime<Utc>,
    /// The account's store, if it has opened one.
    pub store_id: Option<Uuid>,
}

/// When a session began and what became of it.
#[derive(Clone, Debug)]
pub struct SessionTimes {
    /// When the login was recorded.
    pub logged_in_at: DateTime<Utc>,
    /// When a newer login took its place.
    pub superseded_at: Option<DateTime<Utc>>,
    /// When it was ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When a request last used it, as far as it was written down.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// The sessions of an account in the last thirty days, oldest first.
///
/// # Errors
/// The database's error.
pub async fn of_user(database: impl PgExecutor<'_>, user_id: Uuid) -> Result<Vec<SessionTimes>, sqlx::Error> {
    sqlx::query_file_as!(SessionTimes, "projections/session_validity/read/of_user.sql", user_id)
        .fetch_all(database)
        .await
}

/// The session whose token has this SHA-256 digest.
///
/// # Errors
/// The database's error.
pub async fn by_digest(
    database: impl PgExecutor<'_>,
    digest: &[u8],
) -> Result<Option<SessionRow>, sqlx::Error> {
    sqlx::query_file_as!(SessionRow, "projections/session_validity/read/by_digest.sql", digest)
        .fetch_optional(database)
        .await
}
