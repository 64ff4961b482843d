//! A browser without a screen: keeps cookies, speaks JSON, asks the router directly.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use tower::ServiceExt;
use zhanggui::http::Shared;

/// A client of one site.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    site: Shared,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Headers sent with every request.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is empty.
    pub(crate) fn json(&self) -> Value {
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).unwrap() }
    }

    /// Status and problem code (or an empty text).
    pub(crate) fn outcome(&self) -> (u16, String) {
        let code = match self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) {
            Some("application/problem+json") => self.json()["code"].as_str().unwrap().to_owned(),
            _ => String::new(),
        };
        (self.status.as_u16(), code)
    }

    /// A header's text; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The whole `Set-Cookie` line of a cookie; empty when it is not set.
    pub(crate) fn cookie(&self, name: &str) -> &str {
        let lines = self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
        lines.into_iter().find(|line| line.split('=').next() == Some(name)).unwrap_or("")
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    /// The fields and codes of a problem's errors.
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
    }
}

/// A person who can register, different from all others of the test run.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) password: String,
}

impl Person {
    /// Somebody new.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            username: format!("Shopper{number}"),
            email: format!("shopper{number}@example.com"),
            phone: format!("+86138{number:08}"),
            password: format!("correct horse {number} battery"),
        }
    }
}

impl Client {
    pub(crate) fn new(router: Router, site: Shared) -> Self {
        Self { router, site, cookies: BTreeMap::new(), headers: vec![("accept-language", "en".to_owned())] }
    }

    /// Sends any request.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let (parts, body) = self.open(request).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Sends any request, and gives the answer before its body is there.
    pub(crate) async fn open(&mut self, mut request: Request<Body>) -> Response {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4321))));
        for (name, value) in &self.headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request.headers_mut().insert(header::COOKIE, pairs.join("; ").parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        response
    }

    /// Gets a path.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Posts JSON.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.json("POST", path, body).await
    }

    /// Puts JSON.
    pub(crate) async fn put(&mut self, path: &str, body: &Value) -> Answer {
        self.json("PUT", path, body).await
    }

    /// Deletes, with JSON that says what is needed for it.
    pub(crate) async fn delete(&mut self, path: &str, body: &Value) -> Answer {
        self.json("DELETE", path, body).await
    }

    async fn json(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        self.bytes(method, path, "application/json", body.to_string()).await
    }

    /// Posts bytes as a content type.
    pub(crate) async fn post_bytes(&mut self, path: &str, kind: &str, body: impl Into<Body>) -> Answer {
        self.bytes("POST", path, kind, body).await
    }

    /// Puts bytes as a content type.
    pub(crate) async fn put_bytes(&mut self, path: &str, kind: &str, body: impl Into<Body>) -> Answer {
        self.bytes("PUT", path, kind, body).await
    }

    async fn bytes(&mut self, method: &str, path: &str, kind: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, kind);
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Sends an empty request with headers of its own.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Asks for a captcha and gives its id and its (disclosed) answer.
    pub(crate) async fn captcha(&mut self) -> (String, String) {
        let captcha = self.get("/api/v1/captcha").await.json();
        (captcha["captcha_id"].as_str().unwrap().to_owned(), captcha["value"].as_str().unwrap().to_owned())
    }

    /// The body of a right registration, captcha solved.
    pub(crate) async fn registration(&mut self, person: &Person) -> Value {
        let (captcha_id, captcha_answer) = self.captcha().await;
        let Person { username, email, phone, password } = person;
        json!({"username": username, "email": email, "phone": phone, "password": password,
               "password_confirmation": password, "captcha_id": captcha_id, "captcha_answer": captcha_answer})
    }

    /// Registers a person; the answer must be 201.
    pub(crate) async fn register(&mut self, person: &Person) -> Value {
        let body = self.registration(person).await;
        let answer = self.post("/api/v1/register", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// Tries to log in.
    pub(crate) async fn try_login(&mut self, username: &str, password: &str) -> Answer {
        self.post("/api/v1/login", &json!({"username": username, "password": password})).await
    }

    /// Tries to log in, with a captcha rightly solved.
    pub(crate) async fn try_login_with_captcha(&mut self, username: &str, password: &str) -> Answer {
        let (captcha_id, captcha_answer) = self.captcha().await;
        let body = json!({"username": username, "password": password, "captcha_id": captcha_id,
                          "captcha_answer": captcha_answer});
        self.post("/api/v1/login", &body).await
    }

    /// Logs a person in; the answer must be 200.
    pub(crate) async fn login(&mut self, person: &Person) -> Value {
        let answer = self.try_login(&person.username, &person.password).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// A registered person's client, logged in.
    pub(crate) async fn logged_in(mut self) -> (Self, Person) {
        let person = Person::new();
        self.register(&person).await;
        self.login(&person).await;
        (self, person)
    }

    /// The id of the account that is logged in.
    pub(crate) async fn user_id(&mut self) -> String {
        self.get("/api/v1/me").await.json()["user_id"].as_str().unwrap().to_owned()
    }

    /// The site behind it.
    pub(crate) fn site(&self) -> &Shared {
        &self.site
    }
}
