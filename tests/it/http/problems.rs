//! Every error in one form, in the reader's language, with nothing of the server's inside.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::{as_superuser, keys};
use crate::support::client::Answer;
use crate::support::site::{TestSite, schema_of};

#[tokio::test]
async fn an_unknown_route_is_not_found_whatever_the_method() {
    let site = TestSite::start().await;
    for path in ["/nowhere", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/me/", "//", "/static", "/media/"] {
        for method in ["GET", "POST", "DELETE", "BREW"] {
            let answer = site.client().ask(method, path, &[]).await;
            assert_eq!(answer.outcome(), (404, "not_found".to_owned()), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_ones_are_right() {
    let site = TestSite::start().await;
    for (method, path, allowed) in [
        ("PUT", "/api/v1/login", "POST"),
        ("GET", "/api/v1/register", "POST"),
        ("POST", "/api/v1/captcha", "GET,HEAD"),
        ("DELETE", "/", "GET,HEAD"),
        ("BREW", "/healthz", "GET,HEAD"),
    ] {
        let answer = site.client().ask(method, path, &[]).await;
        assert_eq!(answer.outcome(), (405, "method_not_allowed".to_owned()), "{method} {path}");
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
    }
}

#[tokio::test]
async fn a_problem_has_exactly_the_members_of_the_contract() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let answer = client.get("/nowhere").await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(
        answer.json(),
        json!({"type": "/problems/not_found", "title": "Not found", "status": 404, "code": "not_found",
               "detail": "There is no such address or resource."})
    );
    let answer = client.post("/api/v1/register", &json!({"username": "ab"})).await;
    assert_eq!(keys(&answer.json()), ["code", "detail", "errors", "status", "title", "type"]);
    assert_eq!(keys(&answer.json()["errors"][0]), ["code", "field", "message"]);
    let head = client.ask("HEAD", "/nowhere", &[]).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (404, 0));
}

#[tokio::test]
async fn title_detail_and_messages_follow_the_readers_language() {
    let site = TestSite::start().await;
    let mut client = site.client();
    client.headers.clear();
    for (accept, language, message) in [
        ("", "zh-CN", "必填。"),
        ("zh", "zh-CN", "必填。"),
        ("fr", "zh-CN", "必填。"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en", "This is required."),
        ("zh;q=0.1,en;q=0.2", "en", "This is required."),
    ] {
        let request = Request::post("/api/v1/register").header("content-type", "application/json");
        let request = request.header("accept-language", accept).body(Body::from("{}")).unwrap();
        let answer = client.send(request).await;
        assert_eq!(answer.header("content-language"), language, "{accept}");
        let json = answer.json();
        assert_eq!(
            (&json["errors"][0]["message"], &json["code"]),
            (&json!(message), &json!("validation_failed"))
        );
        for field in ["title", "detail"] {
            assert_eq!(json[field].as_str().unwrap().is_ascii(), language == "en", "{accept}");
        }
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_a_plain_one_is_the_clients_own() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let mut seen = std::collections::BTreeSet::new();
    for path in ["/healthz", "/", "/nowhere", "/api/v1/me", "/api/v1/availability"] {
        let id = client.get(path).await.header("x-request-id").to_owned();
        assert!(id.parse::<uuid::Uuid>().is_ok(), "{path} {id}");
        assert!(seen.insert(id));
    }
    let own = "my-request-0000000001";
    assert_eq!(client.ask("GET", "/nowhere", &[("x-request-id", own)]).await.header("x-request-id"), own);
    for other in ["short", &"x".repeat(65), "with space in it", "<script>alert(1)</script>", "掌柜掌柜掌柜"]
    {
        let answer = client.ask("GET", "/nowhere", &[("x-request-id", other)]).await;
        assert!(answer.header("x-request-id").parse::<uuid::Uuid>().is_ok(), "{other}");
    }
}

fn assert_internals_stay_inside(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.outcome(), (status, code.to_owned()));
    let json = answer.json();
    assert_eq!(keys(&json), ["code", "detail", "instance", "status", "title", "type"]);
    assert_eq!(json["instance"], format!("/requests/{}", answer.header("x-request-id")));
    for word in ["sql", "postgres", "column", "relation", "login_time", "session", "denied", "src/", "panick"]
    {
        assert!(!answer.text().contains(word), "{word} in {}", answer.text());
    }
}

#[tokio::test]
async fn a_defect_shows_no_internals_and_names_its_line_in_the_log() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let schema = schema_of("session_validity");
    as_superuser(&site, &format!("ALTER TABLE {schema}.session_validity ALTER login_time TYPE text")).await;
    let fresh = site.another_instance().await;
    let cookies = client.cookies.clone();
    client = fresh.client();
    client.cookies = cookies;
    assert_internals_stay_inside(&client.get("/api/v1/me").await, 500, "internal_error");
}

#[tokio::test]
async fn a_database_that_refuses_is_unavailable_with_a_time_to_try_again() {
    let site = TestSite::start().await;
    as_superuser(&site, "REVOKE SELECT, UPDATE ON log_head FROM zhanggui_app").await;
    let mut client = site.client();
    let answer = client.get("/readyz").await;
    assert_internals_stay_inside(&answer, 503, "unavailable");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_a_browser() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let image = client.get("/api/v1/captcha").await.json()["image_url"].as_str().unwrap().to_owned();
    let paths = [
        "/",
        "/login",
        "/docs",
        "/static/app.js",
        "/favicon.ico",
        "/account",
        "/api/v1/me",
        "/api/v1/captcha",
        "/api/v1/availability",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/nowhere",
        image.as_str(),
    ];
    for path in paths {
        let answer = client.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
        assert!(answer.headers.get("server").is_none(), "{path}");
        if path.starts_with("/api/") {
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }
}
