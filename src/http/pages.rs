//! The page: the files of `static/`, carried in the program. Serving them needs nothing else.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::extract::Path;
use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "static/"]
#[exclude = "captcha/*"]
struct Files;

/// No inline script or style, nothing from elsewhere but products' pictures, and no way to make markup from text.
/// The pictures stay where Taobao keeps them: only its three picture hosts are let in, as pictures, over `https`.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: https://*.alicdn.com https://*.taobaocdn.com https://*.tbcdn.cn; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The front-end: one document for all its paths.
///
/// # Errors
/// `not_found`, if the program was built without it.
pub async fn page(headers: HeaderMap) -> Result<Response, Problem> {
    serve("index.html", &headers)
}

/// The API reference.
///
/// # Errors
/// `not_found`, if the program was built without it.
pub async fn docs(headers: HeaderMap) -> Result<Response, Problem> {
    serve("docs.html", &headers)
}

/// The icon that browsers ask for without being told.
///
/// # Errors
/// `not_found`, if the program was built without it.
pub async fn favicon(headers: HeaderMap) -> Result<Response, Problem> {
    serve("logo.svg", &headers)
}

/// A file of `static/`.
///
/// # Errors
/// `not_found`.
pub async fn file(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    serve(&file, &headers)
}

fn serve(name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let file = Files::get(name).ok_or(Problem::new("not_found"))?;
    let etag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let unchanged =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        file.data.into_owned().into_response()
    };
    for (name, value) in [
        (header::CONTENT_TYPE, kind.as_ref()),
        (header::ETAG, etag.as_str()),
        // Asked again each time, answered 304 while unchanged: a new version is seen at once.
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}
