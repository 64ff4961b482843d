//! Every filter finds what it names, pages of any size put it together again, and a stream is a search.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{auditor, encoded, keys, page, story, walk};
use crate::support::site::TestSite;

/// The filters by the place of what they compare.
const FILTERS: [(&str, &str); 7] = [
    ("aggregate_type", "/aggregate_type"),
    ("aggregate_id", "/aggregate_id"),
    ("event_type", "/event_type"),
    ("actor_id", "/metadata/actor_id"),
    ("correlation_id", "/metadata/correlation_id"),
    ("causation_id", "/metadata/causation_id"),
    ("request_id", "/metadata/request_id"),
];

#[tokio::test]
async fn an_event_has_the_form_of_the_contract() {
    let site = TestSite::start().await;
    let mut client = auditor(&site).await;
    let json = page(&mut client, "limit=1").await;
    assert_eq!(keys(&json), ["events", "head", "next_after", "next_before"]);
    assert_eq!(
        (&json["next_after"], &json["next_before"], &json["head"]),
        (&json!(1), &json!(null), &json!(4))
    );
    let event = &json["events"][0];
    assert_eq!(
        keys(event),
        [
            "aggregate_id",
            "aggregate_type",
            "event_id",
            "event_type",
            "event_version",
            "leaf_hash",
            "metadata",
            "payload",
            "position",
            "recorded_at",
            "sequence"
        ]
    );
    assert_eq!(keys(&event["metadata"]), ["actor_id", "causation_id", "correlation_id", "request_id"]);
    assert_eq!((&event["event_type"], &event["event_version"]), (&json!("account.registered"), &json!("2")));
    assert_eq!((&event["position"], &event["sequence"]), (&json!(1), &json!(1)));
    let hash: Vec<u8> = sqlx::query_scalar("SELECT leaf_hash FROM events WHERE position = 1")
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap();
    assert_eq!(event["leaf_hash"], hex::encode(hash));
    let time = event["recorded_at"].as_str().unwrap();
    assert!(time.ends_with('Z') && time.len() == "2026-11-26T03:04:05.678Z".len(), "{time}");
}

/// The values that a filter can be given: some that occur, and one that does not.
fn values(all: &[Value], place: &str) -> Vec<String> {
    let occurring: BTreeSet<_> =
        all.iter().filter_map(|event| Some(event.pointer(place)?.as_str()?.to_owned())).collect();
    let step = (occurring.len() / 3).max(1);
    let mut values: Vec<_> = occurring.into_iter().step_by(step).collect();
    values.push("account.nothing".to_owned());
    values
}

#[tokio::test]
async fn every_filter_and_every_two_find_what_they_name_in_pages_of_any_size() {
    let site = TestSite::start().await;
    story(&site).await;
    let mut client = auditor(&site).await;
    let all = walk(&mut client, "", 200, false).await;
    let positions: Vec<_> = all.iter().map(|event| event["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, (1..=all.len() as u64).collect::<Vec<_>>());
    let mut asked = 0;
    for (nth, (name, place)) in FILTERS.iter().enumerate() {
        let values_of_all = values(&all, place);
        assert!(values_of_all.len() > 1, "the story has something for {name}");
        for value in values_of_all {
            let one = format!("{name}={}", encoded(&value));
            let fits = |event: &&Value| event.pointer(place).and_then(Value::as_str) == Some(&value);
            let expected: Vec<_> = all.iter().filter(fits).cloned().collect();
            check(&mut client, &one, &expected).await;
            for (other, other_place) in FILTERS.iter().skip(nth + 1) {
                let value = values(&expected, other_place).swap_remove(0);
                let both = format!("{one}&{other}={}", encoded(&value));
                let fits =
                    |event: &&Value| event.pointer(other_place).and_then(Value::as_str) == Some(&value);
                check(&mut client, &both, &expected.iter().filter(fits).cloned().collect::<Vec<_>>()).await;
                asked += 1;
            }
        }
    }
    assert!(asked > 50, "{asked}");
}

async fn check(client: &mut crate::support::client::Client, query: &str, expected: &[Value]) {
    let reversed: Vec<_> = expected.iter().rev().cloned().collect();
    assert_eq!(walk(client, query, 200, false).await, expected, "{query}");
    assert_eq!(walk(client, query, 2, false).await, expected, "{query}");
    assert_eq!(walk(client, query, 3, true).await, reversed, "{query}");
}

#[tokio::test]
async fn times_and_positions_bound_what_is_found() {
    let site = TestSite::start().await;
    for _ in 0..4 {
        site.client().logged_in().await;
        site.clock.advance(chrono::TimeDelta::milliseconds(1500));
    }
    let mut client = auditor(&site).await;
    let all = walk(&mut client, "", 200, false).await;
    let position = |event: &Value| event["position"].as_i64().unwrap();
    let time = |event: &Value| event["recorded_at"].as_str().unwrap().to_owned();
    for event in &all {
        let (here, then) = (position(event), time(event));
        for (query, expected) in [
            (format!("after={here}"), all.iter().filter(|event| position(event) > here).count()),
            (format!("before={here}"), all.iter().filter(|event| position(event) < here).count()),
            (format!("from={then}"), all.iter().filter(|event| time(event) >= then).count()),
            (format!("to={then}"), all.iter().filter(|event| time(event) < then).count()),
            (format!("from={then}&before={here}"), 0),
        ] {
            let found = walk(&mut client, &query, 200, false).await;
            let among = query.contains('&');
            let expected = if among {
                all.iter().filter(|event| time(event) >= then && position(event) < here).count()
            } else {
                expected
            };
            assert_eq!(found.len(), expected, "{query}");
        }
    }
    for query in
        ["from=9999-01-01T00:00:00Z", "to=0001-01-01T00:00:00Z", "after=9223372036854775807", "before=0"]
    {
        assert_eq!(page(&mut client, query).await["events"], json!([]), "{query}");
    }
    // With an offset, as a person writes it who lives there.
    let then = encoded("2000-01-01T08:00:00+08:00");
    assert_eq!(walk(&mut client, &format!("from={then}"), 200, false).await.len(), all.len());
}

#[tokio::test]
async fn a_stream_is_all_of_one_aggregate_and_one_that_is_not_there_is_not_found() {
    let site = TestSite::start().await;
    let (mut owner, _) = story(&site).await;
    let user_id = owner.user_id().await;
    let mut client = auditor(&site).await;
    let found =
        walk(&mut client, &format!("aggregate_type=account&aggregate_id={user_id}"), 200, false).await;
    let path = format!("/api/v1/audit/streams/account/{user_id}");
    let stream = client.get(&path).await.json();
    assert_eq!(stream["events"], json!(found));
    let sequences: Vec<_> = found.iter().map(|event| event["sequence"].as_u64().unwrap()).collect();
    assert_eq!(sequences, (1..=found.len() as u64).collect::<Vec<_>>());
    let newest = client.get(&format!("{path}?order=desc&limit=1")).await.json();
    assert_eq!(newest["events"][0], *found.last().unwrap());
    assert_eq!(newest["next_before"], newest["events"][0]["position"]);
    let logins = client.get(&format!("{path}?event_type=account.logged_in")).await.json();
    assert_eq!(logins["events"].as_array().unwrap().len(), 2);
    for nowhere in [format!("store/{user_id}"), "account/x".to_owned(), format!("emperor/{user_id}")] {
        let path = format!("/api/v1/audit/streams/{nowhere}");
        for path in [path.clone(), format!("{path}/state"), format!("{path}/diff")] {
            assert_eq!(client.get(&path).await.outcome(), (404, "not_found".to_owned()), "{path}");
        }
    }
}

#[tokio::test]
async fn what_there_is_to_choose_from_is_listed() {
    let site = TestSite::start().await;
    story(&site).await;
    let mut client = auditor(&site).await;
    let types = client.get("/api/v1/audit/types").await.json();
    let names: Vec<_> =
        types["aggregates"].as_array().unwrap().iter().map(|known| known["aggregate_type"].clone()).collect();
    assert_eq!(json!(names), json!(["account", "product", "statistics", "store"]));
    let all = walk(&mut client, "", 200, false).await;
    let expected: BTreeSet<_> = all.iter().map(|event| event["event_type"].as_str().unwrap()).collect();
    let listed = types["aggregates"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|known| known["event_types"].as_array().unwrap());
    assert_eq!(listed.map(|name| name.as_str().unwrap()).collect::<BTreeSet<_>>(), expected);
}
