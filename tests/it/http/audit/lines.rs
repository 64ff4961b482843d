//! All events as lines of JSON: complete up to where the log ended, while appends go on, and resumed anywhere.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use zhanggui::http::audit::STREAMS;

use super::{EVENTS, auditor, story, walk};
use crate::support::client::{Answer, Client};
use crate::support::site::TestSite;

async fn lines(client: &mut Client, query: &str) -> Answer {
    client.ask("GET", &format!("{EVENTS}?{query}"), &[("accept", "application/x-ndjson")]).await
}

fn parsed(answer: &Answer) -> Vec<Value> {
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/x-ndjson"));
    assert!(answer.body.is_empty() || answer.text().ends_with('\n'));
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_lines_are_the_events_of_all_pages_and_go_on_after_any_of_them() {
    let site = TestSite::start().await;
    story(&site).await;
    let mut client = auditor(&site).await;
    let all = walk(&mut client, "", 200, false).await;
    let answer = lines(&mut client, "").await;
    assert_eq!(parsed(&answer), all);
    assert_eq!(answer.header("x-audit-until"), all.len().to_string());
    for (nth, event) in all.iter().enumerate() {
        let rest = lines(&mut client, &format!("after={}", event["position"])).await;
        assert_eq!(parsed(&rest), all[nth + 1..]);
        let some = lines(&mut client, &format!("limit=2&after={}", event["position"])).await;
        assert_eq!(parsed(&some), all[nth + 1..].iter().take(2).cloned().collect::<Vec<_>>());
    }
    for query in
        ["event_type=account.logged_in", "aggregate_type=product", "aggregate_type=account&event_type=x"]
    {
        let found = walk(&mut client, query, 200, false).await;
        assert_eq!(parsed(&lines(&mut client, query).await), found, "{query}");
    }
    let before = lines(&mut client, "before=3").await;
    assert_eq!((parsed(&before).len(), before.header("x-audit-until")), (2, "2"));
}

#[tokio::test]
async fn a_few_are_sent_lines_at_a_time_and_others_are_told() {
    let site = TestSite::start().await;
    let mut client = auditor(&site).await;
    let ask = || {
        let asked = Request::get(EVENTS).header("accept", "application/x-ndjson");
        asked.body(Body::empty()).unwrap()
    };
    let mut open = Vec::new();
    for _ in 0..STREAMS {
        open.push(client.open(ask()).await);
    }
    let refused = lines(&mut client, "").await;
    assert_eq!(refused.outcome(), (503, "overloaded".to_owned()));
    assert_eq!(refused.header("retry-after"), "1");
    // Pages are for everybody.
    assert_eq!(client.get(EVENTS).await.status, 200);
    // One that is given up makes room, and so does one that is read to its end.
    drop(open.pop());
    assert_eq!(parsed(&lines(&mut client, "").await).len(), parsed(&lines(&mut client, "").await).len());
    assert_eq!(site.app.site.audit_streams.available_permits(), 1);
}

#[tokio::test]
async fn lines_are_asked_for_by_their_type_and_only_forwards() {
    let site = TestSite::start().await;
    let mut client = auditor(&site).await;
    for refused in ["order=desc", "limit=0", "limit=-1", "after=-1", "from=yesterday"] {
        let answer = lines(&mut client, refused).await;
        assert_eq!(answer.outcome(), (400, "invalid_query".to_owned()), "{refused}");
    }
    for (accept, as_lines) in [
        ("application/x-ndjson", true),
        ("application/json;q=0.5, Application/X-NDJSON; q=0.9", true),
        ("*/*", false),
        ("application/json", false),
    ] {
        let answer = client.ask("GET", EVENTS, &[("accept", accept)]).await;
        assert_eq!(answer.header("content-type") == "application/x-ndjson", as_lines, "{accept}");
        assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "accept"));
    }
}
