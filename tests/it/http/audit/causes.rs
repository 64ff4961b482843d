//! From an event to what caused it, what it caused, and what belongs to the same first cause.

use serde_json::{Value, json};

use super::{EVENTS, auditor, keys, newest, story};
use crate::support::site::TestSite;

#[tokio::test]
async fn cause_and_effect_are_told_in_both_directions() {
    let site = TestSite::start().await;
    story(&site).await;
    let mut client = auditor(&site).await;
    let (asked, sent) = (
        newest(&site, "account.verification_requested").await,
        newest(&site, "account.verification_sent").await,
    );
    let cause = client.get(&format!("{EVENTS}/{asked}")).await.json();
    let effect = client.get(&format!("{EVENTS}/{sent}")).await.json();
    assert_eq!(
        keys(&cause),
        ["cause", "effects", "effects_next_after", "event", "related", "related_next_after"]
    );
    assert_eq!(cause["cause"], Value::Null);
    assert_eq!(cause["effects"], json!([effect["event"]]));
    assert_eq!((&effect["cause"], &effect["effects"]), (&cause["event"], &json!([])));
    assert_eq!(effect["event"]["metadata"]["causation_id"], cause["event"]["event_id"]);
    // Both belong to the request that began it.
    assert_eq!(cause["related"], json!([cause["event"], effect["event"]]));
    assert_eq!(effect["related"], cause["related"]);
    assert_eq!((&cause["effects_next_after"], &cause["related_next_after"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn an_event_without_any_links_says_so_and_one_that_is_not_there_is_not_found() {
    let site = TestSite::start().await;
    let mut client = auditor(&site).await;
    // Granted by nobody in no request.
    let granted = newest(&site, "account.role_granted").await;
    let alone = client.get(&format!("{EVENTS}/{granted}")).await.json();
    assert_eq!(
        (&alone["cause"], &alone["effects"], &alone["related"]),
        (&Value::Null, &json!([]), &json!([]))
    );
    for nowhere in ["0", "-1", "5", "9223372036854775807", "9223372036854775808", "x"] {
        let answer = client.get(&format!("{EVENTS}/{nowhere}")).await;
        assert_eq!(answer.outcome(), (404, "not_found".to_owned()), "{nowhere}");
    }
}

#[tokio::test]
async fn more_effects_than_an_answer_holds_are_found_by_searching_on() {
    let site = TestSite::start().await;
    let mut client = auditor(&site).await;
    client.headers.push(("x-request-id", "one-and-the-same".to_owned()));
    let mut other = site.client();
    other.headers.push(("x-request-id", "one-and-the-same".to_owned()));
    let (mut other, person) = other.logged_in().await;
    for _ in 0..110 {
        other.login(&person).await;
    }
    let last = newest(&site, "account.logged_in").await;
    let linked = client.get(&format!("{EVENTS}/{last}")).await.json();
    let related = linked["related"].as_array().unwrap();
    assert_eq!(related.len(), 100);
    let next = linked["related_next_after"].as_i64().unwrap();
    assert_eq!(related.last().unwrap()["position"], next);
    let rest = client.get(&format!("{EVENTS}?correlation_id=one-and-the-same&after={next}")).await.json();
    assert_eq!(rest["events"].as_array().unwrap().len(), 12, "a registration and 111 logins in all");
}
