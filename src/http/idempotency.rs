//! `Idempotency-Key`: the same key and body get the first answer again for 24 hours, another body 422.
//!
//! The key is reserved in the database before the command runs, so that of two requests at the same time
//! one runs and the other is told to come back. Answers are kept sealed, since a login's answer holds a
//! session. Answers that say "try again" (5xx, 429) are not kept.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ring::hmac;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Shared;
use super::deadline::{is_too_slow, patience};
use super::extract::Caller;
use super::limits::Limited;
use super::problem::{Problem, WrongField};
use super::session::{Session, cookies, token_digest};
use crate::eventstore::seal::{Cipher, MasterKey, SealError};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The most bytes of an answer that is kept: that of an import of which no line was right is the longest.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;
/// A request that runs so much longer than it may has died with its server: its key is free again.
const ABANDONED: Duration = Duration::from_secs(45);

/// What the layer needs besides the database.
#[derive(Clone, Debug)]
pub struct Idempotency {
    digest: hmac::Key,
    cipher: Cipher,
}

impl Idempotency {
    /// Keys and answers of the installation with this master key.
    ///
    /// # Errors
    /// [`SealError`] when the derivation of the keys fails.
    pub fn new(master: &MasterKey) -> Result<Self, SealError> {
        Ok(Self { digest: master.digest_key("idempotency")?, cipher: master.cipher("idempotent answers")? })
    }
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    problem: Option<(String, Vec<(String, String)>)>,
    #[serde(default)]
    remaining_attempts: Option<u8>,
}

/// Whom an answer is about, where that is not whoever asked or the request did not say: a registration's, a login's, a
/// grant's. Kept answers are forgotten with their person.
#[derive(Clone, Copy, Debug)]
pub struct Concerns(pub Uuid);

/// Runs a request with an `Idempotency-Key` once.
pub async fn once(
    State(site): State<Shared>,
    caller: Caller,
    largest_body: usize,
    request: Request,
    next: Next,
) -> Response {
    let key = request.headers().get(KEY).filter(|_| !request.method().is_safe());
    let Some(key) = key.map(|key| key.as_bytes().to_vec()) else { return next.run(request).await };
    if key.is_empty() || key.len() > 255 {
        return wrong_key("invalid_format").into_response();
    }
    if let Err(problem) = site.limits.take(Limited::Keyed, caller.address) {
        return problem.into_response();
    }
    match replay_or_run(&site, &key, request, largest_body, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

fn wrong_key(code: &'static str) -> Problem {
    Problem::fields("validation_failed", vec![WrongField { field: "Idempotency-Key", code }])
}

async fn replay_or_run(
    site: &Shared,
    key: &[u8],
    request: Request,
    largest_body: usize,
    next: Next,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, largest_body).await.map_err(|error| {
        if is_too_slow(&error) { Problem::unavailable() } else { Problem::new("too_large") }
    })?;
    // A key belongs to whoever sent it: to the account behind a valid session; else the body says who is
    // asking (a login's holds the password); and where there is no body (a log-out), the cookie does.
    let person = parts.extensions.get::<Session>().map(|session| session.row.user_id);
    let owner = match person {
        Some(user_id) => user_id.as_bytes().to_vec(),
        None if body.is_empty() => cookies::read(&parts.headers, site.settings.secure_cookies)
            .session
            .map_or(Vec::new(), |token| token_digest(&token)),
        None => Vec::new(),
    };
    let digest =
        hmac::sign(&site.idempotency.digest, &[owner.as_slice(), b"\0", key].concat()).as_ref().to_vec();
    let fingerprint = fingerprint(&site.idempotency.digest, parts.method.as_str(), parts.uri.path(), &body);
    let longest = patience(parts.uri.path()).whole + ABANDONED;
    if let Some(kept) = reserve(site, &digest, &fingerprint, longest).await? {
        return Ok(kept);
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    keep(site, &digest, person, response).await
}

/// What a request is told from another by. Keyed: a bare digest would let a password in the body be tried out by
/// whoever reads the table.
fn fingerprint(key: &hmac::Key, method: &str, path: &str, body: &Bytes) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    for part in [method.as_bytes(), b"\0", path.as_bytes(), b"\0", body] {
        context.update(part);
    }
    context.sign().as_ref().to_vec()
}

/// Takes the key for this request, or gives the answer that is kept under it.
async fn reserve(
    site: &Shared,
    digest: &[u8],
    fingerprint: &[u8],
    longest: Duration,
) -> Result<Option<Response>, Problem> {
    let now = site.ports.now();
    let taken = sqlx::query(
        "INSERT INTO idempotency_keys AS k (digest, request_digest, recorded_at) VALUES ($1, $2, $3) \
         ON CONFLICT (digest) DO UPDATE SET request_digest = $2, recorded_at = $3, answer = NULL \
         WHERE k.recorded_at < $4 OR (k.answer IS NULL AND k.recorded_at < $5)",
    )
    .bind(digest)
    .bind(fingerprint)
    .bind(now)
    .bind(now - Duration::from_hours(24))
    .bind(now - longest)
    .execute(&site.writes)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(None);
    }
    let row: Option<(Vec<u8>, Option<Vec<u8>>)> =
        sqlx::query_as("SELECT request_digest, answer FROM idempotency_keys WHERE digest = $1")
            .bind(digest)
            .fetch_optional(&site.writes)
            .await?;
    match row {
        Some((other, _)) if other != fingerprint => Err(wrong_key("mismatch")),
        Some((_, Some(sealed))) => site
            .idempotency
            .cipher
            .open(digest, &sealed)
            .and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok())
            .map(|kept| Some(kept.into_response()))
            .ok_or_else(|| Problem::internal(&"a kept answer does not open")),
        // The first request is still running, or its answer has just been dropped.
        _ => Err(Problem::later("conflict", Duration::from_secs(1))),
    }
}

/// Keeps an answer that stands; frees the key of one that does not.
async fn keep(
    site: &Shared,
    digest: &[u8],
    person: Option<Uuid>,
    response: Response,
) -> Result<Response, Problem> {
    let status = response.status();
    let problem = response.extensions().get::<Problem>().cloned();
    let invites_a_retry = status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || problem.as_ref().is_some_and(|problem| problem.code == "conflict");
    if invites_a_retry {
        forget(site, digest).await;
        return Ok(response);
    }
    let person = response.extensions().get::<Concerns>().map(|concerns| concerns.0).or(person);
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST_ANSWER).await.map_err(|error| Problem::internal(&error))?;
    let kept = Kept {
        status: status.as_u16(),
        headers: readable(&parts.headers),
        body: body.to_vec(),
        remaining_attempts: problem.as_ref().and_then(|problem| problem.remaining_attempts),
        problem: problem.map(|problem| {
            let errors = problem.errors.iter().map(|wrong| (wrong.field.to_owned(), wrong.code.to_owned()));
            (problem.code.to_owned(), errors.collect())
        }),
    };
    if let Err(error) = store(site, digest, person, &kept).await {
        // The command stands, and so does its answer; a retry will run again.
        tracing::warn!(%error, "an answer could not be kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

async fn store(
    site: &Shared,
    digest: &[u8],
    person: Option<Uuid>,
    kept: &Kept,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let sealed = site.idempotency.cipher.seal(&site.ports, digest, &serde_json::to_vec(kept)?)?;
    sqlx::query(
        // Not for somebody who was forgotten while the request ran.
        "UPDATE idempotency_keys SET answer = $2, user_id = $3 \
         WHERE digest = $1 AND NOT EXISTS (SELECT FROM erasures WHERE aggregate_id = $3::text)",
    )
    .bind(digest)
    .bind(sealed)
    .bind(person)
    .execute(&site.writes)
    .await?;
    Ok(())
}

/// Frees a key whose answer is not kept; where that fails it is free once its request would have been abandoned.
async fn forget(site: &Shared, digest: &[u8]) {
    let freed =
        sqlx::query("DELETE FROM idempotency_keys WHERE digest = $1").bind(digest).execute(&site.writes);
    if let Err(error) = freed.await {
        tracing::warn!(%error, "an idempotency key could not be freed");
    }
}

fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or_default();
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().append(name, value);
            }
        }
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
        if let Some((code, errors)) = self.problem {
            let leaked = |text: &str| super::words::known(text);
            let errors =
                errors.iter().map(|(field, code)| WrongField { field: leaked(field), code: leaked(code) });
            let errors = errors.collect();
            let problem = Problem {
                remaining_attempts: self.remaining_attempts,
                ..Problem::fields(leaked(&code), errors)
            };
            response.extensions_mut().insert(problem);
        }
        response
    }
}
