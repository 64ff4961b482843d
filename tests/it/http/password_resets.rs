//! S13: a forgotten password, and another one by a code that is sent to who owns the account.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::session::{me, refused};
use super::verifications::{Sent, assert_wrong, outcome};
use super::{assert_later, events, limited};
use crate::support::client::{Answer, Client, Person};
use crate::support::site::TestSite;

const RESETS: &str = "/api/v1/password-resets";
pub(super) const NEW: &str = "a wholly other passphrase";

/// Asks for a reset, the captcha solved.
pub(super) async fn request(client: &mut Client, identifier: &str, channel: &str) -> Answer {
    let (captcha_id, captcha_answer) = client.captcha().await;
    let body = json!({"identifier": identifier, "channel": channel, "captcha_id": captcha_id,
                      "captcha_answer": captcha_answer});
    client.post(RESETS, &body).await
}

pub(super) async fn begin(client: &mut Client, identifier: &str, channel: &str) -> Sent {
    Sent::from(&request(client, identifier, channel).await, "reset_id")
}

pub(super) async fn confirm(client: &mut Client, id: &str, code: &str, password: &str) -> Answer {
    let body = json!({"code": code, "password": password, "password_confirmation": password});
    client.post(&format!("{RESETS}/{id}/confirm"), &body).await
}

#[tokio::test]
async fn a_code_lets_choose_another_password_by_each_of_the_three_names() {
    for (nth, channel) in [(0, "email"), (1, "sms"), (2, "email")] {
        let site = TestSite::start().await;
        let other = site.another_instance().await;
        let (mut session, person) = site.client().logged_in().await;
        let name = [&person.username, &person.email, &person.phone][nth].clone();
        let mut client = site.client();
        let sent = begin(&mut client, &name.to_uppercase(), channel).await;
        site.react().await;
        let messages = site.app.site.outbox.as_ref().unwrap().messages();
        let to = if channel == "email" { &person.email } else { &person.phone };
        assert!(messages.len() == 1 && messages[0].text.contains(&sent.code));
        assert_eq!((messages[0].channel.as_str(), &messages[0].to), (channel, to));
        let answer = confirm(&mut client, &sent.id, &sent.code, NEW).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
        assert!(client.cookies.is_empty(), "a reset logs nobody in");
        let mut elsewhere = other.client();
        elsewhere.cookies = session.cookies.clone();
        for client in [&mut elsewhere, &mut session] {
            assert_eq!(me(client).await, refused("login_required"));
        }
        assert_eq!(other.client().try_login(&name, &person.password).await.status, 401);
        assert_eq!(other.client().try_login(&name, NEW).await.status, 200);
        site.react().await;
        let messages = site.app.site.outbox.as_ref().unwrap().messages();
        assert!(messages[0].subject.as_ref().unwrap().contains("password was changed"));
        assert_eq!((messages.len(), &messages[0].to), (2, &person.email));
    }
}

#[tokio::test]
async fn wrong_codes_are_counted_down_and_then_the_right_one_is_refused_as_well() {
    let site = TestSite::start().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    let sent = begin(&mut client, &person.username, "sms").await;
    for (nth, remaining) in (0..5).zip([4, 3, 2, 1, 0]) {
        assert_wrong(&confirm(&mut client, &sent.id, &sent.wrong(nth), NEW).await, remaining);
    }
    let refused = confirm(&mut client, &sent.id, &sent.code, NEW).await;
    assert_later(&refused, "too_many_attempts", 600..=600);
    assert_eq!(events(&site, "account.password_reset").await, 0);
    assert_eq!(client.try_login(&person.username, &person.password).await.status, 200);
}

#[tokio::test]
async fn a_code_opens_once_for_ten_minutes_and_only_its_own_reset() {
    let site = TestSite::start().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    let late = begin(&mut client, &person.username, "email").await;
    site.clock.advance(TimeDelta::minutes(10));
    let answer = confirm(&mut client, &late.id, &late.code, NEW).await;
    assert_eq!(answer.outcome(), outcome(410, "code_expired"));
    let sent = begin(&mut client, &person.username, "email").await;
    let unknown = "01890000-0000-7000-8000-000000000000";
    for id in [unknown, "no-id"] {
        let answer = confirm(&mut client, id, &sent.code, NEW).await;
        assert_eq!(answer.outcome(), outcome(404, "not_found"));
    }
    assert_eq!(confirm(&mut client, &sent.id, &sent.code, NEW).await.status, 204);
    let again = confirm(&mut client, &sent.id, &sent.code, "yet another passphrase").await;
    assert_eq!(again.outcome(), outcome(410, "code_expired"));
    assert_eq!(events(&site, "account.password_reset").await, 1);
}

#[tokio::test]
async fn a_code_of_one_kind_opens_nothing_of_another() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let reset = begin(&mut site.client(), &person.username, "email").await;
    let path = format!("/api/v1/me/verifications/{}/confirm", reset.id);
    let answer = client.post(&path, &json!({"code": reset.code})).await;
    assert_eq!(answer.outcome(), outcome(404, "not_found"));
    let sent = super::verifications::sent(&mut client, "sms", "change_password").await;
    let answer = confirm(&mut site.client(), &sent.id, &sent.code, NEW).await;
    assert_eq!(answer.outcome(), outcome(404, "not_found"));
}

#[tokio::test]
async fn a_password_that_holds_the_owners_name_is_told_to_who_has_the_code_and_costs_no_try() {
    let site = TestSite::start().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    let sent = begin(&mut client, &person.username, "email").await;
    let holds = format!("my {} password", person.username);
    for _ in 0..6 {
        let answer = confirm(&mut client, &sent.id, &sent.code, &holds).await;
        assert_eq!(answer.errors(), [("password".to_owned(), "common_password".to_owned())]);
    }
    assert_wrong(&confirm(&mut client, &sent.id, &sent.wrong(0), &holds).await, 4);
    assert_eq!(confirm(&mut client, &sent.id, &sent.code, NEW).await.status, 204);
}

#[tokio::test]
async fn a_reset_needs_a_captcha_which_is_used_once() {
    let site = TestSite::start().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    let (captcha_id, captcha_answer) = client.captcha().await;
    let body = json!({"identifier": person.username, "channel": "email", "captcha_id": captcha_id,
                      "captcha_answer": captcha_answer});
    for field in ["identifier", "channel", "captcha_id", "captcha_answer"] {
        let mut lacking = body.clone();
        lacking.as_object_mut().unwrap().remove(field);
        let answer = client.post(RESETS, &lacking).await;
        assert_eq!(answer.errors(), [(field.to_owned(), "required".to_owned())]);
    }
    assert_eq!(client.post(RESETS, &body).await.status, 202);
    assert_eq!(client.post(RESETS, &body).await.outcome(), outcome(400, "captcha_failed"));
    let (captcha_id, _) = client.captcha().await;
    let mut unsolved = body.clone();
    (unsolved["captcha_id"], unsolved["captcha_answer"]) = (json!(captcha_id), json!("????"));
    assert_eq!(client.post(RESETS, &unsolved).await.outcome(), outcome(400, "captcha_failed"));
    assert_eq!(events(&site, "account.verification_requested").await, 1);
}

#[tokio::test]
async fn one_address_may_ask_only_so_often() {
    let site = TestSite::with(limited()).await;
    let mut client = site.client();
    for nth in 0..10 {
        assert_eq!(request(&mut client, &format!("nobody_{nth}"), "email").await.status, 202);
    }
    let answer = request(&mut client, "nobody_11", "email").await;
    assert_later(&answer, "too_many_requests", 1..=60);
}

/// The codes and numbers that fifty guesses at the same moment are answered with, sorted.
pub(super) async fn fifty(
    sites: [&TestSite; 2],
    id: &str,
    code: impl Fn(u32) -> String,
) -> Vec<(u16, String, Value)> {
    let answers = (0..50_u32).map(|nth| {
        let mut client = sites[nth as usize % 2].client();
        let code = code(nth);
        async move {
            let answer = confirm(&mut client, id, &code, NEW).await;
            let (status, code) = answer.outcome();
            (status, code, answer.json()["remaining_attempts"].take())
        }
    });
    let mut told = join_all(answers).await;
    told.sort_by_key(|(status, code, remaining)| (*status, code.clone(), remaining.as_u64()));
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_right_codes_at_once_one_resets_the_password() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    let sent = begin(&mut client, &person.username, "email").await;
    let told = fifty([&site, &other], &sent.id, |_| sent.code.clone()).await;
    assert_eq!(told.iter().filter(|(status, ..)| *status == 204).count(), 1, "{told:?}");
    assert_eq!(events(&site, "account.password_reset").await, 1);
    assert_eq!(client.try_login(&person.username, NEW).await.status, 200);
}
