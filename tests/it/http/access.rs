//! Who may call what: every route of the table, for every kind of caller, has an expected status here.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, header};
use chrono::TimeDelta;
use zhanggui::http::routes::{Access, table};

use crate::support::client::{Client, Person};
use crate::support::site::TestSite;

/// A line of the matrix: method, route, a body or nothing, and the status for nobody, the owner of a
/// session, the owner of a superseded one, the owner of an expired one, an admin.
type Line = (&'static str, &'static str, &'static str, [u16; 5]);

const MATRIX: [Line; 68] = [
    ("GET", "/api/v1/captcha", "", [200, 200, 200, 200, 200]),
    // Without a field it is no question; that it is answered at all is what counts here.
    ("GET", "/api/v1/availability", "", [400, 400, 400, 400, 400]),
    ("POST", "/api/v1/register", "{}", [422, 422, 422, 422, 422]),
    ("POST", "/api/v1/login", "{}", [422, 422, 422, 422, 422]),
    ("POST", "/api/v1/logout", "", [204, 204, 204, 204, 204]),
    ("GET", "/api/v1/me", "", [401, 200, 401, 401, 200]),
    ("DELETE", "/api/v1/me", "{}", [401, 422, 401, 401, 422]),
    ("GET", "/api/v1/me/export", "", [401, 200, 401, 401, 200]),
    ("POST", "/api/v1/me/verifications", "{}", [401, 422, 401, 401, 422]),
    ("POST", "/api/v1/me/verifications/{id}/confirm", "{}", [401, 422, 401, 401, 422]),
    ("PUT", "/api/v1/me/password", "{}", [401, 422, 401, 401, 422]),
    ("POST", "/api/v1/password-resets", "{}", [422, 422, 422, 422, 422]),
    ("POST", "/api/v1/password-resets/{id}/confirm", "{}", [422, 422, 422, 422, 422]),
    // JSON is no picture.
    ("PUT", "/api/v1/me/avatar", "{}", [401, 415, 401, 401, 415]),
    ("DELETE", "/api/v1/me/avatar", "", [401, 204, 401, 401, 204]),
    ("POST", "/api/v1/store", "{}", [401, 422, 401, 401, 422]),
    // Nobody here has a store.
    ("GET", "/api/v1/store", "", [401, 404, 401, 401, 404]),
    ("PATCH", "/api/v1/store", "{}", [401, 404, 401, 401, 404]),
    ("GET", "/api/v1/store/events", "", [401, 404, 401, 401, 404]),
    ("POST", "/api/v1/store/products/bulk", "{}", [401, 404, 401, 401, 404]),
    ("GET", "/api/v1/store/products", "", [401, 404, 401, 401, 404]),
    ("POST", "/api/v1/store/products", "{}", [401, 404, 401, 401, 404]),
    ("POST", "/api/v1/store/products/import", "", [401, 404, 401, 401, 404]),
    ("GET", "/api/v1/store/products.csv", "", [401, 404, 401, 401, 404]),
    ("GET", "/api/v1/store/products/{id}", "", [401, 404, 401, 401, 404]),
    ("PATCH", "/api/v1/store/products/{id}", "{}", [401, 404, 401, 401, 404]),
    ("DELETE", "/api/v1/store/products/{id}", "", [401, 404, 401, 401, 404]),
    ("POST", "/api/v1/store/products/{id}/restore", "", [401, 404, 401, 401, 404]),
    ("POST", "/api/v1/store/products/{id}/refresh", "", [401, 404, 401, 401, 404]),
    ("POST", "/api/v1/store/categories", "{}", [401, 404, 401, 401, 404]),
    ("PATCH", "/api/v1/store/categories/{id}", "{}", [401, 404, 401, 401, 404]),
    ("DELETE", "/api/v1/store/categories/{id}", "", [401, 404, 401, 401, 404]),
    ("GET", "/api/v1/admin/people", "", [401, 403, 401, 401, 200]),
    ("GET", "/api/v1/audit/events", "", [401, 403, 401, 401, 200]),
    // No event and no stream has these names.
    ("GET", "/api/v1/audit/events/{position}", "", [401, 403, 401, 401, 404]),
    ("GET", "/api/v1/audit/types", "", [401, 403, 401, 401, 200]),
    ("GET", "/api/v1/audit/streams/{type}/{id}", "", [401, 403, 401, 401, 404]),
    ("GET", "/api/v1/audit/streams/{type}/{id}/state", "", [401, 403, 401, 401, 404]),
    ("GET", "/api/v1/audit/streams/{type}/{id}/diff", "", [401, 403, 401, 401, 404]),
    // There is nobody with that id.
    ("PUT", "/api/v1/admin/people/{user_id}/roles/{role}", "", [401, 403, 401, 401, 404]),
    ("DELETE", "/api/v1/admin/people/{user_id}/roles/{role}", "", [401, 403, 401, 401, 404]),
    ("GET", "/api/v1/analytics/daily", "", [401, 403, 401, 401, 200]),
    ("GET", "/api/v1/analytics/active", "", [401, 403, 401, 401, 200]),
    ("GET", "/api/v1/analytics/retention", "", [401, 403, 401, 401, 200]),
    ("GET", "/api/v1/analytics/products", "", [401, 403, 401, 401, 200]),
    ("GET", "/api/v1/audit/checkpoint", "", [401, 403, 401, 401, 200]),
    // Without a position or sizes it is no question.
    ("GET", "/api/v1/audit/proofs/inclusion", "", [401, 403, 401, 401, 400]),
    ("GET", "/api/v1/audit/proofs/consistency", "", [401, 403, 401, 401, 400]),
    ("GET", "/.well-known/zhanggui-log-keys", "", [200, 200, 200, 200, 200]),
    ("GET", "/media/avatars/{person}/{file}", "", [404, 404, 404, 404, 404]),
    ("GET", "/media/captcha/{file}", "", [404, 404, 404, 404, 404]),
    ("GET", "/healthz", "", [200, 200, 200, 200, 200]),
    ("GET", "/readyz", "", [200, 200, 200, 200, 200]),
    ("GET", "/metrics", "", [200, 200, 200, 200, 200]),
    ("GET", "/openapi.json", "", [200, 200, 200, 200, 200]),
    ("GET", "/docs", "", [200, 200, 200, 200, 200]),
    ("GET", "/", "", [200, 200, 200, 200, 200]),
    ("GET", "/login", "", [200, 200, 200, 200, 200]),
    ("GET", "/register", "", [200, 200, 200, 200, 200]),
    ("GET", "/forgot", "", [200, 200, 200, 200, 200]),
    ("GET", "/admin", "", [401, 200, 401, 401, 200]),
    // The page is no secret; its figures are.
    ("GET", "/analytics", "", [401, 200, 401, 401, 200]),
    ("GET", "/audit", "", [401, 200, 401, 401, 200]),
    ("GET", "/dev/outbox", "", [200, 200, 200, 200, 200]),
    ("GET", "/account", "", [401, 200, 401, 401, 200]),
    ("GET", "/store", "", [401, 200, 401, 401, 200]),
    ("GET", "/favicon.ico", "", [200, 200, 200, 200, 200]),
    ("GET", "/static/{*file}", "", [404, 404, 404, 404, 404]),
];

/// The route's path with something in its places.
fn filled(route: &str) -> String {
    let nobody = "01890000-0000-7000-8000-000000000000";
    let parts = [
        ("{id}", nobody),
        ("{type}", "account"),
        ("{position}", "999999999"),
        ("{user_id}", nobody),
        ("{file}", "x.png"),
        ("{*file}", "x"),
        ("{person}", "x"),
        ("{role}", "auditor"),
    ];
    parts.iter().fold(route.to_owned(), |path, (name, value)| path.replace(name, value))
}

async fn call(mut client: Client, (method, route, body, _): &Line) -> u16 {
    let path = filled(route);
    let request = Request::builder().method(*method).uri(path);
    let request = request.header(header::CONTENT_TYPE, "application/json");
    client.send(request.body(Body::from(*body)).unwrap()).await.status.as_u16()
}

#[test]
fn every_route_of_the_table_is_in_the_matrix_and_no_other() {
    let routes: BTreeSet<_> = table().iter().map(|route| (route.method, route.path)).collect();
    let lines: BTreeSet<_> = MATRIX.iter().map(|line| (line.0, line.1)).collect();
    assert_eq!(routes, lines);
    assert_eq!(table().len(), MATRIX.len(), "a route stands twice");
}

#[tokio::test]
async fn every_route_answers_every_kind_of_caller_as_the_matrix_says() {
    let site = TestSite::start().await;
    let (superseded, person) = site.client().logged_in().await;
    site.client().login(&person).await;
    let (expired, _) = site.client().logged_in().await;
    site.clock.advance(TimeDelta::minutes(31));
    for line in &MATRIX {
        // Logging out ends the session: everybody gets a new one.
        let (owner, _) = site.client().logged_in().await;
        let admin = site.admin().await;
        let mut statuses = Vec::new();
        for client in [site.client(), owner, superseded.clone(), expired.clone(), admin] {
            statuses.push(call(client, line).await);
        }
        assert_eq!(statuses, line.3, "{} {}", line.0, line.1);
    }
}

#[tokio::test]
async fn a_protected_route_tells_a_stranger_and_a_made_up_session_the_same() {
    let site = TestSite::start().await;
    site.client().register(&Person::new()).await;
    for route in table().iter().filter(|route| route.access != Access::Anyone) {
        let mut outcomes = Vec::new();
        for cookie in ["", "session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; login_time=9999999999999"] {
            let answer = site.client().ask(route.method, &filled(route.path), &[("cookie", cookie)]).await;
            outcomes.push(answer.outcome());
        }
        assert_eq!(outcomes, vec![(401, "login_required".to_owned()); 2], "{}", route.path);
    }
}
