//! S6 and S7: protected routes, one client at a time, and expiry by the clock.

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use super::{events, keys};
use crate::support::client::{Answer, Client, Person};
use crate::support::site::TestSite;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

pub(super) async fn me(client: &mut Client) -> (u16, String) {
    client.get("/api/v1/me").await.outcome()
}

pub(super) fn refused(code: &str) -> (u16, String) {
    (401, code.to_owned())
}

pub(super) fn ok() -> (u16, String) {
    (200, String::new())
}

/// Both cookies are told to go.
pub(super) fn assert_cleared(answer: &Answer) {
    for name in ["session", "login_time"] {
        let line = answer.cookie(name);
        assert!(line.starts_with(&format!("{name}=;")) && line.contains("Max-Age=0; Path=/"), "{line}");
    }
}

#[tokio::test]
async fn my_account_is_told_in_full() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person { username: "掌柜Shop".to_owned(), ..Person::new() };
    let registered = client.register(&person).await;
    let login = client.login(&person).await;
    let answer = client.get("/api/v1/me").await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    let json = answer.json();
    let names = [
        "avatar_url",
        "created_at",
        "email",
        "email_verified",
        "login_time",
        "phone",
        "phone_verified",
        "roles",
        "user_id",
        "username",
    ];
    assert_eq!(keys(&json), names);
    assert_eq!(json["user_id"], registered["user_id"]);
    assert_eq!((&json["username"], &json["login_time"]), (&json!("掌柜Shop"), &login["login_time"]));
    assert_eq!((&json["email"], &json["phone"]), (&json!(person.email), &json!(person.phone)));
    assert_eq!((&json["email_verified"], &json["phone_verified"]), (&json!(false), &json!(false)));
    assert_eq!((&json["roles"], &json["avatar_url"]), (&json!([]), &json!(null)));
    let created = json["created_at"].as_str().unwrap();
    assert!(created.len() == 24 && created.ends_with('Z'), "{created}");
}

#[tokio::test]
async fn without_a_session_json_gets_401_and_a_browser_is_sent_to_log_in() {
    let site = TestSite::start().await;
    let mut client = site.client();
    for path in ["/api/v1/me", "/account"] {
        assert_eq!(client.get(path).await.outcome(), refused("login_required"));
        for accept in ["application/json", "*/*", "application/json, text/html;q=0.9"] {
            let answer = client.ask("GET", path, &[("accept", accept)]).await;
            assert_eq!(answer.outcome(), refused("login_required"), "{accept}");
        }
        let answer = client.ask("GET", path, &[("accept", BROWSER)]).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (303, 0));
        assert_eq!(answer.header("location"), format!("/login?next={path}"));
        assert!(answer.header("vary").contains("accept"));
    }
    let hostile = "/account?next=//evil.example/&a=%0d%0aSet-Cookie:x";
    let answer = client.ask("GET", hostile, &[("accept", BROWSER)]).await;
    let next = "/account%3Fnext%3D//evil.example/%26a%3D%250d%250aSet-Cookie%3Ax";
    assert_eq!(answer.header("location"), format!("/login?next={next}"));
}

#[tokio::test]
async fn a_newer_login_ends_the_older_session_at_once_on_every_instance() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (older, person) = site.client().logged_in().await;
    let mut elsewhere = other.client();
    elsewhere.cookies = older.cookies.clone();
    assert_eq!(me(&mut elsewhere).await, ok());
    let mut newer = other.client();
    newer.login(&person).await;
    for mut client in [older.clone(), elsewhere] {
        let answer = client.get("/api/v1/me").await;
        assert_eq!(answer.outcome(), refused("session_superseded"));
        assert_cleared(&answer);
        assert!(client.cookies.is_empty());
        assert_eq!(me(&mut client).await, refused("login_required"));
    }
    let mut browser = older.clone();
    let answer = browser.ask("GET", "/account", &[("accept", BROWSER)]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), "/login?next=/account&reason=session_superseded");
    assert_cleared(&answer);
    assert_eq!(me(&mut newer).await, ok());
}

#[tokio::test]
async fn an_older_login_time_gives_a_stale_client_away() {
    let site = TestSite::start().await;
    let (client, _) = site.client().logged_in().await;
    let login_time: i64 = client.cookies["login_time"].parse().unwrap();
    let mut stale = client.clone();
    stale.cookies.insert("login_time".to_owned(), (login_time - 1).to_string());
    let answer = stale.get("/api/v1/me").await;
    assert_eq!(answer.outcome(), refused("session_superseded"));
    assert_cleared(&answer);
    // The session itself goes on: neither a missing nor a later or unreadable time is an older one.
    for value in [None, Some((login_time + 1).to_string()), Some("yesterday".to_owned())] {
        let mut client = client.clone();
        client.cookies.remove("login_time");
        value.map(|value| client.cookies.insert("login_time".to_owned(), value));
        assert_eq!(me(&mut client).await, ok());
    }
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_a_request() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    for _ in 0..4 {
        site.clock.advance(TimeDelta::minutes(29));
        assert_eq!(me(&mut client).await, ok(), "every request extends it");
    }
    site.clock.advance(TimeDelta::minutes(31));
    let mut browser = client.clone();
    let answer = client.get("/api/v1/me").await;
    assert_eq!(answer.outcome(), refused("session_expired"));
    assert_cleared(&answer);
    let answer = browser.ask("GET", "/account", &[("accept", BROWSER)]).await;
    assert_eq!(answer.header("location"), "/login?next=/account&reason=session_expired");
    client.login(&person).await;
    assert_eq!(me(&mut client).await, ok());
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_busy() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    for _ in 0..47 {
        site.clock.advance(TimeDelta::minutes(15));
        assert_eq!(me(&mut client).await, ok());
    }
    site.clock.advance(TimeDelta::minutes(15));
    assert_eq!(me(&mut client).await, refused("session_expired"));
}

#[tokio::test]
async fn a_clock_set_back_prolongs_no_session() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    site.clock.advance(TimeDelta::minutes(-60));
    assert_eq!(me(&mut client).await, ok());
    site.clock.advance(TimeDelta::minutes(91));
    assert_eq!(me(&mut client.clone()).await, refused("session_expired"));
    site.clock.advance(TimeDelta::minutes(-91));
    let mut newer = site.client();
    let login_time = newer.login(&person).await["login_time"].as_i64().unwrap();
    assert!(login_time > client.cookies["login_time"].parse().unwrap(), "a newer login is a later one");
    assert_eq!(me(&mut client).await, refused("session_superseded"));
    assert_eq!(me(&mut newer).await, ok());
}

#[tokio::test]
async fn what_was_seen_here_is_known_there_once_it_is_written_down() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (mut here, _) = site.client().logged_in().await;
    let mut there = other.client();
    there.cookies = here.cookies.clone();
    site.clock.advance(TimeDelta::minutes(20));
    assert_eq!(me(&mut here).await, ok());
    site.app.site.activity.flush(&site.app.site.writes).await.unwrap();
    site.clock.advance(TimeDelta::minutes(20));
    assert_eq!(me(&mut there).await, ok());
    // An instance that saw it earlier does not take back what the other wrote.
    other.app.site.activity.flush(&other.app.site.writes).await.unwrap();
    site.app.site.activity.flush(&site.app.site.writes).await.unwrap();
    site.clock.advance(TimeDelta::minutes(29));
    assert_eq!(me(&mut here).await, ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_twenty_parallel_logins_one_session_is_valid() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let person = Person::new();
    site.client().register(&person).await;
    let logins = (0..20).map(|nth| {
        let mut client = if nth % 2 == 0 { site.client() } else { other.client() };
        let person = &person;
        async move {
            let answer = client.try_login(&person.username, &person.password).await;
            assert!(answer.status.as_u16() < 500, "{:?}", answer.outcome());
            client
        }
    });
    let clients: Vec<Client> = join_all(logins).await;
    let mut logged_in: Vec<Client> = clients.into_iter().filter(|it| !it.cookies.is_empty()).collect();
    assert_eq!(i64::try_from(logged_in.len()).unwrap(), events(&site, "account.logged_in").await);
    logged_in.sort_by_key(|client| client.cookies["login_time"].parse::<i64>().unwrap());
    let mut newest = logged_in.pop().unwrap();
    assert_eq!(me(&mut newest).await, ok());
    for mut older in logged_in {
        assert_eq!(me(&mut older).await, refused("session_superseded"));
    }
}

#[tokio::test]
async fn malformed_and_hostile_cookies_are_no_session() {
    let site = TestSite::start().await;
    let (client, _) = site.client().logged_in().await;
    let token = &client.cookies["session"];
    let digest = hex::encode(zhanggui::http::session::token_digest(token));
    let mut cookies: Vec<Vec<u8>> = [
        "",
        "=",
        ";",
        "session",
        "session=",
        "session=;login_time=",
        "session=x",
        "login_time=1",
        "session='; DROP TABLE events; --",
        "Session=",
        "session=\"\"",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    cookies.push(format!("session={}", "x".repeat(43)).into());
    cookies.push(format!("session={}", "x".repeat(60_000)).into());
    cookies.push(format!("session={}", "%00".repeat(15)).into());
    cookies.push(format!("session={token}x").into());
    cookies.push(format!("session={}", &token[1..]).into());
    cookies.push(format!("session={digest}").into());
    cookies.push(format!("SESSION={token}").into());
    cookies.push(format!("__Host-session={token}").into());
    cookies.push([b"session=".as_slice(), &[0xff; 43]].concat());
    cookies.push("session=; ".repeat(5_000).into());
    for cookie in cookies {
        let request = Request::get("/api/v1/me").header("cookie", cookie.as_slice());
        let answer = site.client().send(request.body(Body::empty()).unwrap()).await;
        let shown = String::from_utf8_lossy(&cookie[..cookie.len().min(60)]).into_owned();
        assert_eq!(answer.outcome(), refused("login_required"), "{shown}");
    }
    let both = format!("session={token}; login_time=99999999999999999999");
    let answer = site.client().ask("GET", "/api/v1/me", &[("cookie", &both)]).await;
    assert_eq!(answer.status, 200, "a time that is no number is no time");
}
