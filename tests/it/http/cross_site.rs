//! What another site makes a browser send changes nothing here.

use axum::body::Body;
use axum::http::Request;

use super::events;
use crate::support::client::Person;
use crate::support::site::TestSite;

const ELSEWHERE: [&[(&str, &str)]; 7] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "cross-site"), ("host", "shop.example"), ("origin", "http://shop.example")],
    &[("sec-fetch-site", "")],
    &[("host", "shop.example"), ("origin", "http://evil.example")],
    &[("host", "shop.example"), ("origin", "http://shop.example.evil.example")],
    &[("host", "shop.example"), ("origin", "http://shop.example:8080")],
    &[("host", "shop.example"), ("origin", "null")],
];

const HERE: [&[(&str, &str)]; 5] = [
    &[],
    &[("sec-fetch-site", "same-origin")],
    &[("sec-fetch-site", "none")],
    &[("host", "shop.example"), ("origin", "http://shop.example")],
    &[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")],
];

#[tokio::test]
async fn unsafe_requests_from_another_site_are_refused_before_anything_happens() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let login = format!("{{\"username\":\"{}\",\"password\":\"{}\"}}", person.username, person.password);
    let registration = client.registration(&Person::new()).await.to_string();
    for headers in ELSEWHERE {
        for (path, body) in
            [("/api/v1/login", &login), ("/api/v1/register", &registration), ("/api/v1/logout", &login)]
        {
            let request = Request::post(path).header("content-type", "application/json");
            let request = headers.iter().fold(request, |it, (name, value)| it.header(*name, *value));
            let answer = client.send(request.body(Body::from(body.clone())).unwrap()).await;
            assert_eq!(answer.outcome(), (403, "cross_site_request".to_owned()), "{path} {headers:?}");
            assert!(answer.headers.get("set-cookie").is_none());
        }
    }
    assert_eq!(client.get("/api/v1/me").await.status, 200);
    let total: i64 =
        sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type <> 'account.active'")
            .fetch_one(&site.app.log.pool)
            .await
            .unwrap();
    assert_eq!(total, 2, "registered and logged in once, and nothing since");
}

#[tokio::test]
async fn unsafe_methods_on_any_path_are_refused_and_safe_ones_are_not() {
    let site = TestSite::start().await;
    let cross_site = [("sec-fetch-site", "cross-site")];
    for method in ["POST", "PUT", "PATCH", "DELETE", "BREW"] {
        for path in ["/api/v1/login", "/api/v1/me", "/", "/nowhere"] {
            let answer = site.client().ask(method, path, &cross_site).await;
            assert_eq!(answer.outcome().1, "cross_site_request", "{method} {path}");
        }
    }
    for path in ["/", "/api/v1/captcha", "/healthz"] {
        assert_eq!(site.client().ask("GET", path, &cross_site).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_sites_own_requests_and_programs_are_let_in() {
    let site = TestSite::start().await;
    for headers in HERE {
        let (mut client, _) = site.client().logged_in().await;
        assert_eq!(client.ask("POST", "/api/v1/logout", headers).await.status, 204, "{headers:?}");
    }
    let count = i64::try_from(HERE.len()).unwrap();
    assert_eq!(events(&site, "account.logged_out").await, count);
}
