//! Random bytes wherever a stranger can send some: never a 5xx, and every error is a problem.

use axum::body::Body;
use axum::http::{HeaderValue, Request, Uri};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use zhanggui::http::routes::table;

use super::encoded;
use crate::support::client::Answer;
use crate::support::site::TestSite;

/// Asks a new site 64 times with what `strategy` gives.
fn ask_all<S: Strategy>(strategy: &S, request: impl Fn(S::Value) -> Option<Request<Body>>) {
    let runtime = Runtime::new().unwrap();
    let site = runtime.block_on(TestSite::start());
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    runner
        .run(strategy, |value| {
            // What no HTTP client can send is no case.
            let Some(request) = request(value) else { return Err(TestCaseError::reject("not HTTP")) };
            let shown = format!("{request:?}");
            let answer = runtime.block_on(site.client().send(request));
            prop_assert!(is_in_order(&answer), "{} {:?} to {}", answer.status, answer.headers, shown);
            Ok(())
        })
        .unwrap();
}

fn is_in_order(answer: &Answer) -> bool {
    let status = answer.status.as_u16();
    // The answer to HEAD has no body.
    let is_problem = || {
        answer.header("content-type") == "application/problem+json"
            && (answer.body.is_empty() || answer.json()["status"] == status)
    };
    status < 400 || (status < 500 && is_problem())
}

fn posts() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["/api/v1/register", "/api/v1/login", "/api/v1/logout"])
}

fn post(path: &str, body: Vec<u8>) -> Option<Request<Body>> {
    Request::post(path).header("content-type", "application/json").body(Body::from(body)).ok()
}

#[test]
fn bytes_as_bodies() {
    ask_all(&(posts(), vec(any::<u8>(), 0..2_000)), |(path, body)| post(path, body));
}

#[test]
fn any_json_as_bodies() {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((any::<String>(), inner), 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    });
    ask_all(&(posts(), tree), |(path, body)| post(path, body.to_string().into_bytes()));
}

#[test]
fn any_texts_in_the_documented_fields() {
    let texts = vec("(?s).{0,80}|[\\x00-\\x20]{0,9}|\\PC{3,20}", 7);
    ask_all(&(posts(), texts, any::<bool>()), |(path, texts, same)| {
        let again = if same { &texts[3] } else { &texts[4] };
        let body = json!({"username": texts[0], "email": texts[1], "phone": texts[2], "password": texts[3],
            "password_confirmation": again, "captcha_id": texts[5], "captcha_answer": texts[6]});
        post(path, body.to_string().into_bytes())
    });
}

#[test]
fn any_texts_as_query_strings() {
    let names = prop::sample::select(vec!["username", "email", "phone", "x"]);
    let raw = "[!-~]{0,60}".prop_map(|text| text.replace('#', ""));
    let value = "(?s).{0,60}".prop_map(encoded);
    let field = (names, value).prop_map(|(name, value)| format!("{name}={value}"));
    ask_all(&prop_oneof![raw, field], |query| {
        let uri: Uri = format!("/api/v1/availability?{query}").parse().ok()?;
        Request::get(uri).body(Body::empty()).ok()
    });
}

#[test]
fn any_bytes_as_cookies_and_other_headers() {
    let names = [
        "cookie",
        "accept",
        "accept-language",
        "x-request-id",
        "user-agent",
        "origin",
        "host",
        "if-none-match",
        "sec-fetch-site",
        "idempotency-key",
        "content-type",
        "content-length",
        "forwarded",
        "x-forwarded-for",
    ];
    let value = prop_oneof![
        vec(any::<u8>(), 0..200),
        "session=[!-~]{43}; login_time=[0-9-]{0,25}".prop_map(String::into_bytes),
        "[a-z*/,;=.0-9 -]{0,60}".prop_map(String::into_bytes),
    ];
    let routes: Vec<_> = table().iter().map(|route| (route.method, route.path)).collect();
    let requests = (prop::sample::select(routes), vec((prop::sample::select(names.to_vec()), value), 1..5));
    ask_all(&requests, |((method, path), headers)| {
        let mut request = Request::builder().method(method).uri(path.replace(['{', '}', '*'], ""));
        for (name, value) in headers {
            // What is no header cannot arrive.
            let Ok(value) = HeaderValue::from_bytes(&value) else { continue };
            request = request.header(name, value);
        }
        request.body(Body::empty()).ok()
    });
}

#[test]
fn any_bytes_as_paths_and_methods() {
    let folders = ["/", "/static/", "/media/captcha/", "/api/v1/", "/api/v1/me/"];
    let rest = prop_oneof![
        vec(any::<u8>(), 0..60).prop_map(encoded),
        "[!-~]{0,60}".prop_map(|text| text.replace(['#', '?'], "")),
        "[a-z./%0-9A-F]{0,60}",
    ];
    let methods = prop::sample::select(vec!["GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "X-Y"]);
    ask_all(&(methods, prop::sample::select(folders.to_vec()), rest), |(method, folder, rest)| {
        let uri: Uri = format!("{folder}{rest}").parse().ok()?;
        Request::builder().method(method).uri(uri).body(Body::empty()).ok()
    });
}
