//! `Idempotency-Key`: a request sent again does nothing again, and is answered as the first time.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{as_superuser, events};
use crate::support::client::{Answer, Client, Person};
use crate::support::site::TestSite;

const LOGIN: &str = "/api/v1/login";

/// Posts with a key, with an empty cookie jar.
async fn keyed(site: &TestSite, path: &str, key: &str, body: &Value) -> Answer {
    with_key(site.client(), key).post(path, body).await
}

fn with_key(mut client: Client, key: &str) -> Client {
    client.headers.push(("idempotency-key", key.to_owned()));
    client
}

fn credentials(person: &Person) -> Value {
    json!({"username": person.username, "password": person.password})
}

#[tokio::test]
async fn a_registration_sent_again_answers_the_same_and_opens_one_account() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let body = site.client().registration(&Person::new()).await;
    let first = keyed(&site, "/api/v1/register", "k-1", &body).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""));
    for site in [&site, &other] {
        let again = keyed(site, "/api/v1/register", "k-1", &body).await;
        assert_eq!((again.status, again.text()), (first.status, first.text()));
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.header("content-type"), "application/json");
        assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    }
    assert_eq!(events(&site, "account.registered").await, 1);
}

#[tokio::test]
async fn a_login_sent_again_gives_the_same_session_which_lies_open_nowhere() {
    let site = TestSite::start().await;
    let person = Person::new();
    site.client().register(&person).await;
    // The first answer was lost on its way, with its cookies.
    let first = keyed(&site, LOGIN, "k-1", &credentials(&person)).await;
    let mut client = with_key(site.client(), "k-1");
    let again = client.post(LOGIN, &credentials(&person)).await;
    assert_eq!((again.status.as_u16(), again.text()), (200, first.text()));
    for name in ["session", "login_time"] {
        assert!(!first.cookie(name).is_empty());
        assert_eq!(again.cookie(name), first.cookie(name));
    }
    assert_eq!(client.get("/api/v1/me").await.status, 200);
    assert_eq!(events(&site, "account.logged_in").await, 1);
    let (digest, kept): (Vec<u8>, Vec<u8>) = sqlx::query_as("SELECT digest, answer FROM idempotency_keys")
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap();
    let token = client.cookies["session"].as_bytes();
    assert!(!kept.windows(token.len()).any(|window| window == token));
    assert!(!digest.windows(3).any(|window| window == b"k-1"));
}

#[tokio::test]
async fn refusals_are_repeated_too_in_the_readers_language() {
    let site = TestSite::start().await;
    let body = json!({"username": "ab"});
    let first = keyed(&site, "/api/v1/register", "k-1", &body).await;
    let again = keyed(&site, "/api/v1/register", "k-1", &body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!((again.outcome(), again.text()), (first.outcome(), first.text()));
    assert_eq!(first.outcome().0, 422);
    let mut chinese = with_key(site.client(), "k-1");
    chinese.headers[0].1 = "zh-CN".to_owned();
    let again = chinese.post("/api/v1/register", &body).await;
    assert_eq!((again.errors(), again.header("content-language")), (first.errors(), "zh-CN"));
    assert!(!again.json()["title"].as_str().unwrap().is_ascii());
}

#[tokio::test]
async fn the_same_key_with_another_body_or_path_is_refused() {
    let site = TestSite::start().await;
    let mut body = site.client().registration(&Person::new()).await;
    assert_eq!(keyed(&site, "/api/v1/register", "k-1", &body).await.status, 201);
    let elsewhere = keyed(&site, LOGIN, "k-1", &body).await;
    body["username"] = "somebody_else".into();
    for refused in [keyed(&site, "/api/v1/register", "k-1", &body).await, elsewhere] {
        assert_eq!(refused.outcome(), (422, "validation_failed".to_owned()));
        assert_eq!(refused.errors(), [("Idempotency-Key".to_owned(), "mismatch".to_owned())]);
    }
    for key in ["", &"k".repeat(256)] {
        let refused = keyed(&site, "/api/v1/register", key, &body).await;
        assert_eq!(refused.errors(), [("Idempotency-Key".to_owned(), "invalid_format".to_owned())]);
    }
}

#[tokio::test]
async fn safe_requests_take_no_notice_of_a_key() {
    let site = TestSite::start().await;
    let mut client = with_key(site.client(), "k-1");
    let first = client.captcha().await;
    assert_ne!(client.captcha().await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_at_once_one_runs_and_the_others_wait_or_get_its_answer() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let person = Person::new();
    site.client().register(&person).await;
    let body = credentials(&person);
    let answers = join_all((0..20).map(|nth| {
        let (site, body) = (if nth % 2 == 0 { &site } else { &other }, &body);
        async move { keyed(site, LOGIN, "k-1", body).await }
    }))
    .await;
    let first = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty());
    assert_eq!(first.filter(|answer| answer.status == 200).count(), 1);
    for answer in &answers {
        match answer.outcome() {
            (200, _) => {}
            (409, code) => {
                assert_eq!((code.as_str(), answer.header("retry-after")), ("conflict", "1"));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(events(&site, "account.logged_in").await, 1);
    assert_eq!(keyed(&site, LOGIN, "k-1", &body).await.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn another_persons_same_key_is_another_key() {
    let site = TestSite::start().await;
    let (mut one, _) = site.client().logged_in().await;
    let (mut other, _) = site.client().logged_in().await;
    let key = [("idempotency-key", "k-1")];
    let mut stolen = other.clone();
    assert_eq!(one.ask("POST", "/api/v1/logout", &key).await.status, 204);
    let answer = other.ask("POST", "/api/v1/logout", &key).await;
    assert_eq!((answer.status.as_u16(), answer.header("idempotency-replayed")), (204, ""));
    assert_eq!(stolen.get("/api/v1/me").await.status, 401, "the second person is logged out as well");
}

#[tokio::test]
async fn after_a_day_the_key_is_free_again() {
    let site = TestSite::start().await;
    let person = Person::new();
    site.client().register(&person).await;
    let body = credentials(&person);
    let first = keyed(&site, LOGIN, "k-1", &body).await;
    site.clock.advance(TimeDelta::hours(24));
    assert_eq!(keyed(&site, LOGIN, "k-1", &body).await.text(), first.text());
    site.clock.advance(TimeDelta::seconds(1));
    let again = keyed(&site, LOGIN, "k-1", &body).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (200, ""));
    assert_eq!(events(&site, "account.logged_in").await, 2);
}

#[tokio::test]
async fn an_answer_that_says_try_again_is_not_kept() {
    let site = TestSite::start().await;
    let person = Person::new();
    site.client().register(&person).await;
    let body = credentials(&person);
    as_superuser(&site, "REVOKE INSERT ON login_attempts FROM zhanggui_app").await;
    let failed = keyed(&site, LOGIN, "k-1", &body).await;
    assert!(failed.status.is_server_error(), "{:?}", failed.outcome());
    as_superuser(&site, "GRANT INSERT ON login_attempts TO zhanggui_app").await;
    let again = keyed(&site, LOGIN, "k-1", &body).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (200, ""));
}

#[tokio::test]
async fn a_key_whose_server_died_is_free_after_a_minute() {
    let site = TestSite::start().await;
    let body = json!({"username": "ab"});
    keyed(&site, "/api/v1/register", "k-1", &body).await;
    as_superuser(&site, "UPDATE idempotency_keys SET answer = NULL").await;
    let running = keyed(&site, "/api/v1/register", "k-1", &body).await;
    assert_eq!(running.outcome(), (409, "conflict".to_owned()));
    site.clock.advance(TimeDelta::seconds(61));
    let again = keyed(&site, "/api/v1/register", "k-1", &body).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (422, ""));
}

#[tokio::test]
async fn a_login_that_is_sent_twice_opens_one_session_even_after_its_answer_came() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = crate::support::client::Person::new();
    client.register(&person).await;
    client.headers.push(("idempotency-key", "twice".to_owned()));
    let first = client.login(&person).await;
    assert_eq!(client.login(&person).await, first);
    assert_eq!(client.get("/api/v1/me").await.json()["login_time"], first["login_time"]);
}
