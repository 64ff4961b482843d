//! Two instances on one database: they share the work and the pace, and fetch each product once.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;
use zhanggui::adapters::taobao::fetch::{CrawlerSettings, ItemPages};
use zhanggui::config::Settings;
use zhanggui::ports::Ports;
use zhanggui::reactors::product_source::{FetchError, ItemToFetch, ProductSource as _};

use super::{Crawler, later};
use crate::support::python::PythonServer;
use crate::support::site::{TestSite, given, settings};

const COUPON: &str = "https://uland.taobao.com/coupon/edetail?e=abc";

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_fetch_each_product_once_and_together_no_faster_than_one() {
    let pause = Duration::from_millis(120);
    let mut taobao = PythonServer::start("crawler/taobao_server.py", &[""]).await;
    let origin = Some(format!("http://127.0.0.1:{}", taobao.port()));
    let crawler = CrawlerSettings { origin, pause };
    let site = TestSite::with(Settings { crawler, ..settings(given()) }).await;
    let other = site.another_instance().await;
    let (mut merchant, _) = site.client().logged_in().await;
    assert_eq!(merchant.post("/api/v1/store", &json!({"name": "好店"})).await.status, 201);
    let lines: Vec<_> =
        (1..=12).map(|id| format!("https://item.taobao.com/item.htm?id={id},{COUPON}")).collect();
    let file = format!("taobao_url,coupon_url\n{}", lines.join("\n"));
    let imported = merchant.post_bytes("/api/v1/store/products/import", "text/csv", file).await;
    assert_eq!(imported.json()["listed"], 12);
    let begun = Instant::now();
    let (one, two) = tokio::join!(site.react(), other.react());
    assert!(begun.elapsed() >= pause * 11, "{:?}", begun.elapsed());
    assert!(one.done > 0 && two.done > 0, "{one:?} {two:?}");
    assert_eq!((one + two).done, 12);
    let asked = taobao.said().await;
    let ids: BTreeSet<_> = asked.iter().map(|line| line["query"]["id"].as_str().unwrap()).collect();
    assert_eq!((asked.len(), ids.len()), (12, 12));
    let page = merchant.get("/api/v1/store/products?limit=100").await.json();
    let products = page["products"].as_array().unwrap();
    assert!(products.iter().all(|product| product["info_status"] == "fetched"), "{page}");
}

#[tokio::test]
async fn what_a_host_asks_of_one_instance_all_heed() {
    let mut crawler = Crawler::new().await;
    let site = TestSite::start().await;
    let origin = Some(format!("http://127.0.0.1:{}", crawler.server.port()));
    let settings = CrawlerSettings { origin, pause: Duration::ZERO };
    let sharing = || {
        let pages = ItemPages::new(&settings, Ports::system()).unwrap();
        pages.sharing(site.app.log.pool.clone())
    };
    let (one, two) = (sharing(), sharing());
    let item = |query: &str| ItemToFetch {
        url: format!("https://item.taobao.com/item.htm?id=1{query}"),
        item_id: Some("1".to_owned()),
    };
    assert!(one.fetch(&item("")).await.is_ok());
    let busy = one.fetch(&item("&do=status&status=429&after=120")).await;
    assert_eq!(busy, Err(later("Taobao answered 429", Some(120))));
    assert_eq!(crawler.server.said().await.len(), 2);
    for pages in [&one, &two, &sharing()] {
        let found = pages.fetch(&item("")).await.unwrap_err();
        let FetchError::NotYet { after } = found else { panic!("{found:?}") };
        assert!(after > Duration::from_secs(100) && after <= Duration::from_mins(2), "{after:?}");
    }
    assert_eq!(crawler.server.said().await, Vec::<serde_json::Value>::new());
    // Whoever has no database keeps a pace of its own.
    crawler.fetch("1", "").await.unwrap();
}

#[tokio::test]
async fn without_the_database_nobody_is_asked() {
    let mut crawler = Crawler::new().await;
    let site = TestSite::start().await;
    let origin = Some(format!("http://127.0.0.1:{}", crawler.server.port()));
    let settings = CrawlerSettings { origin, pause: Duration::ZERO };
    let pages = ItemPages::new(&settings, Ports::system()).unwrap().sharing(site.app.log.pool.clone());
    site.app.log.pool.close().await;
    let item = ItemToFetch {
        url: "https://item.taobao.com/item.htm?id=1".to_owned(),
        item_id: Some("1".to_owned()),
    };
    assert_eq!(pages.fetch(&item).await, Err(later("the crawler's pace could not be kept", None)));
    assert_eq!(crawler.server.said().await, Vec::<serde_json::Value>::new());
}
