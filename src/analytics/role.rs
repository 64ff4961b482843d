//! The role of analysts in the database: it logs in, reads the views of the schema `analytics_v1`, and nothing else.
//!
//! A role can lift every setting made for it, `statement_timeout` too, so only two things count: what it is granted,
//! and the [`watch`] that every instance keeps, which ends its queries after a while. To end them the service's
//! role is a member of it; that gives the service nothing to read that it could not read before.

use std::time::Duration;

use ring::{digest, hmac, pbkdf2};
use sqlx::{Executor, PgConnection, PgPool};

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::adapters::embedded_postgres::APP_ROLE;
use crate::ports::{NoEntropy, Ports};

/// The role's name.
pub const ANALYST_ROLE: &str = "zhanggui_analyst";
/// The schema of what it may read.
pub const SCHEMA: &str = "analytics_v1";
/// How long a transaction of the role may take.
pub const LONGEST: Duration = Duration::from_mins(1);
/// As many as PostgreSQL itself takes for a new password.
const ROUNDS: std::num::NonZeroU32 = std::num::NonZeroU32::MIN.saturating_add(4095);

/// How much of the disk a session of the role may take for sorting and the like, where a superuser says so: the role
/// itself cannot lift it.
const TEMPORARY_FILES: &str = "1GB";

/// Functions that everybody may call and that write: without them nobody makes large objects.
pub const WRITING: [&str; 7] = [
    "lo_create(oid)",
    "lo_creat(integer)",
    "lo_from_bytea(oid, bytea)",
    "lo_open(oid, integer)",
    "lo_put(oid, bigint, bytea)",
    "lowrite(integer, bytea)",
    "lo_unlink(oid)",
];

/// What PostgreSQL lets everybody do, and so the role, as long as nobody who may closes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Open {
    /// Making large objects, by the functions [`WRITING`]: a superuser can close them.
    pub large_objects: bool,
    /// Making temporary tables in this database: its owner can forbid it.
    pub temporary_tables: bool,
}

/// A new password of the role: 24 unpredictable bytes.
///
/// # Errors
/// [`NoEntropy`].
pub fn new_password(ports: &Ports) -> Result<String, NoEntropy> {
    Ok(URL_SAFE_NO_PAD.encode(ports.random::<24>()?))
}

/// Makes the role, or gives the one that is there this password, with what it may do. Whoever is connected must be
/// allowed to make roles. Closes what everybody may do, as far as whoever is connected may, and says what is left.
///
/// # Errors
/// The database's error, or that there is no entropy (as an encoding error).
pub async fn set_up(database: &mut PgConnection, password: &str, ports: &Ports) -> Result<Open, sqlx::Error> {
    let verifier = scram(password, ports).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    let made = format!(
        "DO $$ BEGIN
             IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ANALYST_ROLE}') THEN
                 CREATE ROLE {ANALYST_ROLE};
             END IF;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
         END $$;
         ALTER ROLE {ANALYST_ROLE} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT 8 PASSWORD '{verifier}';
         ALTER ROLE {ANALYST_ROLE} SET search_path = {SCHEMA};
         ALTER ROLE {ANALYST_ROLE} SET statement_timeout = '{}s';
         ALTER ROLE {ANALYST_ROLE} SET default_transaction_read_only = on;
         DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO {ANALYST_ROLE}', current_database()); END $$;
         GRANT {ANALYST_ROLE} TO {APP_ROLE}",
        LONGEST.as_secs()
    );
    database.execute(made.as_str()).await?;
    let is_superuser = sqlx::query_scalar("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        .fetch_one(&mut *database)
        .await?;
    if is_superuser {
        let closed = format!(
            "REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC; ALTER ROLE {ANALYST_ROLE} SET temp_file_limit = '{TEMPORARY_FILES}'",
            WRITING.join(", ")
        );
        database.execute(closed.as_str()).await?;
    }
    forbid_temporary_tables(database).await?;
    sqlx::query_as(
        "SELECT EXISTS (SELECT FROM unnest($2::text[]) AS f WHERE has_function_privilege($1, f, 'EXECUTE')) AS large_objects, \
                has_database_privilege($1, current_database(), 'TEMPORARY') AS temporary_tables",
    )
    .bind(ANALYST_ROLE)
    .bind(WRITING.as_slice())
    .fetch_one(database)
    .await
}

/// Takes from everybody what a new database lets everybody do, where whoever is connected may; the service keeps it, as
/// in a cluster of our own.
async fn forbid_temporary_tables(database: &mut PgConnection) -> Result<(), sqlx::Error> {
    let may: bool = sqlx::query_scalar(
        "SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()",
    )
    .fetch_one(&mut *database)
    .await?;
    if !may {
        return Ok(());
    }
    let sql = format!(
        "DO $$ BEGIN
             EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {APP_ROLE}', current_database());
             EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
         END $$"
    );
    database.execute(sql.as_str()).await.map(drop)
}

/// Lets the role read the views, as whom they belong to.
///
/// # Errors
/// The database's error.
pub async fn admit(database: &mut PgConnection) -> Result<(), sqlx::Error> {
    let grants = format!(
        "GRANT USAGE ON SCHEMA {SCHEMA} TO {ANALYST_ROLE}; GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {ANALYST_ROLE}"
    );
    database.execute(grants.as_str()).await.map(drop)
}

/// Ends the role's sessions whose transaction has taken longer than this, and those that hold an advisory lock, by which
/// they could keep others waiting. Gives how many.
///
/// # Errors
/// The database's error.
pub async fn watch(database: &PgPool, longest: Duration) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid)) FROM pg_stat_activity a \
         WHERE a.usename = $1 AND a.datname = current_database() \
           AND (a.xact_start < clock_timestamp() - make_interval(secs => $2) \
                OR EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory'))",
    )
    .bind(ANALYST_ROLE)
    .bind(longest.as_secs_f64())
    .fetch_one(database)
    .await
}

/// What PostgreSQL keeps of a password (RFC 5802, RFC 7677), so that the password itself is in no statement and no log.
fn scram(password: &str, ports: &Ports) -> Result<String, NoEntropy> {
    let salt = ports.random::<16>()?;
    let mut salted = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, &salt, password.as_bytes(), &mut salted);
    Ok(verifier(&salt, &salted))
}

fn verifier(salt: &[u8], salted: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, salted);
    let stored = digest::digest(&digest::SHA256, hmac::sign(&key, b"Client Key").as_ref());
    let server = hmac::sign(&key, b"Server Key");
    let encode = |bytes: &[u8]| STANDARD.encode(bytes);
    format!("SCRAM-SHA-256${ROUNDS}:{}${}:{}", encode(salt), encode(stored.as_ref()), encode(server.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_is_that_of_the_published_example() {
        // RFC 7677, section 3: user "user", password "pencil". Its server signature proves the server key.
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let mut salted = [0; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, &salt, b"pencil", &mut salted);
        let made = verifier(&salt, &salted);
        let (_, server) = made.rsplit_once(':').unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(server).unwrap());
        let message = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                       s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let signature = STANDARD.encode(hmac::sign(&key, message.as_bytes()).as_ref());
        assert_eq!(signature, "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }
}
