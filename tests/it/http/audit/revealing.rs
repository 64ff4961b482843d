//! Looking behind the veil: recorded before anything is shown, on whom it concerns, or not shown at all.

use serde_json::{Value, json};

use super::super::leave::erase;
use super::super::{as_superuser, limited, repeats};
use super::{EVENTS, auditor, events, page, story, walk};
use crate::support::client::Client;
use crate::support::site::TestSite;

/// Who looked at whose data, in which answer, and at which positions.
async fn looks(client: &mut Client) -> Vec<(String, String, Value, Value)> {
    let looks = walk(client, "event_type=account.revealed", 200, false).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    looks
        .iter()
        .map(|event| {
            let payload = &event["payload"];
            let (who, whose) = (text(&event["metadata"]["actor_id"]), text(&event["aggregate_id"]));
            (who, whose, payload["shown"].clone(), payload["positions"].clone())
        })
        .collect()
}

#[tokio::test]
async fn personal_values_are_shown_to_who_asks_and_the_look_is_on_record() {
    let site = TestSite::start().await;
    let (mut owner, person) = story(&site).await;
    let user_id = owner.user_id().await;
    let mut client = auditor(&site).await;
    let who = client.user_id().await;
    let covered = page(&mut client, &format!("aggregate_id={user_id}")).await;
    assert_eq!(covered["events"][0]["payload"]["email"], "‹sealed›");
    assert_eq!(looks(&mut client).await, []);

    client.headers.push(("x-request-id", "a-look-of-mine".to_owned()));
    let shown = page(&mut client, &format!("aggregate_id={user_id}&reveal=true")).await;
    client.headers.pop();
    let payload = &shown["events"][0]["payload"];
    assert_eq!((&payload["email"], &payload["username"]), (&json!(person.email), &json!(person.username)));
    assert_eq!((&payload["phone"], &payload["password_hash"]), (&json!(person.phone), &json!("‹secret›")));
    // Every event that holds something personal, and no other.
    let holding: Vec<_> = covered["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["payload"].to_string().contains("‹sealed›"))
        .map(|event| event["position"].clone())
        .collect();
    assert!(holding.len() > 1 && holding.len() < covered["events"].as_array().unwrap().len());
    let first = (who.clone(), user_id.clone(), json!("events"), json!(holding));
    assert_eq!(looks(&mut client).await, std::slice::from_ref(&first));
    let look = walk(&mut client, "event_type=account.revealed", 1, false).await;
    assert_eq!(look[0]["metadata"]["request_id"], "a-look-of-mine");
    assert!(!repeats(&look[0].to_string(), &person.email));

    let stream = format!("/api/v1/audit/streams/account/{user_id}");
    let state = client.get(&format!("{stream}/state?sequence=2&reveal=true")).await.json();
    assert_eq!(
        (&state["state"]["email"], &state["state"]["password_hash"]),
        (&json!(person.email), &json!("‹secret›"))
    );
    let diff = client.get(&format!("{stream}/diff?from_sequence=0&to_sequence=2&reveal=true")).await.json();
    let email = diff["changes"].as_array().unwrap().iter().find(|change| change["path"] == "/email").unwrap();
    assert_eq!((&email["before"], &email["after"]), (&Value::Null, &json!(person.email)));
    let second = state["point"]["position"].clone();
    let linked = client.get(&format!("{EVENTS}/{second}?reveal=true")).await.json();
    assert_eq!(linked["event"]["position"], second);
    let all = looks(&mut client).await;
    let same = |shown: &str, positions: Value| (who.clone(), user_id.clone(), json!(shown), positions);
    assert_eq!(all[0], first);
    assert_eq!(all[1..3], [same("state", json!([second])), same("difference", json!([second]))]);
    assert_eq!(all.len(), 3, "the login, without a browser's name, holds nothing personal");
    // Whoever was looked at finds it in the export, without the name of who looked.
    let export = owner.get("/api/v1/me/export").await.json();
    let told =
        export["events"].as_array().unwrap().iter().filter(|event| event["event_type"] == "account.revealed");
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|event| event["metadata"].get("actor_id").is_none()));
}

#[tokio::test]
async fn a_page_with_several_people_is_recorded_on_each_of_them_once() {
    let site = TestSite::start().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let (mut client, _) = site.client().logged_in().await;
        ids.push(client.user_id().await);
    }
    let mut client = auditor(&site).await;
    let who = client.user_id().await;
    ids.push(who.clone());
    let shown = page(&mut client, "event_type=account.registered&reveal=true").await;
    assert!(!shown["events"].to_string().contains("‹sealed›"));
    let mut looks = looks(&mut client).await;
    looks.sort_by_key(|look| look.3[0].as_i64());
    assert_eq!(looks.iter().map(|look| look.1.clone()).collect::<Vec<_>>(), ids);
    assert!(looks.iter().all(|look| look.0 == who && look.3.as_array().unwrap().len() == 1));
}

#[tokio::test]
async fn where_nothing_is_personal_or_nobody_is_left_there_is_nothing_to_record() {
    let site = TestSite::start().await;
    story(&site).await;
    let (mut owner, person) = site.client().logged_in().await;
    let user_id = owner.user_id().await;
    erase(&mut owner, &person.password).await;
    let mut client = auditor(&site).await;
    for query in ["aggregate_type=product", "aggregate_type=store", &format!("aggregate_id={user_id}")] {
        page(&mut client, &format!("{query}&reveal=true")).await;
    }
    let state =
        client.get(&format!("/api/v1/audit/streams/account/{user_id}/state?sequence=1&reveal=true")).await;
    assert_eq!(state.json()["state"]["email"], "‹erased›");
    assert_eq!(looks(&mut client).await, []);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_shown() {
    let site = TestSite::start().await;
    let (mut owner, person) = story(&site).await;
    let user_id = owner.user_id().await;
    let mut client = auditor(&site).await;
    let stream = format!("/api/v1/audit/streams/account/{user_id}");
    let asked = [
        stream.clone(),
        format!("{stream}/state"),
        format!("{stream}/diff"),
        EVENTS.to_owned(),
        format!("{EVENTS}/1"),
    ];
    as_superuser(&site, "REVOKE EXECUTE ON FUNCTION append_events FROM zhanggui_app").await;
    for path in &asked {
        let answer = client.get(&format!("{path}?reveal=true")).await;
        assert!(answer.status.is_server_error(), "{path}: {}", answer.text());
        assert!(!repeats(answer.text(), &person.email), "{path}");
        // Covered, it needs no record.
        assert_eq!(client.get(path).await.status, 200);
    }
    as_superuser(&site, "GRANT EXECUTE ON FUNCTION append_events TO zhanggui_app").await;
    assert_eq!(events(&site, "account.revealed").await, 0);
}

#[tokio::test]
async fn another_site_cannot_make_an_auditor_look_and_nobody_looks_at_everybody_at_once() {
    let site = TestSite::start().await;
    let mut client = auditor(&site).await;
    let asked = format!("{EVENTS}?reveal=true");
    let answer = client.ask("GET", &asked, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(answer.outcome(), (403, "cross_site_request".to_owned()));
    assert_eq!(client.ask("GET", EVENTS, &[("sec-fetch-site", "cross-site")]).await.status, 200);
    for refused in ["limit=101&reveal=true", "reveal=yes", "reveal=1", "reveal="] {
        let answer = client.get(&format!("{EVENTS}?{refused}")).await;
        assert_eq!(answer.outcome(), (400, "invalid_query".to_owned()), "{refused}");
    }
    let answer = client.ask("GET", &asked, &[("accept", "application/x-ndjson")]).await;
    assert_eq!(answer.outcome(), (400, "invalid_query".to_owned()));
    assert_eq!(events(&site, "account.revealed").await, 0);
    assert_eq!(client.ask("GET", &asked, &[("sec-fetch-site", "same-origin")]).await.status, 200);
}

#[tokio::test]
async fn looks_are_limited_and_covered_reading_is_not() {
    let site = TestSite::with(limited()).await;
    let mut client = auditor(&site).await;
    // Thirty at once, and one more for every two seconds that this takes.
    let mut seen = 0;
    let refused = loop {
        let answer = client.get(&format!("{EVENTS}?limit=1&reveal=true")).await;
        if answer.status != 200 {
            break answer;
        }
        seen += 1;
        assert!(seen < 200, "nobody is ever refused");
    };
    assert_eq!(refused.outcome(), (429, "too_many_requests".to_owned()));
    assert!(seen >= 30, "{seen}");
    assert_eq!(client.get(EVENTS).await.status, 200);
    assert_eq!(events(&site, "account.revealed").await, seen);
}

#[tokio::test]
async fn a_role_that_is_taken_away_opens_nothing_any_more() {
    let site = TestSite::start().await;
    let mut client = auditor(&site).await;
    let mut admin = site.admin().await;
    assert_eq!(admin.get(EVENTS).await.status, 200, "an admin may what any role may");
    let user_id = client.user_id().await;
    let role = |role: &str| format!("/api/v1/admin/people/{user_id}/roles/{role}");
    admin.ask("DELETE", &role("auditor"), &[]).await;
    assert_eq!(client.get(&format!("{EVENTS}?reveal=true")).await.outcome(), (403, "forbidden".to_owned()));
    admin.ask("PUT", &role("analyst"), &[]).await;
    assert_eq!(client.get(EVENTS).await.outcome(), (403, "forbidden".to_owned()));
    assert_eq!(events(&site, "account.revealed").await, 0);
}
