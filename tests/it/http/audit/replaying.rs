//! The state at any point, and what changed between two.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::leave::erase;
use super::super::merchant::{list, merchant, patch, path};
use super::super::verifications::sent;
use super::{auditor, encoded, present, walk};
use crate::support::client::Client;
use crate::support::site::TestSite;

async fn state(client: &mut Client, stream: &str, query: &str) -> Value {
    let answer = client.get(&format!("/api/v1/audit/streams/{stream}/state?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()
}

async fn diff(client: &mut Client, stream: &str, query: &str) -> Value {
    let answer = client.get(&format!("/api/v1/audit/streams/{stream}/diff?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_product_is_told_as_it_was_after_any_event_at_any_position_and_at_any_time() {
    let site = TestSite::start().await;
    let mut shop = merchant(&site).await;
    site.clock.advance(TimeDelta::seconds(1));
    let product = list(&mut shop, 77).await;
    for title in ["一", "二", "三"] {
        site.clock.advance(TimeDelta::seconds(1));
        let change = patch(&mut shop, &path(&product), &json!({"title": title})).await;
        assert_eq!(change.status, 200, "{}", change.text());
    }
    let id = product["product_id"].as_str().unwrap();
    let stream = format!("product/{id}");
    let mut client = auditor(&site).await;
    let events = walk(&mut client, &format!("aggregate_type=product&aggregate_id={id}"), 200, false).await;
    assert_eq!(events.len(), 4);
    let newest = state(&mut client, &stream, "").await;
    for (nth, event) in events.iter().enumerate() {
        let point =
            json!({"sequence": nth + 1, "position": event["position"], "recorded_at": event["recorded_at"]});
        let title = [Value::Null, json!("一"), json!("二"), json!("三")][nth].clone();
        for query in [
            format!("sequence={}", nth + 1),
            format!("position={}", event["position"]),
            format!("at={}", event["recorded_at"].as_str().unwrap()),
        ] {
            let then = state(&mut client, &stream, &query).await;
            assert_eq!((&then["point"], &then["state"]["title"]), (&point, &title), "{query}");
            assert_eq!(then["newest"], newest["point"]);
            assert_eq!((&then["aggregate_type"], &then["aggregate_id"]), (&json!("product"), &json!(id)));
        }
    }
    for beyond in ["sequence=99", "position=9223372036854775807", "at=9999-12-31T23:59:59Z"] {
        assert_eq!(state(&mut client, &stream, beyond).await, newest, "{beyond}");
    }
    for before in ["sequence=0", "position=0", "at=1999-01-01T00:00:00Z"] {
        let then = state(&mut client, &stream, before).await;
        assert_eq!((&then["point"], &then["state"]), (&Value::Null, &Value::Null), "{before}");
    }
    let changed = diff(&mut client, &stream, "from_sequence=2&to_sequence=4").await;
    let title = json!({"path": "/title", "op": "replace", "before": "一", "after": "三"});
    let version = json!({"path": "/version", "op": "replace", "before": 2, "after": 4});
    assert_eq!(changed["changes"], json!([title, version]));
    assert_eq!((&changed["from"]["sequence"], &changed["to"]["sequence"]), (&json!(2), &json!(4)));
    let back = diff(&mut client, &stream, "from_sequence=4&to_sequence=2").await;
    assert_eq!(back["changes"][0], json!({"path": "/title", "op": "replace", "before": "三", "after": "一"}));
    let all = diff(&mut client, &stream, "").await;
    assert_eq!((&all["from"], &all["to"]), (&Value::Null, &newest["point"]));
    assert!(all["changes"].as_array().unwrap().iter().all(|change| change["op"] == "add"));
    assert_eq!(diff(&mut client, &stream, "from_sequence=4").await["changes"], json!([]));
}

#[tokio::test]
async fn a_time_in_milliseconds_holds_all_that_was_recorded_within() {
    let site = TestSite::start().await;
    // The clock stands at microseconds, and shows milliseconds.
    site.clock.advance(TimeDelta::microseconds(321));
    let mut shop = merchant(&site).await;
    let id = shop.get("/api/v1/store").await.json()["store_id"].as_str().unwrap().to_owned();
    let mut client = auditor(&site).await;
    let newest = state(&mut client, &format!("store/{id}"), "").await;
    let at = newest["point"]["recorded_at"].as_str().unwrap();
    let then = state(&mut client, &format!("store/{id}"), &format!("at={}", encoded(at))).await;
    assert_eq!(then, newest);
}

#[tokio::test]
async fn what_is_secret_shows_as_changed_and_never_as_what_it_is() {
    let site = TestSite::start().await;
    let (mut owner, person) = site.client().logged_in().await;
    let user_id = present(&site, &mut owner).await;
    let code = sent(&mut owner, "email", "change_password").await;
    let body = json!({"verification_id": code.id, "code": code.code, "password": "another long passphrase",
        "password_confirmation": "another long passphrase"});
    assert_eq!(owner.put("/api/v1/me/password", &body).await.status, 204);
    let mut client = auditor(&site).await;
    let stream = format!("account/{user_id}");
    let requested = state(&mut client, &stream, "sequence=4").await;
    let live = requested["state"]["codes"]["live"].as_object().unwrap();
    assert_eq!(live["brief.change_password.email"]["code"], "‹secret›");
    let changed = diff(&mut client, &stream, "from_sequence=1").await;
    let hash =
        changed["changes"].as_array().unwrap().iter().find(|change| change["path"] == "/password_hash");
    let expected =
        json!({"path": "/password_hash", "op": "replace", "before": "‹secret›", "after": "‹secret›"});
    assert_eq!(hash, Some(&expected));
    let everything = [requested, changed, state(&mut client, &stream, "").await];
    let everything = json!(everything).to_string();
    for secret in ["$argon2", &code.code, &person.email, &person.username, "another long"] {
        assert!(!super::super::repeats(&everything, secret), "{secret}: {everything}");
    }
}

#[tokio::test]
async fn of_somebody_who_is_forgotten_only_the_facts_are_told() {
    let site = TestSite::start().await;
    let (mut owner, person) = site.client().logged_in().await;
    let user_id = present(&site, &mut owner).await;
    assert_eq!(erase(&mut owner, &person.password).await.status, 204);
    let mut client = auditor(&site).await;
    let stream = format!("account/{user_id}");
    for sequence in 1..=4 {
        let then = state(&mut client, &stream, &format!("sequence={sequence}")).await;
        for field in ["username", "email", "phone"] {
            assert_eq!(then["state"][field], "‹erased›", "{sequence} {field}");
        }
        assert_eq!(then["state"]["erased"], sequence == 4);
    }
    let events = client.get(&format!("/api/v1/audit/streams/{stream}")).await.json();
    assert_eq!(events["events"][0]["payload"]["email"], "‹erased›");
    assert_eq!(events["events"][0]["payload"]["password_hash"], "‹secret›");
}
