//! S17, S19, S20: a product is changed, deleted, restored and fetched again, by its own merchant only.

use serde_json::json;

use super::{PRODUCTS, category, events, found, item, keys, list, merchant, patch, path, send};
use crate::support::site::TestSite;

#[tokio::test]
async fn anything_about_a_product_can_be_changed_and_what_is_left_out_stays() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1_000_001).await;
    found(&site, &product, "页面标题", "29.9").await;
    let id = category(&mut client, "杯").await;
    let body = json!({"title": "我的标题", "price": "¥19.9", "category_id": id, "status": "delisted",
        "coupon_url": "https://s.click.taobao.com/xyz"});
    let changed = patch(&mut client, &path(&product), &body).await;
    assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "\"3\""));
    let changed = changed.json();
    assert_eq!((&changed["title"], &changed["price"]), (&json!("我的标题"), &json!("19.90")));
    assert_eq!((&changed["category_id"], &changed["status"]), (&json!(id), &json!("delisted")));
    assert_eq!(
        (&changed["coupon_url"], &changed["taobao_url"]),
        (&body["coupon_url"], &product["taobao_url"])
    );
    assert_eq!(changed["info_source"], "merchant");
    let same = patch(&mut client, &path(&product), &body).await;
    assert_eq!((same.status.as_u16(), same.header("etag")), (200, "\"3\""), "the same again leaves no trace");
    let none = patch(&mut client, &path(&product), &json!({"category_id": null})).await.json();
    assert_eq!((&none["category_id"], &none["title"]), (&json!(null), &json!("我的标题")));
}

#[tokio::test]
async fn what_a_person_set_no_crawler_overwrites() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1_000_001).await;
    patch(&mut client, &path(&product), &json!({"title": "我的标题"})).await;
    found(&site, &product, "页面标题", "29.9").await;
    let shown = client.get(&path(&product)).await.json();
    assert_eq!((&shown["title"], &shown["price"]), (&json!("我的标题"), &json!("29.90")));
    // Another item: what was found out about the first counts no more, what the person set does.
    let moved = patch(&mut client, &path(&product), &json!({"taobao_url": item(1_000_002)})).await.json();
    assert_eq!(
        (&moved["title"], &moved["price"], &moved["image_url"]),
        (&json!("我的标题"), &json!(null), &json!(null))
    );
    assert_eq!((&moved["taobao_item_id"], &moved["info_status"]), (&json!("1000002"), &json!("pending")));
    // What comes late about the first item is not believed of the second.
    found(&site, &product, "旧标题", "1").await;
    assert_eq!(client.get(&path(&product)).await.json()["price"], json!(null));
    // And the first item is free again, the second is not.
    list(&mut client, 1_000_001).await;
    let back = patch(&mut client, &path(&product), &json!({"taobao_url": item(1_000_001)})).await;
    assert_eq!(back.outcome(), (409, "already_listed".to_owned()));
}

#[tokio::test]
async fn every_wrong_field_of_a_change_is_told_at_once() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1_000_001).await;
    let body = json!({"taobao_url": "https://eviltaobao.com/item.htm?id=1", "coupon_url": null, "title": "x".repeat(121),
        "price": "19.999", "category_id": "01890000-0000-7000-8000-000000000000", "status": "sold"});
    let wrong = patch(&mut client, &path(&product), &body).await;
    assert_eq!(wrong.outcome(), (422, "validation_failed".to_owned()));
    let errors = [
        ("taobao_url", "unknown_host"),
        ("coupon_url", "required"),
        ("title", "too_long"),
        ("price", "invalid_format"),
        ("category_id", "unknown"),
        ("status", "unknown"),
    ];
    assert_eq!(wrong.errors(), errors.map(|(field, code)| (field.to_owned(), code.to_owned())));
    assert_eq!(client.get(&path(&product)).await.json(), product);
}

#[tokio::test]
async fn a_change_of_a_version_that_is_gone_is_refused() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1_000_001).await;
    let one = path(&product);
    let body = |title: &str| json!({"title": title});
    let first = send(&mut client, "PATCH", &one, &body("一"), &[("if-match", "\"1\"")]).await;
    assert_eq!((first.status.as_u16(), first.header("etag")), (200, "\"2\""));
    for stale in ["\"1\"", "W/\"2\"", "\"x\"", "\"3\", \"4\""] {
        let refused = send(&mut client, "PATCH", &one, &body("二"), &[("if-match", stale)]).await;
        assert_eq!(refused.outcome(), (412, "version_mismatch".to_owned()), "{stale}");
    }
    let refused = client.ask("DELETE", &one, &[("if-match", "\"1\"")]).await;
    assert_eq!(refused.outcome(), (412, "version_mismatch".to_owned()));
    for right in ["\"1\", \"2\"", "*", "\"4\""] {
        let title = format!("题{right}");
        let taken = send(&mut client, "PATCH", &one, &body(&title), &[("if-match", right)]).await;
        assert_eq!(taken.status, 200, "{right}");
    }
    assert_eq!(client.ask("DELETE", &one, &[("if-match", "\"5\"")]).await.status, 200);
}

#[tokio::test]
async fn a_deleted_product_is_in_no_answer_until_it_is_restored() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1_000_001).await;
    found(&site, &product, "杯子", "9").await;
    let one = path(&product);
    let deleted = client.ask("DELETE", &one, &[]).await;
    assert_eq!(deleted.status, 200);
    assert_eq!(keys(&deleted.json()), ["deleted_at", "product_id"]);
    let gone = (404, "product_not_found".to_owned());
    assert_eq!(client.get(&one).await.outcome(), gone);
    assert_eq!(patch(&mut client, &one, &json!({"title": "杯"})).await.outcome(), gone);
    assert_eq!(client.ask("DELETE", &one, &[]).await.outcome(), gone);
    assert_eq!(client.ask("POST", &format!("{one}/refresh"), &[]).await.outcome(), gone);
    for query in ["q=%E6%9D%AF", "info_status=fetched", "status=listed", ""] {
        let listed = client.get(&format!("{PRODUCTS}?{query}")).await.json();
        assert_eq!((&listed["total"], &listed["products"]), (&json!(0), &json!([])), "{query}");
        let file = client.get(&format!("{PRODUCTS}.csv?{query}")).await;
        assert_eq!(file.text().lines().count(), 1, "a head alone: {query}");
    }
    let export = client.get("/api/v1/me/export").await.json();
    assert_eq!(export["store"]["products"], json!([]));
    assert_eq!(client.get("/api/v1/store").await.json()["product_count"], 0);
    for _ in 0..2 {
        let restored = client.ask("POST", &format!("{one}/restore"), &[]).await;
        assert_eq!((restored.status.as_u16(), restored.header("etag")), (200, "\"4\""));
        assert_eq!(restored.json()["title"], "杯子");
    }
    assert_eq!(client.get(&one).await.status, 200);
    assert_eq!(client.get(PRODUCTS).await.json()["total"], 1);
}

#[tokio::test]
async fn an_item_that_was_deleted_is_listed_anew_and_then_not_restored() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let first = list(&mut client, 1_000_001).await;
    client.ask("DELETE", &path(&first), &[]).await;
    let second = list(&mut client, 1_000_001).await;
    let restore = format!("{}/restore", path(&first));
    assert_eq!(client.ask("POST", &restore, &[]).await.outcome(), (409, "already_listed".to_owned()));
    client.ask("DELETE", &path(&second), &[]).await;
    assert_eq!(client.ask("POST", &restore, &[]).await.status, 200);
}

#[tokio::test]
async fn a_refresh_sends_the_crawler_again_also_while_it_is_waited_for() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1_000_001).await;
    let refresh = format!("{}/refresh", path(&product));
    let pending = client.ask("POST", &refresh, &[]).await;
    assert_eq!((pending.status.as_u16(), pending.header("etag")), (202, "\"2\""));
    found(&site, &product, "杯子", "9").await;
    let again = client.ask("POST", &refresh, &[]).await;
    assert_eq!((again.status.as_u16(), &again.json()["info_status"]), (202, &json!("pending")));
    assert_eq!(events(&site, "product.refresh_requested").await, 2);
}

#[tokio::test]
async fn another_stores_product_is_not_seen_and_not_touched() {
    let site = TestSite::start().await;
    let (mut owner, mut other) = (merchant(&site).await, merchant(&site).await);
    let product = list(&mut owner, 1_000_001).await;
    let one = path(&product);
    assert_eq!(other.get(&one).await.outcome(), (404, "product_not_found".to_owned()));
    let refused = (403, "not_product_owner".to_owned());
    assert_eq!(patch(&mut other, &one, &json!({"title": "我的"})).await.outcome(), refused);
    assert_eq!(other.ask("DELETE", &one, &[]).await.outcome(), refused);
    for act in ["restore", "refresh"] {
        assert_eq!(other.ask("POST", &format!("{one}/{act}"), &[]).await.outcome(), refused);
    }
    assert_eq!(owner.get(&one).await.json(), product);
    assert_eq!(other.get(PRODUCTS).await.json()["total"], 0);
    let (mut nobody, _) = site.client().logged_in().await;
    for (method, act) in [("GET", ""), ("DELETE", ""), ("POST", "/restore"), ("POST", "/refresh")] {
        let answer = nobody.ask(method, &format!("{one}{act}"), &[]).await;
        assert_eq!(answer.outcome(), (404, "no_store".to_owned()));
    }
}

#[tokio::test]
async fn a_product_that_never_was_is_not_found() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let one = format!("{PRODUCTS}/01890000-0000-7000-8000-000000000000");
    for (method, act) in [("GET", ""), ("DELETE", ""), ("POST", "/restore"), ("POST", "/refresh")] {
        let answer = client.ask(method, &format!("{one}{act}"), &[]).await;
        assert_eq!(answer.outcome(), (404, "product_not_found".to_owned()), "{method} {act}");
    }
    let changed = patch(&mut client, &one, &json!({"title": "杯"})).await;
    assert_eq!(changed.outcome(), (404, "product_not_found".to_owned()));
    assert_eq!(client.get(&format!("{PRODUCTS}/x")).await.outcome(), (404, "not_found".to_owned()));
}
