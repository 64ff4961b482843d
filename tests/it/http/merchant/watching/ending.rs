//! When a stream ends: with its session, when there are too many, when the process stops.

use chrono::TimeDelta;
use serde_json::json;

use super::super::{STORE, list, merchant};
use super::{EVENTS, Stream};
use crate::support::site::TestSite;

#[tokio::test]
async fn the_stream_ends_with_the_session_and_says_why() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    assert_eq!(client.post(STORE, &json!({"name": "好店"})).await.status, 201);
    let over = async |mut stream: Stream, code: &str| {
        assert_eq!(stream.expect("session").await.data, json!({"code": code}));
        assert_eq!(stream.next().await, None);
    };
    let (stream, _) = Stream::open(&mut client, "").await;
    let mut newer = site.another_instance().await.client();
    newer.login(&person).await;
    over(stream, "session_superseded").await;
    assert_eq!(client.get(EVENTS).await.outcome(), (401, "session_superseded".to_owned()));

    let (stream, _) = Stream::open(&mut newer, "").await;
    let mut copy = newer.clone();
    assert_eq!(copy.post("/api/v1/logout", &json!({})).await.status, 204);
    over(stream, "login_required").await;

    newer.login(&person).await;
    let (stream, _) = Stream::open(&mut newer, "").await;
    let (mut other, mut theirs) = (merchant(&site).await, Vec::new());
    theirs.push(Stream::open(&mut other, "").await.0);
    let erased = newer.clone().delete("/api/v1/me", &json!({"password": person.password})).await;
    assert_eq!(erased.status, 204, "{}", erased.text());
    over(stream, "login_required").await;
    list(&mut other, 1).await;
    theirs[0].expect("product").await;
}

#[tokio::test]
async fn watching_is_no_use_of_the_session() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let (mut stream, _) = Stream::open(&mut client, "").await;
    site.clock.advance(TimeDelta::minutes(20));
    // Asked for again, as a browser does that lost it.
    let (mut again, _) = Stream::open(&mut client, "").await;
    site.clock.advance(TimeDelta::minutes(11));
    for stream in [&mut stream, &mut again] {
        assert_eq!(stream.expect("session").await.data, json!({"code": "session_expired"}));
        assert_eq!(stream.next().await, None);
    }
    assert_eq!(client.get(EVENTS).await.outcome(), (401, "session_expired".to_owned()));
    // What is used meanwhile goes on.
    let mut client = merchant(&site).await;
    let (mut stream, _) = Stream::open(&mut client, "").await;
    site.clock.advance(TimeDelta::minutes(20));
    assert_eq!(client.get(STORE).await.status, 200);
    site.clock.advance(TimeDelta::minutes(20));
    let product = list(&mut client, 1).await;
    assert_eq!(stream.expect("product").await.data["product_id"], product["product_id"]);
}

#[tokio::test]
async fn a_person_has_four_streams_and_a_fifth_replaces_the_oldest() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        streams.push(Stream::open(&mut client, "").await.0);
    }
    let mut oldest = streams.remove(0);
    assert_eq!(oldest.expect("replaced").await.data, json!({}));
    assert_eq!((oldest.next().await, oldest.retry.as_str()), (None, "60000"));
    let product = list(&mut client, 1).await;
    for stream in &mut streams {
        assert_eq!(stream.retry, "2000");
        assert_eq!(stream.expect("product").await.data["product_id"], product["product_id"]);
    }
}

#[tokio::test]
async fn all_streams_end_at_once_when_the_process_is_to_stop() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let (mut stream, _) = Stream::open(&mut client, "").await;
    site.app.site.live.close();
    assert_eq!(stream.next().await, None);
    assert_eq!(client.get(EVENTS).await.outcome(), (503, "unavailable".to_owned()));
}
