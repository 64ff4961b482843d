//! What people type and what they are given shows up in no log line and in no measurement.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use serde_json::json;
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, fmt};

use super::audit::auditor;
use super::avatar::{AVATAR, PNG, put};
use super::password_resets::begin;
use super::verifications::sent;
use super::{as_superuser, encoded, password_resets, repeats, verifications};
use crate::support::client::{Answer, Client, Person};
use crate::support::site::TestSite;

/// The password that is chosen instead of the first one.
const NEW: &str = "a newer secret passphrase";

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

/// Codes that are right, wrong, and typed while nothing can be recorded. Gives the codes and the answers.
async fn type_codes(site: &TestSite, client: &mut Client, email: &str) -> (Vec<String>, Vec<Answer>) {
    let (mut codes, mut answers) = (Vec::new(), Vec::new());
    let mut new = json!({"password": NEW, "password_confirmation": NEW});
    for works in [true, false] {
        site.clock.advance(TimeDelta::minutes(2));
        for (channel, purpose) in [("email", "verify_contact"), ("sms", "change_password")] {
            let sent = sent(client, channel, purpose).await;
            site.react().await;
            if !works {
                as_superuser(site, "REVOKE EXECUTE ON FUNCTION append_events FROM zhanggui_app").await;
            }
            let wrong = sent.wrong(0);
            for code in [&wrong, &sent.code] {
                answers.push(verifications::confirm(client, &sent.id, code).await);
                (new["verification_id"], new["code"]) = (json!(sent.id), json!(code));
                answers.push(client.put("/api/v1/me/password", &new).await);
            }
            answers.push(verifications::ask(client, channel, purpose).await);
            codes.extend([wrong, sent.code]);
            as_superuser(site, "GRANT EXECUTE ON FUNCTION append_events TO zhanggui_app").await;
        }
        site.clock.advance(TimeDelta::minutes(2));
        for name in [email, "secret.stranger@example.com"] {
            let reset = begin(client, name, "sms").await;
            if !works {
                as_superuser(site, "REVOKE UPDATE ON password_resets FROM zhanggui_app").await;
            }
            for code in ["000000", &reset.code] {
                let holds_name = "SecretiveOwner!";
                answers.push(password_resets::confirm(&mut site.client(), &reset.id, code, holds_name).await);
            }
            codes.push(reset.code);
            as_superuser(site, "GRANT UPDATE ON password_resets TO zhanggui_app").await;
        }
    }
    (codes, answers)
}

/// What a person does with an account, and what can go wrong with it; gives what must not be repeated anywhere,
/// and every problem that was told.
async fn account(site: &TestSite, client: &mut Client) -> (Vec<String>, Vec<String>) {
    let person = Person {
        username: "SecretiveOwner".to_owned(),
        email: "secretive.owner@example.com".to_owned(),
        phone: "13900054321".to_owned(),
        password: "a most secret passphrase".to_owned(),
    };
    client.register(&person).await;
    client.login(&person).await;
    let (mut secrets, mut answers) = type_codes(site, client, &person.email).await;
    secrets.extend(["secret", "13900054321", "example.com", "$argon2"].map(str::to_owned));
    let url = put(client, "image/png", PNG).await;
    secrets.extend(url["/media/avatars/".len()..].split(['/', '-']).take(2).map(str::to_owned));
    client.get(&url).await;
    answers.push(client.put_bytes(AVATAR, "image/png", "a secret that is no picture").await);
    answers.push(client.get("/media/avatars/secret/secret-512.jpg").await);
    client.get("/api/v1/me/export").await;
    answers.push(client.get("/api/v1/admin/people?identifier=secretive.owner%40example.com").await);
    site.react().await;
    client.get("/dev/outbox").await;
    // Whoever looks behind the veil is shown no code and no hash, and nothing of it is repeated either.
    let mut auditor = auditor(site).await;
    for path in [
        "events?limit=100&reveal=true",
        "events?limit=100&order=desc&reveal=true",
        "events?event_type=secret",
    ] {
        let look = auditor.get(&format!("/api/v1/audit/{path}")).await;
        assert_eq!(look.status, 200, "{}", look.text());
        let codes = secrets
            .iter()
            .filter(|secret| secret.len() == 6 && secret.bytes().all(|byte| byte.is_ascii_digit()));
        for hidden in codes.map(String::as_str).chain(["$argon2"]) {
            assert!(!repeats(look.text(), hidden), "{hidden}: {}", look.text());
        }
    }
    answers.push(client.delete("/api/v1/me", &json!({"password": "a wrong secret"})).await);
    assert_eq!(client.delete("/api/v1/me", &json!({"password": NEW})).await.status, 204);
    site.react().await;
    let problems: Vec<_> = answers.iter().filter(|answer| !answer.status.is_success()).collect();
    for code in
        ["wrong_code", "code_expired", "internal_error", "validation_failed", "not_found", "forbidden"]
    {
        assert!(problems.iter().any(|problem| problem.outcome().1 == code), "{code}");
    }
    (secrets, problems.iter().map(|problem| problem.text().to_lowercase()).collect())
}

/// Everything that is logged while `visit` lasts, in lower case, and what it gives.
async fn logged<T>(visit: impl Future<Output = T>) -> (String, T) {
    let lines = Lines::default();
    let writer = lines.clone();
    let layer = fmt::layer().json().with_writer(move || writer.clone());
    let subscriber = tracing_subscriber::registry().with(EnvFilter::new("zhanggui=trace")).with(layer);
    let ours = Dispatch::new(subscriber);
    // With a single subscriber in the program, which lines are of interest is decided on whatever thread
    // comes to them first, where ours may not be in force. With two, both are asked.
    let other = Dispatch::new(tracing_subscriber::registry());
    let logging = dispatcher::set_default(&ours);
    let given = visit.await;
    drop((logging, other));
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap().to_lowercase();
    (log, given)
}

fn assert_unsaid(secrets: &[String], log: &str, metrics: &str) {
    assert!(log.lines().filter(|line| line.contains("\"answered\"")).count() > 15, "{log}");
    assert!(log.contains("\"error\""), "the failures were logged: {log}");
    for secret in secrets.iter().map(|secret| secret.to_lowercase()) {
        let line = log.lines().find(|line| repeats(line, &secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
        assert!(!repeats(metrics, &secret), "{secret} is in the metrics");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn no_log_line_and_no_measurement_repeats_what_people_type_or_are_given() {
    let visited = async {
        let site = TestSite::start().await;
        let mut client = site.client();
        let secrets = visit(&site, &mut client).await;
        (secrets, client.get("/metrics").await.text().to_lowercase())
    };
    let (log, (secrets, metrics)) = logged(visited).await;
    assert_unsaid(&secrets, &log, &metrics);
}

#[tokio::test(flavor = "current_thread")]
async fn no_log_line_no_measurement_and_no_problem_repeats_a_code_a_contact_or_a_password() {
    let visited = async {
        let site = TestSite::start().await;
        let mut client = site.client();
        let (secrets, problems) = account(&site, &mut client).await;
        (secrets, problems, client.get("/metrics").await.text().to_lowercase())
    };
    let (log, (secrets, problems, metrics)) = logged(visited).await;
    assert_unsaid(&secrets, &log, &metrics);
    for (secret, problem) in secrets.iter().flat_map(|secret| problems.iter().map(move |told| (secret, told)))
    {
        assert!(!repeats(problem, &secret.to_lowercase()), "{secret} is told in {problem}");
    }
}

#[tokio::test]
async fn what_is_kept_of_a_request_does_not_let_a_password_be_tried_out_without_the_master_key() {
    let site = TestSite::start().await;
    let mut client = site.client();
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    client.try_login("nobody_here", "a guess").await;
    let body = json!({"username": "nobody_here", "password": "a guess"}).to_string();
    let request = format!("POST\0/api/v1/login\0{body}");
    let guess = ring::digest::digest(&ring::digest::SHA256, request.as_bytes());
    let kept: Vec<u8> = sqlx::query_scalar("SELECT request_digest FROM idempotency_keys")
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap();
    assert_ne!(kept, guess.as_ref(), "whoever has the table can try passwords as fast as SHA-256 is");
}
