//! What happens around every request: an id, a log line, a measurement, words for problems, safe headers.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use metrics::{counter, histogram};
use tracing::Instrument;

use super::Shared;
use super::deadline::{in_time, patience};
use super::problem::Problem;
use super::words::Language;

/// `X-Request-Id`.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request's id, as every part of its handling may want to name it.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Wraps every request.
pub async fn observe(State(site): State<Shared>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(&site, request.headers());
    let language = language(request.headers());
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", request_id = %id, method, route);
    let unsafe_method = !request.method().is_safe();
    // A request that takes longer is answered 503; the client may try again.
    let patience = patience(&route);
    let request = request.map(|body| in_time(body, patience.body));
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone());
    let handled = async {
        if unsafe_method {
            // To its end, even when the client goes away: half a command would spend a captcha or count a login.
            tokio::spawn(handled).await.unwrap_or_else(|gone| Err(Box::new(gone)))
        } else {
            handled.await
        }
    };
    let mut response = match tokio::time::timeout(patience.whole, handled).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => span.in_scope(|| Problem::internal(&"a handler panicked")).into_response(),
        Err(_elapsed) => Problem::unavailable().into_response(),
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = with_words(response, &problem, language, &id);
    } else if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        response = with_words(response, &Problem::new("too_large"), language, &id);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    harden(response.headers_mut());
    let (status, seconds) = (response.status(), begun.elapsed().as_secs_f64());
    histogram!("http_request_seconds", "method" => method, "route" => route.clone()).record(seconds);
    counter!("http_requests_total", "method" => method, "route" => route, "status" => status.as_str().to_owned())
        .increment(1);
    span.in_scope(|| tracing::info!(status = status.as_u16(), ms = seconds * 1000.0, "answered"));
    response
}

/// The client's own id where it is a plain token, so that a front-end can follow its request; else a new one.
fn request_id(site: &Shared, headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_token = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    given.filter(is_token).map_or_else(|| site.ports.id().unwrap_or_default().to_string(), str::to_owned)
}

/// The method's name, but one for all that anybody can make up: each would be a series of its own.
fn known(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|name| method.as_str() == *name).unwrap_or("other")
}

/// The language that the client would rather read.
pub(super) fn language(headers: &HeaderMap) -> Language {
    Language::preferred(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}

/// The answer with the problem in words.
pub(super) fn with_words(response: Response, problem: &Problem, language: Language, id: &str) -> Response {
    let (mut parts, _empty) = response.into_parts();
    let body = serde_json::to_vec(&problem.body(language, id)).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    Response::from_parts(parts, Body::from(body))
}

/// Headers that every answer carries unless a handler chose otherwise.
pub(super) fn harden(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
