//! `user_lookup`: which account has this name, email or phone?

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::account::{Email, Identifier, Phone, Username};

/// An account as others and its owner know it.
#[derive(Clone)]
pub struct Person {
    /// The account.
    pub user_id: Uuid,
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
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({})", self.user_id)
    }
}

/// The person with this account, unless forgotten.
///
/// # Errors
/// The database's error.
pub async fn by_id(database: impl PgExecutor<'_>, user_id: Uuid) -> Result<Option<Person>, sqlx::Error> {
    sqlx::query_file_as!(Person, "projections/user_lookup/read/by_id.sql", user_id)
        .fetch_optional(database)
        .await
}

/// Everybody who holds a role, by name; at most a thousand.
///
/// # Errors
/// The database's error.
pub async fn with_roles(database: impl PgExecutor<'_>) -> Result<Vec<Person>, sqlx::Error> {
    sqlx::query_file_as!(Person, "projections/user_lookup/read/with_roles.sql").fetch_all(database).await
}

/// Whether an account has this normalised name.
///
/// # Errors
/// The database's error.
pub async fn username_taken(database: impl PgExecutor<'_>, key: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_file_scalar!("projections/user_lookup/read/username_taken.sql", key).fetch_one(database).await
}

/// Whether an account has this lower-case email.
///
/// # Errors
/// The database's error.
pub async fn email_taken(database: impl PgExecutor<'_>, email: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_file_scalar!("projections/user_lookup/read/email_taken.sql", email).fetch_one(database).await
}

/// Whether an account has this E.164 phone.
///
/// # Errors
/// The database's error.
pub async fn phone_taken(database: impl PgExecutor<'_>, phone: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_file_scalar!("projections/user_lookup/read/phone_taken.sql", phone).fetch_one(database).await
}

/// The account that an identifier belongs to, read as each thing it can be: contacts before names.
///
/// # Errors
/// The database's error.
pub async fn by_identifier(
    database: impl PgExecutor<'_>,
    identifier: &Identifier,
) -> Result<Option<Uuid>, sqlx::Error> {
    let email = identifier.email.as_ref().map(Email::as_str);
    let phone = identifier.phone.as_ref().map(Phone::as_str);
    let username_key = identifier.username.as_ref().map(Username::key);
    sqlx::query_file_scalar!("projections/user_lookup/read/by_identifier.sql", email, phone, username_key)
        .fetch_optional(database)
        .await
}
