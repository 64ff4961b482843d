//! THE table: every method and path, who may call it, and its handler.
//!
//! A route that is not here does not exist; one that is here without an expected status for every kind of
//! caller fails the access test, and one that the OpenAPI document does not describe fails another.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use tower_http::compression::CompressionLayer;

use super::problem::Problem;
use super::session::Need;
use super::{
    LARGEST_BODY, Shared, admin, analytics, audit, availability, avatar, captcha, guard, idempotency, leave,
    login, logout, me, merchant, observe, operations, outbox, pages, password, password_resets, register,
    session, verifications,
};
use crate::account::Role;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Anyone,
    /// Whoever has a valid session.
    LoggedIn,
    /// Whoever has a valid session; watching goes on by itself and is no use of it.
    Watching,
    /// Whoever has a valid session and this role, or is an admin.
    Role(Role),
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
    /// The most bytes its body may have.
    pub largest_body: usize,
    handler: MethodRouter<Shared>,
}

/// Every route.
#[must_use]
pub fn table() -> Vec<Route> {
    use Access::{Anyone, LoggedIn};
    const ADMIN: Access = Access::Role(Role::Admin);
    let largest_body = LARGEST_BODY;
    let line = |method, path, access, handler| Route { method, path, access, largest_body, handler };
    // Only what is the same for everybody: compressing what holds a secret can give it away (BREACH).
    let packed = |handler: MethodRouter<Shared>| handler.layer(CompressionLayer::new());
    let lines = vec![
        line("GET", "/api/v1/captcha", Anyone, get(captcha::issue)),
        line("GET", "/api/v1/availability", Anyone, get(availability::check)),
        line("POST", "/api/v1/register", Anyone, post(register::register)),
        line("POST", "/api/v1/login", Anyone, post(login::login)),
        line("POST", "/api/v1/logout", Anyone, post(logout::logout)),
        line("GET", "/api/v1/me", LoggedIn, get(me::show)),
        line("DELETE", "/api/v1/me", LoggedIn, delete(leave::erase)),
        line("GET", "/api/v1/me/export", LoggedIn, get(leave::export)),
        line("POST", "/api/v1/me/verifications", LoggedIn, post(verifications::request)),
        line("POST", "/api/v1/me/verifications/{id}/confirm", LoggedIn, post(verifications::confirm)),
        line("PUT", "/api/v1/me/password", LoggedIn, put(password::change)),
        line("POST", "/api/v1/password-resets", Anyone, post(password_resets::request)),
        line("POST", "/api/v1/password-resets/{id}/confirm", Anyone, post(password_resets::confirm)),
        Route {
            largest_body: avatar::LARGEST,
            ..line("PUT", "/api/v1/me/avatar", LoggedIn, put(avatar::change))
        },
        line("DELETE", "/api/v1/me/avatar", LoggedIn, delete(avatar::remove)),
        line("GET", "/api/v1/admin/people", ADMIN, get(admin::people)),
        line("PUT", "/api/v1/admin/people/{user_id}/roles/{role}", ADMIN, put(admin::grant)),
        line("DELETE", "/api/v1/admin/people/{user_id}/roles/{role}", ADMIN, delete(admin::revoke)),
        line("GET", "/media/avatars/{person}/{file}", Anyone, get(avatar::image)),
        line("GET", "/media/captcha/{file}", Anyone, get(captcha::image)),
        line("GET", "/healthz", Anyone, get(operations::healthz)),
        line("GET", "/readyz", Anyone, get(operations::readyz)),
        line("GET", "/metrics", Anyone, get(operations::metrics)),
        line("GET", "/openapi.json", Anyone, packed(get(operations::openapi))),
        line("GET", "/docs", Anyone, packed(get(pages::docs))),
        line("GET", "/", Anyone, packed(get(pages::page))),
        line("GET", "/login", Anyone, packed(get(pages::page))),
        line("GET", "/register", Anyone, packed(get(pages::page))),
        line("GET", "/forgot", Anyone, packed(get(pages::page))),
        line("GET", "/account", LoggedIn, packed(get(pages::page))),
        line("GET", "/admin", LoggedIn, packed(get(pages::page))),
        line("GET", "/analytics", LoggedIn, packed(get(pages::page))),
        line("GET", "/audit", LoggedIn, packed(get(pages::page))),
        line("GET", "/dev/outbox", Anyone, get(outbox::show)),
        line("GET", "/favicon.ico", Anyone, packed(get(pages::favicon))),
        line("GET", "/static/{*file}", Anyone, packed(get(pages::file))),
    ];
    let others = of_merchants().into_iter().chain(of_analysts()).chain(of_the_audit()).chain(of_proof());
    lines.into_iter().chain(others).collect()
}

/// The routes of merchants.
fn of_merchants() -> Vec<Route> {
    use merchant::{bulk, categories, events, export, import, list, products, store};
    let line = |method, path, handler| {
        let (access, largest_body) = (Access::LoggedIn, LARGEST_BODY);
        Route { method, path, access, largest_body, handler }
    };
    vec![
        line("GET", "/store", get(pages::page).layer(CompressionLayer::new())),
        line("POST", "/api/v1/store", post(store::open)),
        line("GET", "/api/v1/store", get(store::show)),
        line("PATCH", "/api/v1/store", patch(store::rename)),
        Route { access: Access::Watching, ..line("GET", "/api/v1/store/events", get(events::watch)) },
        line("GET", "/api/v1/store/products", get(list::show)),
        line("POST", "/api/v1/store/products", post(products::list)),
        Route { largest_body: import::LARGEST, ..line("POST", import::PATH, post(import::products)) },
        line("POST", "/api/v1/store/products/bulk", post(bulk::act)),
        line("GET", "/api/v1/store/products.csv", get(export::products)),
        line("GET", "/api/v1/store/products/{id}", get(products::show)),
        line("PATCH", "/api/v1/store/products/{id}", patch(products::modify)),
        line("DELETE", "/api/v1/store/products/{id}", delete(products::delete)),
        line("POST", "/api/v1/store/products/{id}/restore", post(products::restore)),
        line("POST", "/api/v1/store/products/{id}/refresh", post(products::refresh)),
        line("POST", "/api/v1/store/categories", post(categories::add)),
        line("PATCH", "/api/v1/store/categories/{id}", patch(categories::rename)),
        line("DELETE", "/api/v1/store/categories/{id}", delete(categories::remove)),
    ]
}

/// The routes of analysts.
fn of_analysts() -> Vec<Route> {
    let line = |path, handler| {
        let (access, largest_body) = (Access::Role(Role::Analyst), LARGEST_BODY);
        Route { method: "GET", path, access, largest_body, handler }
    };
    vec![
        line("/api/v1/analytics/daily", get(analytics::daily::show)),
        line("/api/v1/analytics/active", get(analytics::active::show)),
        line("/api/v1/analytics/retention", get(analytics::retention::show)),
        line("/api/v1/analytics/products", get(analytics::products::show)),
    ]
}

/// The routes of the log's proofs.
fn of_proof() -> Vec<Route> {
    use crate::http::proof::{checkpoint, consistency, inclusion, keys};
    const AUDITOR: Access = Access::Role(Role::Auditor);
    let line = |method, path, access, handler| {
        let largest_body = LARGEST_BODY;
        Route { method, path, access, largest_body, handler }
    };
    vec![
        line("GET", "/api/v1/audit/checkpoint", AUDITOR, get(checkpoint::show)),
        line("GET", "/api/v1/audit/proofs/inclusion", AUDITOR, get(inclusion::show)),
        line("GET", "/api/v1/audit/proofs/consistency", AUDITOR, get(consistency::show)),
        line("GET", "/.well-known/zhanggui-log-keys", Access::Anyone, get(keys::show)),
    ]
}

/// The routes of auditors.
fn of_the_audit() -> Vec<Route> {
    use audit::{events, streams};
    let line = |path, handler| {
        let (access, largest_body) = (Access::Role(Role::Auditor), LARGEST_BODY);
        Route { method: "GET", path, access, largest_body, handler }
    };
    vec![
        line("/api/v1/audit/events", get(events::find)),
        line("/api/v1/audit/events/{position}", get(events::show)),
        line("/api/v1/audit/types", get(events::types)),
        line("/api/v1/audit/streams/{type}/{id}", get(streams::events)),
        line("/api/v1/audit/streams/{type}/{id}/state", get(streams::state)),
        line("/api/v1/audit/streams/{type}/{id}/diff", get(streams::diff)),
    ]
}

/// The whole server.
pub fn router(site: Shared) -> Router {
    let mut router = Router::new();
    for Route { method, path, access, largest_body, handler } in table() {
        // Inside the session's layer, so that a kept answer is given to nobody else.
        let handler = match method {
            "GET" => handler,
            _ => handler.layer(from_fn_with_state(site.clone(), move |site, caller, request, next| {
                idempotency::once(site, caller, largest_body, request, next)
            })),
        };
        let within = |need| from_fn_with_state((site.clone(), need), session::require);
        let handler = match access {
            Access::Anyone => handler,
            Access::LoggedIn => handler.layer(within(Need::default())),
            Access::Watching => handler.layer(within(Need { watches: true, ..Need::default() })),
            Access::Role(role) => handler.layer(within(Need { role: Some(role), ..Need::default() })),
        };
        router = router.route(path, handler.layer(DefaultBodyLimit::max(largest_body)));
    }
    router
        .fallback(async || Problem::new("not_found"))
        .method_not_allowed_fallback(async || Problem::new("method_not_allowed"))
        .layer(from_fn(guard::same_site))
        .layer(from_fn_with_state(site.clone(), observe::observe))
        .with_state(site)
}
