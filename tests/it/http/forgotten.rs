//! B5: after somebody has left, a search of every table and file finds nothing of them, and the log still holds.

use chrono::TimeDelta;
use serde_json::json;
use sqlx::{Connection, PgConnection, PgPool};
use zhanggui::audit::export::write;

use super::avatar::{PNG, files, put};
use super::leave::erase;
use super::verifications::sent;
use super::{password_resets, repeats};
use crate::eventstore::append::check_log;
use crate::projections::rebuild::check_rebuilt_equals_live;
use crate::support::client::{Client, Person};
use crate::support::site::{TestSite, schema_of};

pub(super) const BROWSER: &str = "SecretiveBrowser/7.7 (A hidden system)";

pub(super) fn person() -> Person {
    Person {
        username: "SecretiveShopper".to_owned(),
        email: "secretive.address@hidden.example".to_owned(),
        phone: "+8613912345678".to_owned(),
        password: "a most secret passphrase".to_owned(),
    }
}

/// Registers the person and leaves traces everywhere; gives the client and what must not be found afterwards.
pub(super) async fn live(site: &TestSite, person: &Person) -> (Client, Vec<String>) {
    let mut client = site.client();
    client.headers.push(("user-agent", BROWSER.to_owned()));
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    client.register(person).await;
    client.headers.pop();
    client.headers.push(("idempotency-key", "k-2".to_owned()));
    client.login(person).await;
    client.headers.pop();
    let email = sent(&mut client, "email", "verify_contact").await;
    client.headers.push(("idempotency-key", "k-3".to_owned()));
    let sms = sent(&mut client, "sms", "change_password").await;
    client.headers.pop();
    let path = format!("/api/v1/me/verifications/{}/confirm", email.id);
    assert_eq!(client.post(&path, &json!({"code": email.code})).await.status, 200);
    let avatar = put(&mut client, "image/png", PNG).await;
    site.react().await;
    site.clock.advance(TimeDelta::minutes(1));
    let reset = password_resets::request(&mut site.client(), &person.username, "email").await.json();
    for _ in 0..100 {
        client.login(person).await;
    }
    let mut secrets: Vec<_> =
        avatar["/media/avatars/".len()..].split(['/', '-']).map(str::to_owned).take(2).collect();
    assert!(secrets.iter().all(|part| part.len() == 32), "{secrets:?}");
    secrets.extend([email.code, sms.code, reset["code"].as_str().unwrap().to_owned()]);
    (client, secrets)
}

/// The log as it is exported, line by line.
async fn exported(site: &TestSite) -> Vec<String> {
    let mut database = PgConnection::connect_with(&site.database.app_options()).await.unwrap();
    let signed = site.app.site.checkpoints.make(&mut database).await.unwrap().checkpoint.size;
    let mut file = Vec::new();
    write(&mut database, &mut file, 0, signed).await.unwrap();
    String::from_utf8(file).unwrap().lines().map(str::to_lowercase).collect()
}

/// Every row of every table there is, as text, and the exported log.
async fn dump(site: &TestSite) -> Vec<(String, String)> {
    let pool = PgPool::connect_with(site.database.superuser_options()).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables \
         WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let sql = format!("SELECT t::text FROM {table} t");
        let found: Vec<String> = sqlx::query_scalar(&sql).fetch_all(&pool).await.unwrap();
        rows.extend(found.into_iter().map(|row| (table.clone(), row.to_lowercase())));
    }
    rows.extend(exported(site).await.into_iter().map(|line| ("the exported log".to_owned(), line)));
    rows
}

/// Whether `row` holds `needle` as it is, or as PostgreSQL shows bytes.
fn holds(row: &str, needle: &str) -> bool {
    repeats(row, needle) || row.contains(&hex::encode(needle))
}

/// In which tables each of the needles is found.
async fn found(site: &TestSite, needles: &[String]) -> Vec<(String, String)> {
    let rows = dump(site).await;
    for log in ["public.events", "the exported log"] {
        assert!(rows.iter().filter(|(table, _)| table == log).count() > 100);
    }
    let mut found = Vec::new();
    for needle in needles.iter().map(|needle| needle.to_lowercase()) {
        let tables = rows.iter().filter(|(_, row)| holds(row, &needle)).map(|(table, _)| table.clone());
        found.extend(tables.map(|table| (needle.clone(), table)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

pub(super) async fn count(site: &TestSite, sql: &str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&site.app.log.pool).await.unwrap()
}

#[tokio::test]
async fn after_leaving_nothing_of_the_person_is_found_anywhere_and_the_log_still_verifies() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let person = person();
    let (mut client, secrets) = live(&site, &person).await;
    let user_id = client.user_id().await;
    // Somebody else, of whom everything is to stay.
    let (mut stayer, stays) = other.client().logged_in().await;
    put(&mut stayer, "image/png", PNG).await;
    let mut needles = secrets;
    needles.extend([&person.username, &person.email, &person.phone, &person.password].map(String::clone));
    needles.extend(
        ["secretive", "hidden", "13912345678", "139 1234 5678", "12345678", "$argon2", BROWSER]
            .map(str::to_owned),
    );
    let before: Vec<_> = found(&site, &needles).await;
    for needle in [&person.username, &person.email, &person.phone] {
        assert!(
            before.contains(&(needle.to_lowercase(), format!("{}.user_lookup", schema_of("user_lookup")))),
            "{before:?}"
        );
    }
    assert_eq!(count(&site, "SELECT count(*) FROM aggregate_snapshots").await, 1);
    let of_person = "FROM idempotency_keys WHERE user_id IS NOT NULL";
    assert!(count(&site, &format!("SELECT count(*) {of_person}")).await >= 3);
    assert_eq!(count(&site, "SELECT count(*) FROM password_resets WHERE user_id IS NOT NULL").await, 1);
    assert_eq!(files(&site).len(), 4);

    assert_eq!(erase(&mut client, &person.password).await.status, 204);
    site.clock.advance(TimeDelta::minutes(1));
    site.react().await;
    assert_eq!(files(&site).len(), 2);
    // One more look for pictures, when no upload can be under way any more.
    site.clock.advance(TimeDelta::minutes(1));
    site.react().await;

    assert_eq!(found(&site, &needles).await, [], "needles and where they are found");
    assert_eq!(count(&site, "SELECT count(*) FROM aggregate_snapshots").await, 0);
    assert_eq!(count(&site, &format!("SELECT count(*) {of_person}")).await, 0);
    assert_eq!(count(&site, "SELECT count(*) FROM password_resets WHERE user_id IS NOT NULL").await, 0);
    assert_eq!(count(&site, "SELECT count(*) FROM reactor_tasks").await, 0);
    let held = format!("SELECT count(*) FROM sealing_keys WHERE aggregate_id = '{user_id}'");
    assert_eq!(count(&site, &held).await, 0);
    let held = format!("SELECT count(*) FROM claims WHERE aggregate_id = '{user_id}'");
    assert_eq!(count(&site, &held).await, 0);
    assert_eq!(files(&site).len(), 2, "the other person's");
    check_log(&site.app.log).await;
    check_rebuilt_equals_live(&site).await;
    assert_eq!(found(&site, &needles).await, [], "after the rebuild");
    let me = stayer.get("/api/v1/me").await.json();
    assert_eq!(me["email"], stays.email);
    assert_eq!(stayer.get(me["avatar_url"].as_str().unwrap()).await.status, 200);
}
