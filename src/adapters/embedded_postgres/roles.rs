//! Who may do what in a database of ours.
//!
//! Two roles, so that the running service cannot change the log even if it is taken over:
//! `zhanggui_owner` owns the database and migrates it, `zhanggui_app` is what the service works
//! as. Neither may make roles or databases.

use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};

/// The role that owns the database and migrates it.
pub const OWNER_ROLE: &str = "zhanggui_owner";
/// The role that the running service works as.
pub const APP_ROLE: &str = "zhanggui_app";

/// Makes both roles unless they exist; safe to be called from many processes at once.
///
/// # Errors
/// Those of the connection.
pub async fn create_roles(superuser: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(superuser).await?;
    for role in [OWNER_ROLE, APP_ROLE] {
        let create = format!(
            "DO $$ BEGIN
                 IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                     CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
                 END IF;
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
             END $$"
        );
        sqlx::raw_sql(&create).execute(&mut connection).await?;
    }
    connection.close().await
}

/// Makes the database `name`, owned by [`OWNER_ROLE`], unless it exists, and sets who may enter.
///
/// # Errors
/// Those of the connection.
pub async fn create_database(superuser: &PgConnectOptions, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(superuser).await?;
    let quoted = quote(name);
    let exists = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)");
    if !exists.bind(name).fetch_one(&mut connection).await? {
        let create = format!("CREATE DATABASE {quoted} OWNER {OWNER_ROLE}");
        let made = sqlx::raw_sql(&create).execute(&mut connection).await;
        let made_by_another = |error: &sqlx::Error| {
            error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("42P04"))
        };
        if let Err(error) = made
            && !made_by_another(&error)
        {
            return Err(error);
        }
    }
    admit(&mut connection, name).await?;
    connection.close().await?;
    let mut inside = PgConnection::connect_with(&superuser.clone().database(name)).await?;
    // Before version 15 everybody may make tables in the schema `public`.
    sqlx::raw_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC").execute(&mut inside).await?;
    inside.close().await
}

/// Closes a database to everybody but our two roles. Not copied from a template, hence on its own.
///
/// # Errors
/// Those of the connection.
pub async fn admit(superuser: &mut PgConnection, database: &str) -> Result<(), sqlx::Error> {
    let quoted = quote(database);
    let grants = format!(
        "REVOKE ALL ON DATABASE {quoted} FROM PUBLIC;
         GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {quoted} TO {APP_ROLE}"
    );
    sqlx::raw_sql(&grants).execute(superuser).await?;
    Ok(())
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
