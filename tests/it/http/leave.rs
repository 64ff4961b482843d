//! B5: everything is taken along, and whoever leaves is forgotten in every place.

use serde_json::{Value, json};

use super::avatar::{AVATAR, PNG, files, put};
use super::session::{assert_cleared, me, ok, refused};
use super::verifications::{outcome, sent};
use super::{assert_later, events, keys, password_resets, repeats};
use crate::eventstore::append::check_log;
use crate::projections::rebuild::check_rebuilt_equals_live;
use crate::support::client::{Answer, Client, Person};
use crate::support::site::TestSite;

const ME: &str = "/api/v1/me";
const BROWSER: &str = "SecretiveBrowser/7.7 (A hidden system)";

async fn erase(client: &mut Client, password: &str) -> Answer {
    client.delete(ME, &json!({"password": password})).await
}

fn person() -> Person {
    Person {
        username: "SecretiveShopper".to_owned(),
        email: "secretive.address@hidden.example".to_owned(),
        phone: "+8613912345678".to_owned(),
        password: "a most secret passphrase".to_owned(),
    }
}

/// Registers the person and leaves traces everywhere; gives the client and what must not be found afterwards.
async fn live(site: &TestSite, person: &Person) -> (Client, Vec<String>) {
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
    site.clock.advance(chrono::TimeDelta::minutes(1));
    let reset = password_resets::request(&mut site.client(), &person.username, "email").await.json();
    for _ in 0..100 {
        client.login(person).await;
    }
    let mut secrets: Vec<_> = avatar["/media/avatars/".len()..].split(['/', '-']).map(str::to_owned).take(2).collect();
    assert!(secrets.iter().all(|part| part.len() == 32), "{secrets:?}");
    secrets.extend([email.code, sms.code, reset["code"].as_str().unwrap().to_owned()]);
    (client, secrets)
}

/// Every row of every table there is, as text.
async fn dump(site: &TestSite) -> Vec<(String, String)> {
    let pool = sqlx::PgPool::connect_with(site.database.superuser_options()).await.unwrap();
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
    rows
}

/// Whether `row` holds `needle` as it is, or as PostgreSQL shows bytes.
fn holds(row: &str, needle: &str) -> bool {
    repeats(row, needle) || row.contains(&hex::encode(needle))
}

/// In which tables each of the needles is found.
async fn found(site: &TestSite, needles: &[String]) -> Vec<(String, String)> {
    let rows = dump(site).await;
    assert!(rows.iter().filter(|(table, _)| table == "public.events").count() > 100);
    let mut found = Vec::new();
    for needle in needles.iter().map(|needle| needle.to_lowercase()) {
        let tables = rows.iter().filter(|(_, row)| holds(row, &needle)).map(|(table, _)| table.clone());
        found.extend(tables.map(|table| (needle.clone(), table)));
    }
    found.sort_unstable();
    found.dedup();
    found
}

async fn count(site: &TestSite, sql: &str) -> i64 {
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
    needles.extend(["secretive", "hidden", "13912345678", "139 1234 5678", "12345678", "$argon2", BROWSER].map(str::to_owned));
    let before: Vec<_> = found(&site, &needles).await;
    for needle in [&person.username, &person.email, &person.phone] {
        assert!(before.contains(&(needle.to_lowercase(), "user_lookup.user_lookup".to_owned())), "{before:?}");
    }
    assert_eq!(count(&site, "SELECT count(*) FROM aggregate_snapshots").await, 1);
    let of_person = "FROM idempotency_keys WHERE user_id IS NOT NULL";
    assert!(count(&site, &format!("SELECT count(*) {of_person}")).await >= 3);
    assert_eq!(count(&site, "SELECT count(*) FROM password_resets WHERE user_id IS NOT NULL").await, 1);
    assert_eq!(files(&site).len(), 4);

    assert_eq!(erase(&mut client, &person.password).await.status, 204);
    site.clock.advance(chrono::TimeDelta::minutes(1));
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
    let me = stayer.get(ME).await.json();
    assert_eq!(me["email"], stays.email);
    assert_eq!(stayer.get(me["avatar_url"].as_str().unwrap()).await.status, 200);
}

#[tokio::test]
async fn leaving_ends_the_session_everywhere_and_frees_the_names_at_once() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (mut client, person) = site.client().logged_in().await;
    let mut elsewhere = other.client();
    elsewhere.cookies = client.cookies.clone();
    assert_eq!(me(&mut elsewhere).await, ok());
    other.client().try_login(&person.username, "a wrong password").await;
    let answer = erase(&mut client, &person.password).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_cleared(&answer);
    assert!(client.cookies.is_empty());
    assert_eq!(me(&mut elsewhere).await, refused("login_required"));
    assert_eq!(erase(&mut elsewhere, &person.password).await.outcome(), refused("login_required"));
    for (name, unknown) in [
        (&person.username, "nobody_here"),
        (&person.email, "nobody@example.com"),
        (&person.phone, "+8613999999999"),
    ] {
        let mut seen = Vec::new();
        for name in [name.as_str(), unknown] {
            let answer = other.client().try_login(name, &person.password).await;
            let mut headers: Vec<_> =
                answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
            headers.retain(|line| !line.starts_with("x-request-id"));
            seen.push((answer.outcome(), headers, answer.text().to_owned()));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0].0, outcome(401, "invalid_credentials"));
    }
    let successor = Person { password: "of the next owner".to_owned(), ..person.clone() };
    let mut next = other.client();
    next.register(&successor).await;
    next.login(&successor).await;
    site.react().await;
    assert_eq!(next.get(ME).await.json()["username"], person.username);
    assert_eq!(site.client().try_login(&person.email, &person.password).await.status, 401);
    assert_eq!(events(&site, "account.erased").await, 1);
}

#[tokio::test]
async fn a_wrong_password_ends_nothing_and_is_counted_as_one_at_logging_in() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    for body in [json!({}), json!({"password": null})] {
        let answer = client.delete(ME, &body).await;
        assert_eq!(answer.errors(), [("password".to_owned(), "required".to_owned())]);
    }
    for nth in 0..10 {
        site.clock.advance(chrono::TimeDelta::seconds(1));
        let password = if nth == 0 { "" } else { "a wrong password" };
        assert_eq!(erase(&mut client, password).await.outcome(), outcome(401, "invalid_credentials"), "{nth}");
        assert_eq!(me(&mut client).await, ok());
        if nth == 2 {
            let login = site.client().try_login(&person.email, &person.password).await;
            assert_eq!(login.outcome(), outcome(403, "captcha_required"));
        }
    }
    for client in [&mut client.clone(), &mut client] {
        assert_later(&erase(client, &person.password).await, "too_many_attempts", 1..=900);
    }
    let login = site.client().try_login_with_captcha(&person.phone, &person.password).await;
    assert_later(&login, "too_many_attempts", 1..=900);
    assert_eq!(events(&site, "account.erased").await, 0);
    site.clock.advance(chrono::TimeDelta::minutes(15));
    assert_eq!(erase(&mut client, &person.password).await.status, 204);
}

#[tokio::test]
async fn passwd_is_another_name_of_the_password() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    assert_eq!(client.delete(ME, &json!({"passwd": person.password})).await.status, 204);
}

#[tokio::test]
async fn a_code_that_was_not_sent_yet_is_not_sent_to_who_has_left() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let mut reset = Vec::new();
    sent(&mut client, "email", "verify_contact").await;
    let answer = password_resets::request(&mut site.client(), &person.username, "sms").await.json();
    reset.extend(["reset_id", "code"].map(|name| answer[name].as_str().unwrap().to_owned()));
    assert_eq!(erase(&mut client, &person.password).await.status, 204);
    let answer = password_resets::confirm(&mut site.client(), &reset[0], &reset[1], "a wholly other one").await;
    assert_eq!(answer.outcome(), outcome(400, "wrong_code"), "as for nobody's name");
    site.react().await;
    assert!(site.app.site.outbox.as_ref().unwrap().messages().is_empty());
}

#[tokio::test]
async fn the_export_holds_all_that_is_known_of_the_person_opened() {
    let site = TestSite::start().await;
    let person = person();
    let (mut client, secrets) = live(&site, &person).await;
    let (_, stranger) = site.client().logged_in().await;
    let user_id = client.user_id().await;
    let answer = client.get("/api/v1/me/export").await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"zhanggui-export.json\"");
    let export = answer.json();
    assert_eq!(keys(&export), ["account", "events", "exported_at", "sessions"]);
    assert_eq!(export["account"], client.get(ME).await.json());
    let sessions = export["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 101);
    assert_eq!(sessions.iter().filter(|session| session["superseded_at"].is_null()).count(), 1);
    let recorded = export["events"].as_array().unwrap();
    let sql = format!("SELECT count(*) FROM events WHERE aggregate_id = '{user_id}'");
    assert_eq!(i64::try_from(recorded.len()).unwrap(), count(&site, &sql).await);
    let of = |event_type: &str| recorded.iter().find(|event| event["event_type"] == event_type).unwrap();
    let registered = &of("account.registered")["payload"];
    for (name, value) in [
        ("username", &person.username),
        ("username_key", &person.username.to_lowercase()),
        ("email", &person.email),
        ("phone", &person.phone),
    ] {
        assert_eq!(registered[name], json!(value));
    }
    assert_eq!(registered.get("password_hash"), Some(&Value::Null));
    assert_eq!(of("account.logged_in")["payload"]["user_agent"], BROWSER);
    let requested = &of("account.verification_requested")["payload"];
    assert_eq!((&requested["destination"], requested.get("code")), (&json!(person.email), Some(&Value::Null)));
    let avatar = of("account.avatar_changed")["payload"]["avatar"].as_str().unwrap();
    assert!(export["account"]["avatar_url"].as_str().unwrap().contains(avatar));
    let text = answer.text();
    let codes = secrets.iter().filter(|secret| secret.len() == 6);
    for hidden in codes.map(|code| format!("\"{code}\"")).chain(["$argon2", "$sealed", "$erased"].map(str::to_owned)) {
        assert!(!text.contains(&hidden), "{hidden}");
    }
    for theirs in [&stranger.username, &stranger.email, &stranger.phone] {
        assert!(!text.contains(theirs.as_str()), "{theirs} is of somebody else");
    }
    let old = site.client().get("/api/v1/me/export").await;
    assert_eq!(old.outcome(), refused("login_required"));
}

#[tokio::test]
async fn a_session_that_is_gone_changes_nothing_more() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let mut gone = client.clone();
    assert_eq!(erase(&mut client, &person.password).await.status, 204);
    for (method, path) in [("PUT", AVATAR), ("DELETE", AVATAR), ("GET", "/api/v1/me/export")] {
        let answer = gone.clone().ask(method, path, &[]).await;
        assert_eq!(answer.outcome(), refused("login_required"), "{path}");
    }
    let answer = super::verifications::ask(&mut gone, "email", "verify_contact").await;
    assert_eq!(answer.outcome(), refused("login_required"));
}
