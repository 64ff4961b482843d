//! Questions that nobody in good faith asks: refused or answered with nothing, and never a defect of ours.

use super::{EVENTS, auditor, encoded};
use crate::support::site::TestSite;

#[tokio::test]
async fn no_value_of_a_filter_breaks_anything() {
    let site = TestSite::start().await;
    let mut client = auditor(&site).await;
    let long = "x".repeat(201);
    let nasty = ["\0", "a\u{0}b", "\n", &long, "\u{7f}"];
    let odd =
        ["'; DROP TABLE events; --", "$1", "?", "%", "\\", "‹sealed›", "\u{202e}", "", "é", "null", "🦀"];
    for name in [
        "aggregate_type",
        "aggregate_id",
        "event_type",
        "actor_id",
        "correlation_id",
        "causation_id",
        "request_id",
    ] {
        for value in nasty {
            let answer = client.get(&format!("{EVENTS}?{name}={}", encoded(value))).await;
            assert_eq!(answer.outcome(), (400, "invalid_query".to_owned()), "{name} {value:?}");
        }
        for value in odd {
            let answer = client.get(&format!("{EVENTS}?{name}={}", encoded(value))).await;
            assert_eq!(answer.status, 200, "{name} {value:?}: {}", answer.text());
            assert_eq!(answer.json()["events"].as_array().unwrap().len(), 0, "{name} {value:?}");
        }
        let broken = client.get(&format!("{EVENTS}?{name}=%FF%FE")).await;
        assert!(broken.status == 400 || broken.status == 200, "{name}");
    }
}

#[tokio::test]
async fn no_bound_breaks_anything() {
    let site = TestSite::start().await;
    let mut client = auditor(&site).await;
    for query in [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=x",
        "limit=99999999999999999999",
        "after=-1",
        "after=x",
        "before=-1",
        "after=9223372036854775808",
        "order=up",
        "order=",
        "from=0",
        "to=2026-13-01T00:00:00Z",
        "from=2026-01-01",
        "from=%2B262143-01-01T00:00:00Z",
        "sort=position",
        "after=1&after=2",
        "from=-4800-01-01T00:00:00Z",
    ] {
        let answer = client.get(&format!("{EVENTS}?{query}")).await;
        assert_eq!(answer.outcome(), (400, "invalid_query".to_owned()), "{query}");
    }
    assert_eq!(client.ask("POST", EVENTS, &[]).await.status, 405);
}

#[tokio::test]
async fn no_stream_and_no_point_of_it_breaks_anything() {
    let site = TestSite::start().await;
    let mut client = auditor(&site).await;
    let long = "x".repeat(201);
    for path in ["a%00b/x", "account/%00", "%FF/x", &format!("account/{long}"), "account/'%20OR%201=1"] {
        for tail in ["", "/state", "/diff"] {
            let answer = client.get(&format!("/api/v1/audit/streams/{path}{tail}")).await;
            assert_eq!(answer.outcome(), (404, "not_found".to_owned()), "{path}{tail}");
        }
    }
    let mut owner = client.clone();
    let stream = format!("/api/v1/audit/streams/account/{}", owner.user_id().await);
    for query in [
        "state?sequence=-1",
        "state?position=-1",
        "state?at=now",
        "state?at=2026-01-01T00:00:00Z&sequence=1",
        "state?sequence=1&position=1",
        "state?sequence=99999999999999999999",
        "state?limit=1",
        "diff?from_sequence=1&from_position=1",
        "diff?to_at=x",
        "diff?to_sequence=-1",
        "diff?from=1",
        "diff?to_at=2026-01-01T00:00:00Z&to_position=1",
    ] {
        let answer = client.get(&format!("{stream}/{query}")).await;
        assert_eq!(answer.outcome(), (400, "invalid_query".to_owned()), "{query}");
    }
    for query in [
        "state?at=0000-01-01T00:00:00Z",
        "state?at=9999-12-31T23:59:59.999999999Z",
        "diff?from_at=0000-01-01T00:00:00Z",
    ] {
        assert_eq!(client.get(&format!("{stream}/{query}")).await.status, 200, "{query}");
    }
    assert_eq!(client.ask("DELETE", &stream, &[]).await.status, 405);
}
