//! Stories over HTTP: each asks the real router, with a real database of its own behind it.

mod access;
mod audit;
mod availability;
mod avatar;
mod avatar_refused;
mod captcha;
mod cross_site;
mod export;
mod forgotten;
mod guesses;
mod hostile;
mod idempotency;
mod kept_apart;
mod leaks;
mod leave;
mod login;
mod login_cost;
mod login_limits;
mod logout;
mod merchant;
mod operations;
mod outbox;
mod pages;
mod password;
mod password_resets;
mod problems;
mod register;
mod reset_cost;
mod resets_alike;
mod roles;
mod session;
mod verifications;

use serde_json::Value;
use sqlx::{Connection, PgConnection};
use zhanggui::config::Settings;

use crate::support::client::Answer;
use crate::support::site::{TestSite, given, settings};

/// What tests run with, but with the limits per address in force.
fn limited() -> Settings {
    Settings { rate_limits: true, ..settings(given()) }
}

/// The names of an object's members, sorted.
fn keys(json: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// A text as one part of a path or a query, every byte encoded.
fn encoded(text: impl AsRef<[u8]>) -> String {
    text.as_ref().iter().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

/// Asserts that an answer says what is wrong, and in how many seconds to come back.
fn assert_later(answer: &Answer, code: &str, seconds: std::ops::RangeInclusive<u64>) {
    assert_eq!(answer.outcome(), (429, code.to_owned()));
    let after = answer.header("retry-after");
    assert!(after.parse().is_ok_and(|after| seconds.contains(&after)), "{code}: {after}");
}

/// Whether a text holds another. Six digits may stand within other numbers by chance: they count only by themselves.
fn repeats(text: &str, needle: &str) -> bool {
    let is_code = needle.len() == 6 && needle.bytes().all(|byte| byte.is_ascii_digit());
    text.match_indices(needle).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric() || c == '.');
        let after = text[at + needle.len()..].chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        !is_code || (!before && !after)
    })
}

/// How many events of a type are in the log.
async fn events(site: &TestSite, event_type: &str) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = $1")
        .bind(event_type)
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap()
}

/// Runs SQL as the superuser, to break things on purpose.
async fn as_superuser(site: &TestSite, sql: &str) {
    let mut connection = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
