//! What people type and what they are given shows up in no log line and in no measurement.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, fmt};

use super::{as_superuser, encoded};
use crate::support::client::{Client, Person};
use crate::support::site::TestSite;

/// Everything that was logged on this thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A person's visit with everything that can go wrong; gives what must not be repeated anywhere.
async fn visit(site: &TestSite, client: &mut Client) -> Vec<String> {
    let person = Person {
        username: "SecretiveShopper".to_owned(),
        email: "secretive.address@example.com".to_owned(),
        phone: "13900012345".to_owned(),
        password: "a most secret passphrase".to_owned(),
    };
    let browser = "SecretBrowser/7.7 (Hidden OS)";
    client.headers.push(("user-agent", browser.to_owned()));
    let Person { username, email, phone, password } = &person;
    for (field, value) in [("username", username), ("email", email), ("phone", phone)] {
        client.get(&format!("/api/v1/availability?{field}={}", encoded(value))).await;
    }
    let registration = client.registration(&person).await;
    let captcha_answer = registration["captcha_answer"].as_str().unwrap().to_owned();
    let image = format!("/media/captcha/{}.png", registration["captcha_id"].as_str().unwrap());
    client.get(&image).await;
    let mut wrong = registration.clone();
    wrong["phone"] = json!("secretphone");
    client.post("/api/v1/register", &wrong).await;
    assert_eq!(client.post("/api/v1/register", &registration).await.status, 201);
    client.post("/api/v1/register", &registration).await;
    client.post_bytes("/api/v1/login", "application/json", "{\"password\": \"secretmalformed\"").await;
    client.try_login(email, "my secret wrong password").await;
    client.try_login("secretstranger@example.com", password).await;
    client.headers.push(("idempotency-key", "secret-key-1".to_owned()));
    client.login(&person).await;
    client.login(&person).await;
    client.headers.pop();
    let token = client.cookies["session"].clone();
    client.get("/api/v1/me").await;
    let mut stale = client.clone();
    client.try_login(phone, password).await;
    stale.get("/api/v1/me").await;
    as_superuser(site, "REVOKE EXECUTE ON FUNCTION append_events FROM zhanggui_app").await;
    assert!(client.try_login(username, password).await.status.is_server_error());
    assert!(client.ask("POST", "/api/v1/logout", &[]).await.status.is_server_error());
    as_superuser(site, "GRANT EXECUTE ON FUNCTION append_events TO zhanggui_app").await;
    let newer = client.cookies["session"].clone();
    client.ask("POST", "/api/v1/logout", &[]).await;
    client.get("/static/secretpath?token=secretquery").await;
    let digests = [&token, &newer].map(|token| hex::encode(zhanggui::http::session::token_digest(token)));
    let mut secrets = digests.to_vec();
    secrets.extend([token, newer, browser.to_owned(), format!("\"{captcha_answer}\"")]);
    secrets.extend([phone.clone(), password.clone(), "$argon2".to_owned(), "example.com".to_owned()]);
    // The words that stand in every other value, in whatever form it may be shown.
    secrets.extend(["secret", "hidden os"].map(str::to_owned));
    secrets
}

#[tokio::test(flavor = "current_thread")]
async fn no_log_line_and_no_measurement_repeats_what_people_type_or_are_given() {
    let lines = Lines::default();
    let writer = lines.clone();
    let layer = fmt::layer().json().with_writer(move || writer.clone());
    let subscriber = tracing_subscriber::registry().with(EnvFilter::new("zhanggui=trace")).with(layer);
    let ours = Dispatch::new(subscriber);
    // With a single subscriber in the program, which lines are of interest is decided on whatever thread
    // comes to them first, where ours may not be in force. With two, both are asked.
    let other = Dispatch::new(tracing_subscriber::registry());
    let logging = dispatcher::set_default(&ours);
    let site = TestSite::start().await;
    let mut client = site.client();
    let secrets = visit(&site, &mut client).await;
    let metrics = client.get("/metrics").await.text().to_lowercase();
    drop((logging, other));
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap().to_lowercase();
    assert!(log.lines().filter(|line| line.contains("\"answered\"")).count() > 15, "{log}");
    assert!(log.contains("\"error\""), "the failures were logged: {log}");
    for secret in secrets.iter().map(|secret| secret.to_lowercase()) {
        let line = log.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
        assert!(!metrics.contains(&secret), "{secret} is in the metrics");
    }
}
