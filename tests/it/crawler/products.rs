//! From a pasted link to a filled-in product: the whole way, over HTTP and the reactor.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use zhanggui::adapters::taobao::fetch::CrawlerSettings;
use zhanggui::config::Settings;
use zhanggui::eventstore::reactor::standing::parked;

use crate::support::client::Client;
use crate::support::python::PythonServer;
use crate::support::site::{TestSite, given, settings};

const PRODUCTS: &str = "/api/v1/store/products";
const COUPON: &str = "https://uland.taobao.com/coupon/edetail?e=abc";

/// A site whose Taobao is a server on this machine, and a merchant.
async fn market() -> (PythonServer, TestSite, Client) {
    let taobao = PythonServer::start("crawler/taobao_server.py", &[""]).await;
    let origin = Some(format!("http://127.0.0.1:{}", taobao.port()));
    let crawler = CrawlerSettings { origin, pause: Duration::ZERO };
    let site = TestSite::with(Settings { crawler, ..settings(given()) }).await;
    let (mut merchant, _) = site.client().logged_in().await;
    assert_eq!(merchant.post("/api/v1/store", &json!({"name": "好店"})).await.status, 201);
    (taobao, site, merchant)
}

async fn list(client: &mut Client, url: &str) -> String {
    let answer = client.post(PRODUCTS, &json!({"taobao_url": url, "coupon_url": COUPON})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    format!("{PRODUCTS}/{}", answer.json()["product_id"].as_str().unwrap())
}

async fn show(client: &mut Client, path: &str) -> Value {
    client.get(path).await.json()
}

#[tokio::test]
async fn a_listed_item_is_filled_in_once_and_what_a_person_set_stays() {
    let (mut taobao, site, mut merchant) = market().await;
    let path = list(&mut merchant, "https://item.taobao.com/item.htm?id=520813250866").await;
    assert_eq!(show(&mut merchant, &path).await["info_status"], "pending");
    let (one, other) = (site.react().await, site.another_instance().await.react().await);
    assert!(one.done + other.done >= 1);
    let product = show(&mut merchant, &path).await;
    assert_eq!(
        [&product["info_status"], &product["info_source"], &product["title"], &product["price"]],
        ["fetched", "page", "纯棉T恤男夏季短袖", "59.90"]
    );
    assert!(product["image_url"].as_str().unwrap().starts_with("https://img.alicdn.com/"));
    assert_eq!(taobao.said().len(), 1, "two instances fetch it once");

    let by_hand = json!({"title": "我的 T 恤"});
    let request = axum::http::Request::patch(&path).header("content-type", "application/json");
    let changed = merchant.send(request.body(by_hand.to_string().into()).unwrap()).await;
    assert_eq!(changed.status, 200);
    assert_eq!(merchant.post(&format!("{path}/refresh"), &json!({})).await.status, 202);
    site.react().await;
    let product = show(&mut merchant, &path).await;
    assert_eq!([&product["title"], &product["info_status"]], ["我的 T 恤", "fetched"]);
}

#[tokio::test]
async fn a_short_link_becomes_its_item_unless_the_store_has_that_already() {
    let (_taobao, site, mut merchant) = market().await;
    let path = list(&mut merchant, "https://m.tb.cn/h.abcdef").await;
    site.react().await;
    let product = show(&mut merchant, &path).await;
    let second = list(&mut merchant, "https://m.tb.cn/h.ghijkl").await;
    site.react().await;
    // Both lead to whatever the server says; what it says is one item, or none.
    let (first, second) = (product, show(&mut merchant, &second).await);
    assert_ne!(first["info_status"], "pending");
    assert_ne!(second["info_status"], "pending");
    if first["info_status"] == "fetched" {
        assert_eq!([&second["info_status"], &second["info_error"]], ["failed", "already_listed"]);
    }
}

#[tokio::test]
async fn what_taobao_refuses_is_told_and_what_is_away_is_tried_five_times_and_parked() {
    let site = TestSite::start().await;
    let (mut merchant, _) = site.client().logged_in().await;
    assert_eq!(merchant.post("/api/v1/store", &json!({"name": "好店"})).await.status, 201);
    // Of TestSite's Taobao nothing is there.
    let path = list(&mut merchant, "https://item.taobao.com/item.htm?id=1000000001").await;
    for _ in 0..4 {
        assert_eq!(site.react().await.retried, 1);
        site.clock.advance(TimeDelta::minutes(10));
        assert_eq!(show(&mut merchant, &path).await["info_status"], "pending");
    }
    assert_eq!(site.react().await.parked, 1);
    let product = show(&mut merchant, &path).await;
    assert_eq!([&product["info_status"], &product["info_error"]], ["failed", "unreachable"]);
    assert_eq!(parked(&site.app.log.pool, 10).await.unwrap().len(), 1);
}
