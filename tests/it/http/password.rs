//! S12: another password by a code, a new session with it, and the end of every other one.

use serde_json::{Value, json};

use super::session::{me, ok, refused};
use super::verifications::{Sent, assert_wrong, outcome, sent};
use super::{assert_later, events};
use crate::support::client::{Answer, Client};
use crate::support::site::TestSite;

const PASSWORD: &str = "/api/v1/me/password";
const NEW: &str = "a wholly other passphrase";

fn body(sent: &Sent, code: &str, password: &str) -> Value {
    json!({"verification_id": sent.id, "code": code, "password": password, "password_confirmation": password})
}

async fn change(client: &mut Client, sent: &Sent, code: &str, password: &str) -> Answer {
    client.put(PASSWORD, &body(sent, code, password)).await
}

#[tokio::test]
async fn a_code_changes_the_password_renews_the_session_and_ends_every_other() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (mut client, person) = site.client().logged_in().await;
    let old = client.clone();
    let mut elsewhere = other.client();
    elsewhere.cookies = old.cookies.clone();
    assert_eq!(me(&mut elsewhere).await, ok());
    let sent = sent(&mut client, "sms", "change_password").await;
    let answer = change(&mut client, &sent, &sent.code, NEW).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    for name in ["session", "login_time"] {
        assert!(answer.cookie(name).contains("Max-Age=43200; Path=/; SameSite=Lax"));
        assert_ne!(client.cookies[name], old.cookies[name]);
    }
    assert!(answer.cookie("session").contains("HttpOnly"));
    assert_eq!(me(&mut client).await, ok());
    assert_eq!(me(&mut elsewhere).await, refused("session_superseded"));
    assert_eq!(me(&mut old.clone()).await, refused("session_superseded"));
    let mut renewed = other.client();
    renewed.cookies = client.cookies.clone();
    assert_eq!(me(&mut renewed).await, ok());
    for site in [&site, &other] {
        let refused = site.client().try_login(&person.username, &person.password).await;
        assert_eq!(refused.outcome(), outcome(401, "invalid_credentials"));
    }
    assert_eq!(other.client().try_login(&person.username, NEW).await.status, 200);
}

#[tokio::test]
async fn a_mail_tells_the_owner_that_the_password_is_another_one_now() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let sent = sent(&mut client, "sms", "change_password").await;
    assert_eq!(change(&mut client, &sent, &sent.code, NEW).await.status, 204);
    site.react().await;
    site.react().await;
    let messages = site.app.site.outbox.as_ref().unwrap().messages();
    let mails: Vec<_> = messages.iter().filter(|one| one.subject.is_some()).collect();
    assert_eq!(mails.len(), 1, "once");
    assert_eq!(mails[0].to, person.email);
    assert!(mails[0].subject.as_ref().unwrap().contains("password was changed"));
    assert!(mails[0].text.contains(&person.username) && !mails[0].text.contains(NEW));
}

#[tokio::test]
async fn wrong_codes_are_counted_down_and_change_nothing() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let sent = sent(&mut client, "email", "change_password").await;
    for (nth, remaining) in (0..5).zip([4, 3, 2, 1, 0]) {
        let answer = change(&mut client, &sent, &sent.wrong(nth), NEW).await;
        assert_wrong(&answer, remaining);
        assert!(answer.headers.get("set-cookie").is_none());
    }
    assert_later(&change(&mut client, &sent, &sent.code, NEW).await, "too_many_attempts", 600..=600);
    assert_eq!(me(&mut client).await, ok());
    assert_eq!(events(&site, "account.password_changed").await, 0);
    assert_eq!(site.client().try_login(&person.username, &person.password).await.status, 200);
}

#[tokio::test]
async fn a_password_that_is_not_good_enough_is_refused_and_the_code_stays_good() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let sent = sent(&mut client, "email", "change_password").await;
    let holds_name = format!("my {} password", person.username.to_lowercase());
    let holds_email = format!("my {} password", person.email.split('@').next().unwrap());
    for (password, code) in [
        (holds_name.as_str(), "common_password"),
        (&holds_email, "common_password"),
        ("password123", "common_password"),
        ("short", "too_short"),
        (&"x".repeat(129), "too_long"),
        ("", "required"),
    ] {
        let answer = change(&mut client, &sent, &sent.code, password).await;
        assert_eq!(answer.outcome(), outcome(422, "validation_failed"), "{code}");
        assert_eq!(answer.errors()[0], ("password".to_owned(), code.to_owned()));
    }
    let mut unlike = body(&sent, &sent.code, NEW);
    unlike["password_confirmation"] = json!("something else");
    let errors = client.put(PASSWORD, &unlike).await.errors();
    assert_eq!(errors, [("password_confirmation".to_owned(), "mismatch".to_owned())]);
    assert_eq!(events(&site, "account.verification_failed").await, 0);
    let named = json!({"verification_id": sent.id, "code": sent.code, "passwd1": NEW, "passwd2": NEW});
    assert_eq!(client.put(PASSWORD, &named).await.status, 204, "the other names of the two passwords");
}

#[tokio::test]
async fn a_code_changes_the_password_once_and_only_one_that_was_sent_for_it() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let (mut other, _) = site.client().logged_in().await;
    let for_contact = sent(&mut client, "sms", "verify_contact").await;
    let sent = sent(&mut client, "email", "change_password").await;
    for (client, sent) in [(&mut client, &for_contact), (&mut other, &sent)] {
        let answer = change(client, sent, &sent.code, NEW).await;
        assert_eq!(answer.outcome(), outcome(404, "not_found"));
    }
    assert_eq!(change(&mut client, &sent, &sent.code, NEW).await.status, 204);
    let again = change(&mut client, &sent, &sent.code, "yet another passphrase").await;
    assert_eq!(again.outcome(), outcome(410, "code_expired"));
    assert_eq!(events(&site, "account.password_changed").await, 1);
}

#[tokio::test]
async fn a_change_that_is_sent_again_answers_with_the_same_cookies() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let sent = sent(&mut client, "email", "change_password").await;
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    let first = change(&mut client, &sent, &sent.code, NEW).await;
    let again = change(&mut client, &sent, &sent.code, NEW).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (204, ""));
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (204, "true"));
    for name in ["session", "login_time"] {
        assert_eq!(again.cookie(name), first.cookie(name));
    }
    assert_eq!(me(&mut client).await, ok());
    assert_eq!(events(&site, "account.password_changed").await, 1);
}

#[tokio::test]
async fn whoever_lost_the_answer_to_a_change_logs_in_with_the_new_password() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let sent = sent(&mut client, "email", "change_password").await;
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    let mut lost = client.clone();
    assert_eq!(change(&mut lost, &sent, &sent.code, NEW).await.status, 204);
    // The client has the cookies of before, whose session the change ended: they get no new session, whatever the key.
    let again = change(&mut client, &sent, &sent.code, NEW).await;
    assert_eq!(again.outcome(), outcome(401, "session_superseded"));
    assert_eq!(client.try_login(&person.username, NEW).await.status, 200);
    assert_eq!(me(&mut client).await, ok());
}

#[tokio::test]
async fn a_wrong_code_that_is_sent_again_is_one_try_and_tells_the_same_number() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let sent = sent(&mut client, "email", "change_password").await;
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    for replayed in ["", "true", "true"] {
        let answer = change(&mut client, &sent, &sent.wrong(0), NEW).await;
        assert_wrong(&answer, 4);
        assert_eq!(answer.header("idempotency-replayed"), replayed);
    }
    assert_eq!(events(&site, "account.verification_failed").await, 1);
}
