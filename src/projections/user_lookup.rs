//! `user_lookup`: which account has this name, email or phone?

use sqlx::PgExecutor;
use uuid::Uuid;

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
    email: Option<&str>,
    phone: Option<&str>,
    username_key: Option<&str>,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_file_scalar!("projections/user_lookup/read/by_identifier.sql", email, phone, username_key)
        .fetch_optional(database)
        .await
}
