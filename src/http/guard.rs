//! Requests that are refused before anybody looks at them: those another site made a browser send.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// Refuses an unsafe method from another site, by `Sec-Fetch-Site` where the browser sends it, else by `Origin`.
pub async fn same_site(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    if !safe && is_cross_site(request.headers(), request.uri()) {
        return Problem::new("cross_site_request").into_response();
    }
    next.run(request).await
}

/// Whether another site made a browser send this request to the host at `uri`.
pub(super) fn is_cross_site(headers: &HeaderMap, uri: &Uri) -> bool {
    let text =
        |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or("invalid"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "same-site" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return false };
    let host = text(header::HOST).or_else(|| uri.authority().map(axum::http::uri::Authority::as_str));
    // An opaque origin ("null") has no host and is nobody's own site.
    origin.split_once("://").map(|(_, host)| host) != host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_other_sites_are_refused() {
        for (site, origin, refused) in [
            (None, None, false),
            (Some("same-origin"), Some("http://evil.example"), false),
            (Some("none"), None, false),
            (Some("cross-site"), None, true),
            (Some("rubbish"), None, true),
            (None, Some("http://shop.example"), false),
            (None, Some("http://evil.example"), true),
            (None, Some("null"), true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", "shop.example".parse().unwrap());
            site.map(|site: &str| headers.insert("sec-fetch-site", site.parse().unwrap()));
            origin.map(|origin: &str| headers.insert("origin", origin.parse().unwrap()));
            assert_eq!(is_cross_site(&headers, &Uri::from_static("/")), refused, "{site:?} {origin:?}");
        }
    }
}
