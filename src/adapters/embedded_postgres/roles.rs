//! Who may do what in a database of ours.
//!
//! Two roles, so that the running service cannot change the log even if it is taken over:
//! `zhanggui_owner` owns the database and migrates it, `zhanggui_app` is what the service works
//! as. Neither may make roles or databases.

use sqlx::{ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};

/// The role that owns the database and migrates it.
pub const OWNER_ROLE: &str = "zhanggui_owner";
/// The role that the running service works as.
pub const APP_ROLE: &str = "zhanggui_app";

/// Whoever holds this is making a database; any number will do.
const CREATION_LOCK: i64 = 0x7a68_616e_6767_7569;

/// Makes both roles unless they exist; safe to be called from many processes at once.
///
/// # Errors
/// Those of the connection.
pub async fn create_roles(superuser: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = connect(superuser).await?;
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
    let mut connection = connect(superuser).await?;
    // Until the connection is closed: of two processes that come at once, one waits.
    let turn = sqlx::query("SELECT pg_advisory_lock($1)").bind(CREATION_LOCK);
    turn.execute(&mut connection).await?;
    let exists = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)");
    if !exists.bind(name).fetch_one(&mut connection).await? {
        let create = format!("CREATE DATABASE {} OWNER {OWNER_ROLE}", quote(name));
        sqlx::raw_sql(&create).execute(&mut connection).await?;
    }
    admit(&mut connection, name).await?;
    connection.close().await?;
    let mut inside = connect(&superuser.clone().database(name)).await?;
    // Before version 15 everybody may make tables in the schema `public`.
    // Version 14 gives that schema to the superuser, later ones to the database's owner.
    let public =
        format!("REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT ALL ON SCHEMA public TO {OWNER_ROLE}");
    sqlx::raw_sql(&public).execute(&mut inside).await?;
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

/// Making a database may take a second on a busy disk, which is no news.
async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    PgConnection::connect_with(&options.clone().disable_statement_logging()).await
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
