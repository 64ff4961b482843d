//! `/dev/outbox`: in development, what would have been sent, for this machine only.

use serde_json::json;
use zhanggui::account::Channel;
use zhanggui::config::{Given, Settings, Switch};

use super::keys;
use super::verifications::{outcome, sent};
use crate::support::client::Person;
use crate::support::site::{TestSite, given, settings};

const OUTBOX: &str = "/dev/outbox";

#[tokio::test]
async fn mails_and_texts_are_shown_newest_first() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    assert_eq!(client.get(OUTBOX).await.json(), json!({"messages": []}));
    let mail = sent(&mut client, "email", "verify_contact").await;
    site.react().await;
    let text = sent(&mut client, "sms", "change_password").await;
    site.react().await;
    let answer = site.client().get(OUTBOX).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    let messages = answer.json()["messages"].as_array().unwrap().clone();
    assert_eq!(messages.len(), 2);
    for message in &messages {
        assert_eq!(keys(message), ["channel", "sent_at", "subject", "text", "to"]);
        assert!(message["sent_at"].as_str().unwrap().ends_with('Z'));
    }
    let [newer, older] = [&messages[0], &messages[1]];
    assert_eq!((&newer["channel"], &newer["to"]), (&json!("sms"), &json!(person.phone)));
    assert_eq!((&newer["text"], &newer["subject"]), (&json!(text.code), &json!(null)));
    assert_eq!((&older["channel"], &older["to"]), (&json!("email"), &json!(person.email)));
    assert!(older["subject"].as_str().unwrap().contains(&mail.code));
    assert!(older["text"].as_str().unwrap().contains(&mail.code));
}

#[tokio::test]
async fn a_browser_gets_a_page_on_which_every_text_is_only_text() {
    let site = TestSite::start().await;
    let person = Person { email: "o'brien&sons@example.com".to_owned(), ..Person::new() };
    let mut client = site.client();
    client.register(&person).await;
    client.login(&person).await;
    let empty = client.ask("GET", OUTBOX, &[("accept", "text/html")]).await;
    assert!(empty.text().contains("Nothing has been sent yet"));
    let sent = sent(&mut client, "email", "verify_contact").await;
    site.react().await;
    let answer = client.ask("GET", OUTBOX, &[("accept", "text/html")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/html; charset=utf-8"));
    let page = answer.text();
    assert!(page.contains(&sent.code) && page.contains("brien&amp;sons@example.com"));
    assert!(!page.contains("brien&sons") && !page.contains("<script"));
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn under_a_foreign_name_there_is_none() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    sent(&mut client, "email", "verify_contact").await;
    site.react().await;
    for (host, status) in [
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:8080", 200),
        ("evil.example", 404),
        ("localhost.evil.example:8080", 404),
        ("127.0.0.1@evil.example", 404),
    ] {
        for accept in ["application/json", "text/html"] {
            let answer = client.ask("GET", OUTBOX, &[("host", host), ("accept", accept)]).await;
            assert_eq!(answer.status, status, "{host}");
        }
    }
}

#[tokio::test]
async fn outside_development_there_is_none_and_what_nobody_carries_is_refused() {
    let public =
        Given { listen: Some("0.0.0.0:8080".parse().unwrap()), disclose_codes: Some(Switch::Off), ..given() };
    assert!(!settings(public).outbox, "an address that others reach");
    let site = TestSite::with(Settings { outbox: false, ..settings(given()) }).await;
    let (mut client, person) = site.client().logged_in().await;
    for accept in ["application/json", "text/html"] {
        let answer = client.ask("GET", OUTBOX, &[("accept", accept), ("host", "localhost")]).await;
        assert_eq!(answer.outcome(), outcome(404, "not_found"));
    }
    assert!(site.app.site.outbox.is_none());
    let unknown = vec![("channel".to_owned(), "unknown".to_owned())];
    for channel in [Channel::Email, Channel::Sms].map(Channel::as_str) {
        let answer = super::verifications::ask(&mut client, channel, "verify_contact").await;
        assert_eq!((answer.status.as_u16(), answer.errors()), (422, unknown.clone()));
        for name in [&person.username, "nobody_here"] {
            let answer = super::password_resets::request(&mut site.client(), name, channel).await;
            assert_eq!((answer.status.as_u16(), answer.errors()), (422, unknown.clone()));
        }
    }
}
