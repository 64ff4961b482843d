//! B8: alive, ready, measured and documented.

use serde_json::json;
use sqlx::{Connection, PgConnection};

use crate::support::client::Person;
use crate::support::site::TestSite;

#[tokio::test]
async fn it_is_alive_and_ready_and_tells_the_newest_position() {
    let site = TestSite::start().await;
    let mut client = site.client();
    assert_eq!(client.get("/healthz").await.json(), json!({"status": "ok"}));
    assert_eq!(client.get("/readyz").await.json(), json!({"status": "ready", "position": 0}));
    client.register(&Person::new()).await;
    assert_eq!(client.get("/readyz").await.json(), json!({"status": "ready", "position": 1}));
}

/// Keeps the site's role out of its database, or lets it in again.
async fn admit(site: &TestSite, admit: bool) {
    let postgres = site.database.superuser_options().database("postgres");
    let mut connection = PgConnection::connect_with(&postgres).await.unwrap();
    let name = site.database.name();
    let sql = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {admit}");
    sqlx::raw_sql(&sql).execute(&mut connection).await.unwrap();
    sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND NOT $2")
        .bind(name)
        .bind(admit)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn without_its_database_it_is_alive_says_when_to_try_again_and_recovers_by_itself() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let registration = client.registration(&Person::new()).await;
    let credentials = json!({"username": person.username, "password": person.password});
    admit(&site, false).await;
    assert_eq!(client.get("/healthz").await.status, 200);
    assert_eq!(client.get("/").await.status, 200);
    for nth in 0..2 {
        for (path, body) in [
            ("/readyz", None),
            ("/api/v1/me", None),
            ("/api/v1/availability?username=shopper", None),
            ("/api/v1/login", Some(&credentials)),
            ("/api/v1/register", Some(&registration)),
            ("/api/v1/logout", Some(&credentials)),
        ] {
            let answer = match body {
                Some(body) => client.post(path, body).await,
                None => client.get(path).await,
            };
            assert_eq!(answer.outcome(), (503, "unavailable".to_owned()), "{path} {nth}");
            assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1, "{path}");
            assert!(client.cookies.contains_key("session"), "{path} took the session away");
        }
    }
    admit(&site, true).await;
    // Connections that died while they lay idle are found out one by one, a 503 each at the most.
    for nth in 0.. {
        assert!(nth < 30, "it does not recover");
        let registration = client.registration(&Person::new()).await;
        let answers = [
            client.get("/readyz").await.status.as_u16(),
            client.get("/api/v1/me").await.status.as_u16(),
            client.post("/api/v1/register", &registration).await.status.as_u16(),
        ];
        if answers == [200, 200, 201] {
            break;
        }
        assert!(answers.iter().all(|status| [200, 201, 503].contains(status)), "{answers:?}");
    }
    client.login(&person).await;
}

#[tokio::test]
async fn what_is_measured_is_told_for_prometheus() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let answer = client.get("/metrics").await;
    assert!(answer.header("content-type").starts_with("text/plain"));
    let text = answer.text();
    for line in [
        "http_request_seconds_bucket{method=\"POST\",route=\"/api/v1/login\",le=\"0.001\"}",
        "http_request_seconds_bucket{method=\"POST\",route=\"/api/v1/register\",le=\"+Inf\"}",
        "http_request_seconds_count{method=\"POST\",route=\"/api/v1/login\"}",
        "http_requests_total{method=\"POST\",route=\"/api/v1/login\",status=\"200\"}",
        "append_batch_size_bucket{le=\"1\"}",
        "append_seconds_bucket{le=\"0.001\"}",
        "password_hash_seconds_count",
        "log_position",
    ] {
        assert!(text.lines().any(|found| found.starts_with(line)), "{line} is not in\n{text}");
    }
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (_, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
}

#[tokio::test]
async fn strangers_cannot_make_series_of_measurements() {
    let site = TestSite::start().await;
    let mut client = site.client();
    for path in ["/made-up-path-1", "/static/made-up-path-2", "/media/captcha/made-up-path-3.png"] {
        client.get(path).await;
    }
    client.ask("MADEUPMETHOD", "/healthz", &[]).await;
    client.ask("MADEUPMETHOD", "/nowhere", &[]).await;
    let answer = client.get("/metrics").await;
    for word in ["made-up-path", "MADEUPMETHOD"] {
        assert!(!answer.text().contains(word), "{word} made a series of its own");
    }
}

#[tokio::test]
async fn the_api_is_described_as_openapi_3_1() {
    let site = TestSite::start().await;
    let answer = site.client().get("/openapi.json").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    let json = answer.json();
    assert!(json["openapi"].as_str().unwrap().starts_with("3.1"), "{}", json["openapi"]);
    assert!(json["paths"]["/api/v1/login"]["post"]["responses"]["200"].is_object());
    assert_eq!(json["components"]["securitySchemes"]["session"]["in"], "cookie");
}
