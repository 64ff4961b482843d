//! S10 and S11: a code is sent to one's own contact, proves it once, and cannot be guessed.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use zhanggui::config::Settings;
use zhanggui::ports::Clock;

use super::{assert_later, events, keys};
use crate::support::client::{Answer, Client, Person};
use crate::support::site::{TestSite, given, settings};

const VERIFICATIONS: &str = "/api/v1/me/verifications";

/// A code that was sent, as it is disclosed.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) id: String,
    pub(super) code: String,
}

impl Sent {
    pub(super) fn from(answer: &Answer, id: &str) -> Self {
        assert_eq!(answer.status, 202, "{}", answer.text());
        let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
        Self { id: text(id), code: text("code") }
    }

    /// Another code, a different one for every number below 999,999.
    pub(super) fn wrong(&self, nth: u32) -> String {
        format!("{:06}", (self.code.parse::<u32>().unwrap() + 1 + nth) % 1_000_000)
    }
}

pub(super) async fn ask(client: &mut Client, channel: &str, purpose: &str) -> Answer {
    client.post(VERIFICATIONS, &json!({"channel": channel, "purpose": purpose})).await
}

/// Asks for a code, which is sent.
pub(super) async fn sent(client: &mut Client, channel: &str, purpose: &str) -> Sent {
    Sent::from(&ask(client, channel, purpose).await, "verification_id")
}

pub(super) async fn confirm(client: &mut Client, id: &str, code: &str) -> Answer {
    client.post(&format!("{VERIFICATIONS}/{id}/confirm"), &json!({"code": code})).await
}

pub(super) fn outcome(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// The answer says that the code was wrong and may be tried so often.
pub(super) fn assert_wrong(answer: &Answer, remaining: u8) {
    assert_eq!(answer.outcome(), outcome(400, "wrong_code"));
    assert_eq!(answer.json()["remaining_attempts"], remaining);
}

pub(super) async fn verified(client: &mut Client) -> (Value, Value) {
    let me = client.get("/api/v1/me").await.json();
    (me["email_verified"].clone(), me["phone_verified"].clone())
}

#[tokio::test]
async fn a_code_goes_to_the_contact_and_what_it_proves_is_shown_in_the_account() {
    let site = TestSite::start().await;
    let person = Person { phone: "+8613800138000".to_owned(), ..Person::new() };
    let mut client = site.client();
    client.register(&person).await;
    client.login(&person).await;
    let (first, host) = (&person.email[..1], "example.com");
    let masked_email = format!("{first}***@{host}");
    for (channel, masked, to, after) in [
        ("email", masked_email.as_str(), &person.email, (json!(true), json!(false))),
        ("sms", "+86138****8000", &person.phone, (json!(true), json!(true))),
    ] {
        let now = site.clock.now();
        let answer = ask(&mut client, channel, "verify_contact").await;
        let sent = Sent::from(&answer, "verification_id");
        let json = answer.json();
        let names = ["channel", "code", "destination", "expires_at", "resend_after", "verification_id"];
        assert_eq!(keys(&json), names);
        assert_eq!((&json["channel"], &json["destination"]), (&json!(channel), &json!(masked)));
        for (name, minutes) in [("expires_at", 10), ("resend_after", 1)] {
            let text = json[name].as_str().unwrap();
            assert!(text.len() == 24 && text.ends_with('Z'), "{text}");
            let told = DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis();
            assert_eq!(told, (now + TimeDelta::minutes(minutes)).timestamp_millis());
        }
        assert!(sent.code.len() == 6 && sent.code.bytes().all(|byte| byte.is_ascii_digit()));
        site.react().await;
        let messages = site.app.site.outbox.as_ref().unwrap().messages();
        assert_eq!((&messages[0].to, messages[0].channel.as_str()), (to, channel));
        assert!(messages[0].text.contains(&sent.code), "the message tells the code");
        let answer = confirm(&mut client, &sent.id, &sent.code).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, json!({"channel": channel, "verified": true}))
        );
        assert_eq!(verified(&mut client).await, after);
    }
    site.react().await;
    assert_eq!(site.app.site.outbox.as_ref().unwrap().messages().len(), 2, "each code is sent once");
    assert_eq!(events(&site, "account.verification_sent").await, 2);
}

#[tokio::test]
async fn where_codes_are_not_disclosed_the_answer_holds_none() {
    let site = TestSite::with(Settings { disclose_codes: false, ..settings(given()) }).await;
    // Nobody can read the captcha either: the account was there before.
    let disclosing = TestSite::on(site.database.clone(), settings(given()), site.clock.clone()).await;
    let (other, _) = disclosing.client().logged_in().await;
    let mut client = site.client();
    client.cookies = other.cookies;
    let answer = ask(&mut client, "email", "verify_contact").await;
    assert_eq!(answer.status, 202);
    let names = ["channel", "destination", "expires_at", "resend_after", "verification_id"];
    assert_eq!(keys(&answer.json()), names);
}

#[tokio::test]
async fn five_wrong_codes_are_counted_down_and_then_the_right_one_is_refused_as_well() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let sent = sent(&mut client, "sms", "verify_contact").await;
    for (nth, remaining) in (0..5).zip([4, 3, 2, 1, 0]) {
        assert_wrong(&confirm(&mut client, &sent.id, &sent.wrong(nth)).await, remaining);
    }
    site.clock.advance(TimeDelta::minutes(2));
    for code in [&sent.code, &sent.wrong(9)] {
        assert_later(&confirm(&mut client, &sent.id, code).await, "too_many_attempts", 470..=480);
    }
    assert_eq!(verified(&mut client).await, (json!(false), json!(false)));
    assert_eq!(events(&site, "account.verification_failed").await, 5);
    let newer = self::sent(&mut client, "sms", "verify_contact").await;
    assert_eq!(confirm(&mut client, &newer.id, &newer.code).await.status, 200, "a new code helps");
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let sent = sent(&mut client, "email", "verify_contact").await;
    let other = self::sent(&mut client, "sms", "verify_contact").await;
    site.clock.advance(TimeDelta::seconds(599));
    assert_eq!(confirm(&mut client, &sent.id, &sent.code).await.status, 200);
    site.clock.advance(TimeDelta::seconds(1));
    let late = confirm(&mut client, &other.id, &other.code).await;
    assert_eq!(late.outcome(), outcome(410, "code_expired"));
    assert_eq!(verified(&mut client).await, (json!(true), json!(false)));
}

#[tokio::test]
async fn a_code_past_its_time_is_not_sent_any_more() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    sent(&mut client, "email", "verify_contact").await;
    site.clock.advance(TimeDelta::minutes(10));
    site.react().await;
    assert!(site.app.site.outbox.as_ref().unwrap().messages().is_empty());
    assert_eq!(events(&site, "account.verification_sent").await, 0);
}

#[tokio::test]
async fn another_code_may_be_asked_for_after_a_minute_and_ten_a_day_by_each_channel() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    for nth in 0..10 {
        // Whatever it is for: what costs money is the message.
        let purpose = if nth % 2 == 0 { "verify_contact" } else { "change_password" };
        sent(&mut client, "sms", purpose).await;
        site.clock.advance(TimeDelta::seconds(1));
        assert_later(&ask(&mut client, "sms", "verify_contact").await, "resend_too_soon", 59..=59);
        assert_later(&ask(&mut client, "sms", "change_password").await, "resend_too_soon", 59..=59);
        site.clock.advance(TimeDelta::seconds(59));
    }
    assert_later(&ask(&mut client, "sms", "verify_contact").await, "too_many_attempts", 85_800..=85_800);
    sent(&mut client, "email", "verify_contact").await;
    site.clock.advance(TimeDelta::seconds(85_799));
    client.login(&person).await;
    assert_later(&ask(&mut client, "sms", "verify_contact").await, "too_many_attempts", 1..=1);
    site.clock.advance(TimeDelta::seconds(1));
    sent(&mut client, "sms", "verify_contact").await;
}

#[tokio::test]
async fn only_the_newest_code_counts_and_only_once() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let older = sent(&mut client, "email", "verify_contact").await;
    site.clock.advance(TimeDelta::minutes(1));
    let newer = sent(&mut client, "email", "verify_contact").await;
    let replaced = confirm(&mut client, &older.id, &older.code).await;
    assert_eq!(replaced.outcome(), outcome(410, "code_expired"));
    assert_eq!(confirm(&mut client, &newer.id, &newer.code).await.status, 200);
    let again = confirm(&mut client, &newer.id, &newer.code).await;
    assert_eq!(again.outcome(), outcome(410, "code_expired"));
    assert_eq!(events(&site, "account.contact_verified").await, 1);
    assert_eq!(events(&site, "account.verification_failed").await, 0);
}

#[tokio::test]
async fn a_code_is_for_one_purpose_and_one_person() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let (mut other, _) = site.client().logged_in().await;
    let for_password = sent(&mut client, "email", "change_password").await;
    let for_contact = sent(&mut client, "sms", "verify_contact").await;
    let not_found = outcome(404, "not_found");
    let stolen = confirm(&mut client, &for_password.id, &for_password.code).await;
    assert_eq!(stolen.outcome(), not_found);
    assert_eq!(confirm(&mut other, &for_contact.id, &for_contact.code).await.outcome(), not_found);
    let unknown = "01890000-0000-7000-8000-000000000000";
    for id in [unknown, "no-id", "%2e%2e"] {
        assert_eq!(confirm(&mut client, id, "123456").await.outcome(), not_found, "{id}");
    }
    assert_eq!(events(&site, "account.verification_failed").await, 0);
    assert_eq!(confirm(&mut client, &for_contact.id, &for_contact.code).await.status, 200);
}

#[tokio::test]
async fn what_is_no_code_is_no_try() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let sent = sent(&mut client, "email", "verify_contact").await;
    for code in [json!("12345"), json!("1234567"), json!("abcdef"), json!(""), json!(null)] {
        let path = format!("{VERIFICATIONS}/{}/confirm", sent.id);
        let answer = client.post(&path, &json!({"code": code})).await;
        assert_eq!(answer.outcome(), outcome(422, "validation_failed"), "{code}");
    }
    assert_eq!(events(&site, "account.verification_failed").await, 0);
    assert_wrong(&confirm(&mut client, &sent.id, &sent.wrong(0)).await, 4);
    for (body, told) in [
        (json!({}), vec![("channel", "required"), ("purpose", "required")]),
        (
            json!({"channel": "fax", "purpose": "reset_password"}),
            vec![("channel", "unknown"), ("purpose", "unknown")],
        ),
    ] {
        let answer = client.post(VERIFICATIONS, &body).await;
        let told: Vec<_> =
            told.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect();
        assert_eq!((answer.status.as_u16(), answer.errors()), (422, told));
    }
}

#[tokio::test]
async fn a_request_that_is_sent_again_with_its_key_is_the_same_code_and_the_same_try() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    let first = ask(&mut client, "email", "verify_contact").await;
    let again = ask(&mut client, "email", "verify_contact").await;
    assert_eq!((again.status.as_u16(), again.text()), (202, first.text()));
    let sent = Sent::from(&first, "verification_id");
    client.headers.pop();
    client.headers.push(("idempotency-key", "k-2".to_owned()));
    for replayed in ["", "true"] {
        let answer = confirm(&mut client, &sent.id, &sent.wrong(0)).await;
        assert_wrong(&answer, 4);
        assert_eq!(answer.header("idempotency-replayed"), replayed);
    }
    assert_eq!(events(&site, "account.verification_requested").await, 1);
    assert_eq!(events(&site, "account.verification_failed").await, 1);
}
