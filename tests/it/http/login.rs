//! S4 and S5: logging in by any name, the two cookies, and one answer for all that is wrong.

use serde_json::{Value, json};
use uuid::Uuid;
use zhanggui::adapters::argon2::Argon2Settings;
use zhanggui::config::Settings;
use zhanggui::ports::Clock;

use super::{events, keys};
use crate::support::client::Person;
use crate::support::site::{TestSite, given, settings};

const LOGIN: &str = "/api/v1/login";

#[tokio::test]
async fn the_right_password_answers_200_with_who_it_is_and_since_when() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person::new();
    let registered = client.register(&person).await;
    let answer = client.try_login(&person.username, &person.password).await;
    let json = answer.json();
    assert_eq!(answer.status, 200);
    assert_eq!(keys(&json), ["login_time", "user_id", "username"]);
    assert_eq!((&json["user_id"], &json["username"]), (&registered["user_id"], &json!(person.username)));
    assert_eq!(json["login_time"], site.clock.now().timestamp_millis());
}

#[tokio::test]
async fn the_username_the_email_and_the_phone_all_name_the_account() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person { phone: "+8613800138000".to_owned(), ..Person::new() };
    client.register(&person).await;
    let national = "138 0013 8000";
    let (capitals, email) = (person.username.to_uppercase(), person.email.to_uppercase());
    for name in [&person.username, &capitals, &person.email, &email, &person.phone, &national.to_owned()] {
        let answer = client.try_login(name, &person.password).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["username"]), (200, &json!(person.username)));
    }
    let body = json!({"username": person.username, "passwd": person.password});
    assert_eq!(client.post(LOGIN, &body).await.status, 200, "passwd is another name of password");
}

#[tokio::test]
async fn a_name_made_of_somebody_elses_number_names_its_holder() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let holder = Person { phone: "+8613800138000".to_owned(), ..Person::new() };
    let squatter = Person { username: "13800138000".to_owned(), ..Person::new() };
    client.register(&squatter).await;
    client.register(&holder).await;
    assert_eq!(client.try_login("13800138000", &squatter.password).await.status, 401);
    let answer = client.try_login("13800138000", &holder.password).await.json();
    assert_eq!(answer["username"], holder.username);
}

#[tokio::test]
async fn both_cookies_bear_the_flags_that_the_contract_says() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person::new();
    client.register(&person).await;
    let answer = client.try_login(&person.email, &person.password).await;
    let token = &client.cookies["session"];
    let login_time = answer.json()["login_time"].as_i64().unwrap();
    assert!(token.len() == 43 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    assert_eq!(
        answer.cookie("session"),
        format!("session={token}; HttpOnly; Max-Age=43200; Path=/; SameSite=Lax")
    );
    assert_eq!(
        answer.cookie("login_time"),
        format!("login_time={login_time}; Max-Age=43200; Path=/; SameSite=Lax")
    );
    assert_eq!(client.get("/api/v1/me").await.json()["login_time"], login_time);
    let again = client.try_login(&person.email, &person.password).await;
    assert!(again.json()["login_time"].as_i64().unwrap() > login_time, "even within one millisecond");
    assert!(!again.cookie("session").contains(answer.cookie("session").split(';').next().unwrap()));
}

#[tokio::test]
async fn over_https_the_session_is_bound_to_the_host() {
    let site = TestSite::with(Settings { secure_cookies: true, ..settings(given()) }).await;
    let (mut client, _) = site.client().logged_in().await;
    assert_eq!(client.cookies.keys().collect::<Vec<_>>(), ["__Host-session", "login_time"]);
    assert_eq!(client.get("/api/v1/me").await.status, 200);
    let answer = client.ask("POST", "/api/v1/logout", &[]).await;
    for name in ["__Host-session", "login_time"] {
        let cleared = answer.cookie(name);
        assert!(cleared.contains("; Secure") && cleared.contains("Max-Age=0"), "{cleared}");
        assert!(cleared.contains("; Path=/;") && !cleared.contains("Domain"), "{cleared}");
    }
    let (mut client, _) = site.client().logged_in().await;
    let token = client.cookies.remove("__Host-session").unwrap();
    client.cookies.insert("session".to_owned(), token);
    assert_eq!(client.get("/api/v1/me").await.status, 401, "the unprotected name counts for nothing");
}

#[tokio::test]
async fn everything_wrong_gets_the_same_answer_byte_for_byte() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person::new();
    client.register(&person).await;
    let (right, long) = (person.password.as_str(), "x".repeat(10_000));
    let mut answers = Vec::new();
    for (name, password) in [
        (person.username.as_str(), "a wrong password"),
        (&person.email, ""),
        (&person.phone, &long),
        ("nobody_here", right),
        ("nobody@example.com", right),
        ("+8613999999999", right),
        ("not a name at all \0 \u{202e}", right),
        ("", ""),
        (&long, right),
    ] {
        let answer = client.try_login(name, password).await;
        let mut headers: Vec<_> =
            answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        headers.retain(|line| !line.starts_with("x-request-id"));
        answers.push((answer.status, answer.text().to_owned(), headers));
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers[0].1.contains("invalid_credentials"));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert!(client.cookies.is_empty());
    assert_eq!(events(&site, "account.logged_in").await, 0);
}

#[tokio::test]
async fn a_missing_name_or_password_is_told_and_counts_nothing() {
    let site = TestSite::start().await;
    let mut client = site.client();
    for (body, fields) in [
        (json!({}), &["username", "password"][..]),
        (json!({"username": "shopper"}), &["password"]),
        (json!({"password": "x"}), &["username"]),
        (json!({"username": null, "password": null}), &["username", "password"]),
    ] {
        let answer = client.post(LOGIN, &body).await;
        assert_eq!(answer.outcome(), (422, "validation_failed".to_owned()));
        let told: Vec<_> = answer.errors().into_iter().map(|(field, _)| field).collect();
        assert_eq!(told, fields);
    }
    for body in [json!([]), json!({"username": 1, "password": 2}), Value::Null] {
        assert_eq!(client.post(LOGIN, &body).await.outcome(), (400, "malformed_request".to_owned()));
    }
    let counted: i64 = sqlx::query_scalar("SELECT count(*) FROM login_attempts")
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap();
    assert_eq!(counted, 0);
}

async fn password_keys(site: &TestSite) -> Vec<Uuid> {
    sqlx::query_scalar("SELECT key_id FROM sealing_keys WHERE slot = 'password'")
        .fetch_all(&site.app.log.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_login_hashes_anew_what_was_hashed_in_an_older_way_and_forgets_the_old_hash() {
    let site = TestSite::start().await;
    let (_, person) = site.client().logged_in().await;
    let older = password_keys(&site).await;
    let defaults = settings(given());
    let argon2 = Argon2Settings { memory_kib: 128, ..defaults.argon2 };
    let settings = Settings { argon2, ..defaults };
    let newer = TestSite::on(site.database.clone(), settings, site.clock.clone()).await;
    assert_eq!(newer.client().try_login(&person.username, "a wrong password").await.status, 401);
    assert_eq!(events(&site, "account.password_rehashed").await, 0, "a wrong password proves nothing");
    for _ in 0..2 {
        newer.client().login(&person).await;
        assert_eq!(events(&site, "account.password_rehashed").await, 1);
    }
    let keys = password_keys(&site).await;
    assert_eq!((older.len(), keys.len()), (1, 1));
    assert_ne!(older, keys, "the key of the older hash is gone");
    // The older instance, which remembers the older hash, finds the newer one.
    site.client().login(&person).await;
}

#[tokio::test]
async fn a_login_names_its_client_and_its_request_in_the_log() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person::new();
    let registered = client.register(&person).await;
    client.headers.push(("user-agent", "x".repeat(5_000)));
    client.headers.push(("x-request-id", "a-request-of-mine".to_owned()));
    client.login(&person).await;
    let (metadata, payload): (Value, Value) =
        sqlx::query_as("SELECT metadata, payload FROM events WHERE event_type = 'account.logged_in'")
            .fetch_one(&site.app.log.pool)
            .await
            .unwrap();
    assert_eq!(
        metadata,
        json!({"actor_id": registered["user_id"], "request_id": "a-request-of-mine",
               "correlation_id": "a-request-of-mine"})
    );
    assert!(payload["user_agent"]["$sealed"].as_str().unwrap().len() < 500, "at most 256 characters");
}
