//! THE table: every method and path, who may call it, and its handler.
//!
//! A route that is not here does not exist; one that is here without an expected status for every kind of
//! caller fails the access test, and one that the OpenAPI document does not describe fails another.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use tower_http::compression::CompressionLayer;

use super::problem::Problem;
use super::{
    LARGEST_BODY, Shared, availability, captcha, guard, idempotency, login, logout, me, observe, operations,
    pages, register, session,
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Anyone,
    /// Whoever has a valid session.
    LoggedIn,
}

/// One line of the table.
#[derive(Debug)]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, as axum writes it.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    handler: MethodRouter<Shared>,
}

/// Every route.
#[must_use]
pub fn table() -> Vec<Route> {
    use Access::{Anyone, LoggedIn};
    let line = |method, path, access, handler| Route { method, path, access, handler };
    // Only what is the same for everybody: compressing what holds a secret can give it away (BREACH).
    let packed = |handler: MethodRouter<Shared>| handler.layer(CompressionLayer::new());
    vec![
        line("GET", "/api/v1/captcha", Anyone, get(captcha::issue)),
        line("GET", "/api/v1/availability", Anyone, get(availability::check)),
        line("POST", "/api/v1/register", Anyone, post(register::register)),
        line("POST", "/api/v1/login", Anyone, post(login::login)),
        line("POST", "/api/v1/logout", Anyone, post(logout::logout)),
        line("GET", "/api/v1/me", LoggedIn, get(me::show)),
        line("GET", "/media/captcha/{file}", Anyone, get(captcha::image)),
        line("GET", "/healthz", Anyone, get(operations::healthz)),
        line("GET", "/readyz", Anyone, get(operations::readyz)),
        line("GET", "/metrics", Anyone, get(operations::metrics)),
        line("GET", "/openapi.json", Anyone, packed(get(operations::openapi))),
        line("GET", "/docs", Anyone, packed(get(pages::docs))),
        line("GET", "/", Anyone, packed(get(pages::page))),
        line("GET", "/login", Anyone, packed(get(pages::page))),
        line("GET", "/register", Anyone, packed(get(pages::page))),
        line("GET", "/account", LoggedIn, packed(get(pages::page))),
        line("GET", "/favicon.ico", Anyone, packed(get(pages::favicon))),
        line("GET", "/static/{*file}", Anyone, packed(get(pages::file))),
    ]
}

/// The whole server.
pub fn router(site: Shared) -> Router {
    let mut router = Router::new();
    for Route { method, path, access, handler } in table() {
        // Inside the session's layer, so that a kept answer is given to nobody else.
        let handler = match method {
            "GET" => handler,
            _ => handler.layer(from_fn_with_state(site.clone(), idempotency::once)),
        };
        let handler = match access {
            Access::Anyone => handler,
            Access::LoggedIn => handler.layer(from_fn_with_state(site.clone(), session::require)),
        };
        router = router.route(path, handler);
    }
    router
        .fallback(async || Problem::new("not_found"))
        .method_not_allowed_fallback(async || Problem::new("method_not_allowed"))
        .layer(from_fn(guard::same_site))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(site.clone(), observe::observe))
        .with_state(site)
}
