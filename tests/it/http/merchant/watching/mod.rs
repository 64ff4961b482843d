//! What happens to a store is told to those who watch it: at once, to them alone, and nothing is missed.

mod ending;

use std::collections::HashMap;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{CATEGORIES, COUPON, STORE, category, found, item, list, merchant, patch, path};
use crate::support::client::Client;
use crate::support::site::TestSite;

const EVENTS: &str = "/api/v1/store/events";
/// Longer than anything takes here; what is awaited comes much sooner.
const LONG: Duration = Duration::from_secs(20);

/// One message.
#[derive(Clone, Debug, PartialEq)]
struct Message {
    event: String,
    id: i64,
    data: Value,
}

/// A stream that is watched.
struct Stream {
    body: BodyDataStream,
    text: String,
    retry: String,
}

impl Stream {
    /// Watches, and waits until the stream is there.
    async fn open(client: &mut Client, query: &str) -> (Self, Message) {
        let mut stream = Self::request(client, &format!("{EVENTS}{query}"), &[]).await;
        let ready = stream.next().await.unwrap();
        assert_eq!((ready.event.as_str(), &ready.data), ("ready", &json!({})));
        (stream, ready)
    }

    async fn request(client: &mut Client, path: &str, headers: &[(&str, &str)]) -> Self {
        let request =
            headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        let response = client.open(request.body(Body::empty()).unwrap()).await;
        let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap());
        assert_eq!((response.status().as_u16(), header("content-type")), (200, "text/event-stream"));
        assert_eq!((header("cache-control"), header("x-accel-buffering")), ("no-store", "no"));
        assert_eq!(header("content-encoding"), "");
        Self { body: response.into_body().into_data_stream(), text: String::new(), retry: String::new() }
    }

    /// The next message, comments passed over; nothing when the stream has ended.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let fields: HashMap<&str, &str> =
                    block.lines().filter_map(|line| line.split_once(": ")).collect();
                if let Some(retry) = fields.get("retry") {
                    (*retry).clone_into(&mut self.retry);
                }
                let Some(data) = fields.get("data") else { continue };
                return Some(Message {
                    event: fields["event"].to_owned(),
                    id: fields.get("id").map_or(0, |id| id.parse().unwrap()),
                    data: serde_json::from_str(data).unwrap(),
                });
            }
            let part = timeout(LONG, self.body.next()).await.expect("a message in time")?.unwrap();
            self.text.push_str(str::from_utf8(&part).unwrap());
        }
    }

    /// The next message, which must be of this kind.
    async fn expect(&mut self, event: &str) -> Message {
        let message = self.next().await.unwrap();
        assert_eq!(message.event, event, "{message:?}");
        message
    }
}

#[tokio::test]
async fn every_change_of_a_product_is_told_by_whomever_on_whichever_instance() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let mut client = merchant(&site).await;
    let (mut stream, ready) = Stream::open(&mut client, "").await;
    let mut elsewhere = other.client();
    elsewhere.cookies = client.cookies.clone();
    let product = list(&mut elsewhere, 1_000_001).await;
    let listed = stream.expect("product").await;
    assert!(listed.id > ready.id);
    let mut expected = product.clone();
    expected["deleted"] = json!(false);
    assert_eq!(listed.data, expected);
    found(&site, &product, "杯子", "9.9").await;
    let fetched = stream.expect("product").await;
    assert_eq!([&fetched.data["title"], &fetched.data["info_status"]], ["杯子", "fetched"]);
    patch(&mut client, &path(&product), &json!({"title": "我的"})).await;
    assert_eq!(stream.expect("product").await.data["title"], "我的");
    client.ask("DELETE", &path(&product), &[]).await;
    let deleted = stream.expect("product").await;
    assert_eq!((&deleted.data["deleted"], &deleted.data["version"]), (&json!(true), &json!(4)));
    elsewhere.ask("POST", &format!("{}/restore", path(&product)), &[]).await;
    assert_eq!(stream.expect("product").await.data["deleted"], json!(false));
}

#[tokio::test]
async fn a_change_of_the_store_is_told_with_all_its_categories() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let (mut stream, _) = Stream::open(&mut client, "").await;
    let id = category(&mut client, "鞋").await;
    let added = stream.expect("store").await.data;
    assert_eq!(added["categories"], json!([{"category_id": id, "name": "鞋", "product_count": 0}]));
    patch(&mut client, STORE, &json!({"name": "新店"})).await;
    let renamed = stream.expect("store").await.data;
    assert_eq!(
        (&renamed["name"], &renamed["store_id"]),
        (&json!("新店"), &client.get(STORE).await.json()["store_id"])
    );
    client.ask("DELETE", &format!("{CATEGORIES}/{id}"), &[]).await;
    assert_eq!(stream.expect("store").await.data["categories"], json!([]));
}

#[tokio::test]
async fn nobody_is_told_of_another_store() {
    let site = TestSite::start().await;
    let (mut one, mut two) = (merchant(&site).await, merchant(&site).await);
    let (mut stream, _) = Stream::open(&mut one, "").await;
    list(&mut two, 1).await;
    category(&mut two, "鞋").await;
    let mine = list(&mut one, 2).await;
    assert_eq!(stream.expect("product").await.data["product_id"], mine["product_id"]);
    let (mut nobody, _) = site.client().logged_in().await;
    assert_eq!(nobody.get(EVENTS).await.outcome(), (404, "no_store".to_owned()));
    for query in ["?after=x", "?after=-1", "?since=3", "?after=1&after=2"] {
        assert_eq!(one.get(&format!("{EVENTS}{query}")).await.outcome(), (400, "invalid_query".to_owned()));
    }
    let wrong = one.ask("GET", EVENTS, &[("last-event-id", "x")]).await;
    assert_eq!(wrong.outcome(), (400, "invalid_query".to_owned()));
}

#[tokio::test]
async fn whoever_comes_again_is_told_what_was_missed() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let (stream, ready) = Stream::open(&mut client, "").await;
    drop(stream);
    let (first, second) = (list(&mut client, 1).await, list(&mut client, 2).await);
    category(&mut client, "鞋").await;
    found(&site, &first, "杯子", "9").await;
    let told = async |stream: &mut Stream| {
        let mut told = Vec::new();
        for _ in 0..3 {
            told.push(stream.next().await.unwrap());
        }
        told
    };
    let (mut stream, again) = Stream::open(&mut client, &format!("?after={}", ready.id)).await;
    assert_eq!(again.id, ready.id);
    let missed = told(&mut stream).await;
    // As it is now, in the order of the newest change.
    assert_eq!(missed[0].data["product_id"], second["product_id"]);
    assert_eq!(missed[1].event, "store");
    assert_eq!(
        [&missed[2].data["product_id"], &missed[2].data["title"]],
        [&first["product_id"], &json!("杯子")]
    );
    let after = missed[1].id.to_string();
    let path = format!("{EVENTS}?after={}", ready.id);
    let mut later = Stream::request(&mut client, &path, &[("last-event-id", &after)]).await;
    assert_eq!(later.expect("ready").await.id, missed[1].id, "the header goes before the query");
    assert_eq!(later.next().await.unwrap(), missed[2]);
    // What comes next is told once, to both.
    let third = list(&mut client, 3).await;
    for stream in [&mut stream, &mut later] {
        assert_eq!(stream.expect("product").await.data["product_id"], third["product_id"]);
    }
    // Of another log, or of long ago: the list is to be loaded.
    for after in [9_000_000_000_i64, 0] {
        let (mut stream, _) = Stream::open(&mut client, &format!("?after={after}")).await;
        let next = stream.next().await.unwrap();
        assert_eq!(next.event == "reset", after > 0, "{next:?}");
    }
}

#[tokio::test]
async fn whoever_missed_too_much_is_told_to_load_the_list() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let (mut stream, ready) = Stream::open(&mut client, "").await;
    let lines: Vec<_> = (1..=1_001).map(|nth| format!("{},{COUPON}", item(nth))).collect();
    let file = format!("taobao_url,coupon_url\n{}", lines.join("\n"));
    let import = client.post_bytes("/api/v1/store/products/import", "text/csv", file).await;
    assert_eq!(import.json()["listed"], 1_001);
    let (mut late, _) = Stream::open(&mut client, &format!("?after={}", ready.id)).await;
    let reset = late.expect("reset").await;
    let product = list(&mut client, 2_000_000).await;
    let next = late.expect("product").await;
    assert_eq!(next.data["product_id"], product["product_id"]);
    assert!(next.id > reset.id);
    // Whoever was there but did not read was let go after what was queued, and knows where to go on.
    let mut last = ready.id;
    while let Some(message) = stream.next().await {
        assert!(message.event == "product" && message.id > last);
        last = message.id;
    }
    assert!(last < reset.id, "{last}");
}

#[tokio::test]
async fn nothing_is_missed_between_the_beginning_and_what_comes() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let mut writer = client.clone();
    let writing = async {
        for nth in 1..=120 {
            list(&mut writer, nth).await;
        }
    };
    let reading = async {
        let mut counts = Vec::new();
        for _ in 0..12 {
            let (mut stream, _) = Stream::open(&mut client, "").await;
            // Loaded after the stream was there, as a page does.
            let known = client.get(STORE).await.json()["product_count"].as_u64().unwrap();
            let mut seen = Vec::new();
            while seen.len() < 3 && known + (seen.len() as u64) < 120 {
                seen.push(
                    stream.next().await.unwrap().data["taobao_item_id"].as_str().unwrap().parse().unwrap(),
                );
            }
            counts.push((known, seen));
        }
        counts
    };
    let (counts, ()) = tokio::join!(reading, writing);
    for (known, seen) in counts {
        // They come in order: the first that is told is the next one, or one that the list had already.
        let first: u64 = seen.first().copied().unwrap_or(0);
        assert!(first <= known + 1, "{known} were there, {seen:?} was told");
        assert!(seen.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seen:?}");
    }
}

#[tokio::test]
async fn whoever_watches_again_after_everybody_had_gone_is_told_as_well() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    for nth in 1..=3 {
        let (mut stream, _) = Stream::open(&mut client, "").await;
        let product = list(&mut client, nth).await;
        assert_eq!(stream.expect("product").await.data["product_id"], product["product_id"]);
    }
}
