//! Who is asking: the session behind the cookie, checked against the log's read model on every request.
//!
//! The cookie `session` holds 256 random bits, of which only the SHA-256 digest is kept anywhere. A newer
//! login of the account supersedes the session at once on every instance, since every request asks the
//! read model that the login's own transaction changed. When a session was last used is kept in memory
//! and written in batches ([`activity`]); that somebody was there
//! at all on a day is an event of the account ([`presence`]).

pub mod activity;
pub mod cookies;
pub mod presence;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::digest::{SHA256, digest};

use super::Shared;
use super::observe::RequestId;
use super::problem::Problem;
use crate::account::Role;
use crate::ports::{NoEntropy, Ports};
use crate::projections::session_validity::{self, SessionRow};

/// A valid session, for handlers that need one.
#[derive(Clone, Debug)]
pub struct Session {
    /// SHA-256 of the token.
    pub digest: Vec<u8>,
    /// The session and its account.
    pub row: SessionRow,
}

impl Session {
    /// Whether it may do what needs this role. An admin may do what any role may.
    fn may(&self, role: Option<Role>) -> bool {
        role.is_none_or(|role| {
            self.row.roles.iter().any(|held| held == role.as_str() || held == Role::Admin.as_str())
        })
    }
}

/// SHA-256 of a session's token: what the log and the read model know it by.
#[must_use]
pub fn token_digest(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

/// The token of a new session: 256 unpredictable bits.
///
/// # Errors
/// [`NoEntropy`].
pub fn new_token(ports: &Ports) -> Result<String, NoEntropy> {
    Ok(URL_SAFE_NO_PAD.encode(ports.random::<32>()?))
}

/// What a route needs of a session.
#[derive(Clone, Copy, Debug, Default)]
pub struct Need {
    /// The role, if one is needed.
    pub role: Option<Role>,
    /// Whether the request only watches: then it is no use of the session, which grows idle all the same.
    pub watches: bool,
}

/// Lets a request with a valid session and, where one is needed, a role through, and tells the others why not.
pub async fn require(
    State((site, need)): State<(Shared, Need)>,
    mut request: Request,
    next: Next,
) -> Response {
    let found = find(&site, request.headers()).await;
    if let Ok(session) = &found {
        let id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
        presence::note(&site, session.row.user_id, id);
    }
    match found
        .and_then(|session| if session.may(need.role) { Ok(session) } else { Err(Problem::new("forbidden")) })
    {
        Ok(session) => {
            if !need.watches {
                site.activity.touch(&session.digest, site.ports.now());
            }
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        Err(problem) => {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            refuse(&site, request.headers(), path, problem)
        }
    }
}

/// The valid session that the headers' cookies prove.
///
/// # Errors
/// `login_required`, `session_superseded` or `session_expired`; the database's.
pub async fn find(site: &Shared, headers: &HeaderMap) -> Result<Session, Problem> {
    let jar = cookies::read(headers, site.settings.secure_cookies);
    let Some(token) = jar.session else { return Err(Problem::new("login_required")) };
    let digest = token_digest(&token);
    let row = valid(site, &digest).await?;
    if jar.login_time.is_some_and(|login_time| login_time < row.login_time) {
        return Err(Problem::new("session_superseded"));
    }
    Ok(Session { digest, row })
}

/// The session with this digest, if it is still its account's current one.
///
/// # Errors
/// `login_required`, `session_superseded` or `session_expired`; the database's.
pub async fn valid(site: &Shared, digest: &[u8]) -> Result<SessionRow, Problem> {
    let row = site.hot.ask(async |database| session_validity::by_digest(database, digest).await).await?;
    let row = row.filter(|row| !row.ended).ok_or(Problem::new("login_required"))?;
    if row.superseded {
        return Err(Problem::new("session_superseded"));
    }
    if site.ports.now() >= ends_at(site, &row, digest) {
        return Err(Problem::new("session_expired"));
    }
    Ok(row)
}

/// When a session is over, unless it is used before.
#[must_use]
pub fn ends_at(site: &Shared, row: &SessionRow, digest: &[u8]) -> DateTime<Utc> {
    let last_seen = [Some(row.logged_in_at), row.last_seen_at, site.activity.last_seen(digest)]
        .into_iter()
        .flatten()
        .max();
    let idle = last_seen.map_or(row.logged_in_at, |seen| seen) + site.settings.session_idle;
    let absolute = row.logged_in_at + site.settings.session_absolute;
    idle.min(absolute)
}

/// A page request is sent to the login page, any other one is told 401; useless cookies are cleared.
fn refuse(site: &Shared, headers: &HeaderMap, path: &str, problem: Problem) -> Response {
    let lost_session = problem.status() == StatusCode::UNAUTHORIZED;
    let mut response = if lost_session && prefers_html(headers) {
        let next = percent_encode(path);
        // The redirect clears the cookies; the page can still say why the session ended.
        let reason = match problem.code {
            "login_required" => String::new(),
            code => format!("&reason={code}"),
        };
        (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/login?next={next}{reason}"))]).into_response()
    } else {
        problem.into_response()
    };
    let had_cookie = cookies::read(headers, site.settings.secure_cookies).session.is_some();
    if lost_session && had_cookie {
        cookies::clear(response.headers_mut(), site.settings.secure_cookies);
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept, cookie"));
    response
}

/// Whether `Accept` likes HTML better than JSON.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    prefers(headers, "text/html")
}

/// Whether `Accept` names this kind and likes it better than JSON.
pub(super) fn prefers(headers: &HeaderMap, kind: &str) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let weight = |wanted: &str| {
        let of = |range: &str| {
            let mut parts = range.split(';').map(str::trim);
            (parts.next() == Some(wanted))
                .then(|| parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0))
        };
        accept.split(',').find_map(|range| of(range.trim())).unwrap_or(0.0)
    };
    weight(kind) > weight("application/json")
}

fn percent_encode(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

impl FromRequestParts<Shared> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or(Problem::new("login_required"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_preferred_by_browsers_only() {
        for (accept, html) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/json", false),
            ("*/*", false),
            ("", false),
            ("application/json, text/html;q=0.5", false),
            ("application/json;q=0.5, text/html", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(prefers_html(&headers), html, "{accept}");
        }
    }

    #[test]
    fn a_path_cannot_break_out_of_the_location() {
        assert_eq!(percent_encode("/account?a=b&c=\r\nd"), "/account%3Fa%3Db%26c%3D%0D%0Ad");
    }
}
