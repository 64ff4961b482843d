//! From a pasted link to a filled-in product: the whole way, over HTTP and the reactor.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use zhanggui::adapters::taobao::fetch::CrawlerSettings;
use zhanggui::config::Settings;
use zhanggui::eventstore::reactor::standing::parked as parked_tasks;
use zhanggui::jobs::purge;

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
    assert_eq!(taobao.said().await.len(), 1, "two instances fetch it once");

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
    let first = list(&mut merchant, "https://m.tb.cn/h.abcdef").await;
    site.react().await;
    let first = show(&mut merchant, &first).await;
    assert_eq!([&first["info_status"], &first["taobao_item_id"]], ["fetched", "520813250866"]);
    assert_eq!(first["taobao_url"], "https://item.taobao.com/item.htm?id=520813250866");
    assert_eq!(first["title"], "纯棉T恤男夏季短袖");
    for (link, reason) in
        [("https://m.tb.cn/h.ghijkl", "already_listed"), ("https://m.tb.cn/h.none", "no_item")]
    {
        let path = list(&mut merchant, link).await;
        site.react().await;
        let product = show(&mut merchant, &path).await;
        assert_eq!([&product["info_status"], &product["info_error"]], ["failed", reason]);
        assert_eq!(product["taobao_url"], link);
    }
}

#[tokio::test]
async fn a_link_that_is_changed_while_the_one_before_is_fetched_is_fetched_itself() {
    let (mut taobao, site, mut merchant) = market().await;
    // Its server does not answer before it is asked once more.
    let path = list(&mut merchant, "https://item.taobao.com/item.htm?id=8800000001").await;
    let changed = async {
        taobao.next().await;
        let to = json!({"taobao_url": "https://detail.tmall.com/item.htm?id=8800000001"});
        let request = axum::http::Request::patch(&path).header("content-type", "application/json");
        let answer = merchant.send(request.body(to.to_string().into()).unwrap()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        site.react().await
    };
    tokio::join!(site.react(), changed);
    assert_eq!(taobao.said().await.len(), 1, "asked once more, and no oftener");
    let product = show(&mut merchant, &path).await;
    assert_eq!(
        [&product["info_status"], &product["taobao_url"]],
        ["fetched", "https://detail.tmall.com/item.htm?id=8800000001"]
    );
}

#[tokio::test]
async fn a_product_whose_task_was_given_up_is_fetched_after_a_refresh_and_the_task_is_swept_in_a_day() {
    let (_taobao, site, mut merchant) = market().await;
    let path = list(&mut merchant, "https://item.taobao.com/item.htm?id=520813250866").await;
    site.app.reactors.queue().await.unwrap();
    // As the engine leaves a task that took too long five times: nothing is told to the product.
    let parked = "UPDATE reactor_tasks SET state = 'parked', parked_at = $1, attempts = 5, last_error = 'it took too long' \
                  WHERE reactor = 'fetch_product'";
    let given_up =
        sqlx::query(parked).bind(site.clock.ports().now()).execute(&site.app.log.pool).await.unwrap();
    assert_eq!(given_up.rows_affected(), 1);
    site.react().await;
    assert_eq!(show(&mut merchant, &path).await["info_status"], "pending");
    assert_eq!(merchant.post(&format!("{path}/refresh"), &json!({})).await.status, 202);
    site.react().await;
    assert_eq!(show(&mut merchant, &path).await["info_status"], "fetched");
    let (just_before, after) = (TimeDelta::hours(24), TimeDelta::milliseconds(1));
    for (by, left) in [(just_before, 1), (after, 0)] {
        site.clock.advance(by);
        purge::run(&site.app.site).await.unwrap();
        let tasks = parked_tasks(&site.app.log.pool, 10).await.unwrap();
        assert_eq!(tasks.len(), left);
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
    assert_eq!(parked_tasks(&site.app.log.pool, 10).await.unwrap().len(), 1);
}
