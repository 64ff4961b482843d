//! S18: a product is listed from two links, and shown.

use serde_json::{Value, json};
use zhanggui::merchant::links::TaobaoLink;
use zhanggui::merchant::product::FollowShortLink;

use super::{COUPON, PRODUCTS, events, found, item, keys, list, merchant, patch, path, report};
use crate::support::site::TestSite;

#[tokio::test]
async fn a_product_is_listed_from_its_links_and_shown_with_its_version() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let body = json!({"taobao_url": "【淘宝】http://detail.tmall.com/item.htm?spm=x&id=520813250866 「杯子」", "coupon_url": COUPON});
    let listed = client.post(PRODUCTS, &body).await;
    assert_eq!(listed.status, 201);
    let product = listed.json();
    assert_eq!(listed.header("location"), path(&product));
    assert_eq!(listed.header("etag"), "\"1\"");
    let expected = [
        "category_id",
        "coupon_url",
        "image_url",
        "info_error",
        "info_source",
        "info_status",
        "listed_at",
        "price",
        "price_is_hint",
        "product_id",
        "status",
        "store_id",
        "taobao_item_id",
        "taobao_url",
        "title",
        "updated_at",
        "version",
    ];
    assert_eq!(keys(&product), expected);
    assert_eq!(product["taobao_url"], "https://detail.tmall.com/item.htm?id=520813250866");
    assert_eq!(product["taobao_item_id"], "520813250866");
    assert_eq!(
        (&product["status"], &product["info_status"], &product["version"]),
        (&json!("listed"), &json!("pending"), &json!(1))
    );
    for unknown in ["title", "price", "image_url", "category_id", "info_source", "info_error"] {
        assert_eq!(product[unknown], Value::Null, "{unknown}");
    }
    let shown = client.get(&path(&product)).await;
    assert_eq!((shown.status.as_u16(), shown.header("etag"), shown.json()), (200, "\"1\"", product));
}

#[tokio::test]
async fn what_the_crawler_found_is_shown_at_once_as_from_a_page() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1_000_001).await;
    found(&site, &product, "好看的杯子", "19.9").await;
    let shown = client.get(&path(&product)).await.json();
    assert_eq!((&shown["title"], &shown["price"]), (&json!("好看的杯子"), &json!("19.90")));
    assert_eq!((&shown["info_status"], &shown["info_source"]), (&json!("fetched"), &json!("page")));
    assert_eq!((&shown["version"], &shown["price_is_hint"]), (&json!(2), &json!(true)));
    let said = patch(&mut client, &path(&product), &json!({"price": "19.90"})).await.json();
    assert_eq!(said["price_is_hint"], false, "the merchant's own word is no hint");
    assert_eq!(said["info_source"], "page", "the title still is the page's");
}

#[tokio::test]
async fn every_wrong_field_is_told_at_once() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    for (body, errors) in [
        (json!({}), vec![("taobao_url", "required"), ("coupon_url", "required")]),
        (
            json!({"taobao_url": "https://taobao.com.evil.example/item.htm?id=1", "coupon_url": "http://x.example/c", "category_id": "x"}),
            vec![
                ("taobao_url", "unknown_host"),
                ("coupon_url", "invalid_format"),
                ("category_id", "invalid_format"),
            ],
        ),
        (
            json!({"taobao_url": "https://item.taobao.com:8080/item.htm?id=1", "coupon_url": "https://127.0.0.1/c"}),
            vec![("taobao_url", "invalid_format"), ("coupon_url", "unknown_host")],
        ),
        (json!({"taobao_url": "x".repeat(5_000), "coupon_url": COUPON}), vec![("taobao_url", "too_long")]),
    ] {
        let answer = client.post(PRODUCTS, &body).await;
        assert_eq!(answer.outcome(), (422, "validation_failed".to_owned()));
        let errors: Vec<_> =
            errors.into_iter().map(|(field, code)| (field.to_owned(), code.to_owned())).collect();
        assert_eq!(answer.errors(), errors);
    }
    assert_eq!(events(&site, "product.listed").await, 0);
}

#[tokio::test]
async fn a_store_lists_an_item_once_by_whatever_link_and_another_store_may() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    list(&mut client, 520_813).await;
    for link in [item(520_813), "https://h5.m.taobao.com/awp/core/detail.htm?id=520813".to_owned()] {
        let again = client.post(PRODUCTS, &json!({"taobao_url": link, "coupon_url": COUPON})).await;
        assert_eq!(again.outcome(), (409, "already_listed".to_owned()));
    }
    list(&mut merchant(&site).await, 520_813).await;
}

#[tokio::test]
async fn a_short_link_stands_for_its_item_until_it_is_followed() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let body = json!({"taobao_url": "https://m.tb.cn/h.5xYz?tk=abc CZ1 「杯」", "coupon_url": COUPON});
    let product = client.post(PRODUCTS, &body).await.json();
    assert_eq!(
        (&product["taobao_url"], &product["taobao_item_id"]),
        (&json!("https://m.tb.cn/h.5xYz"), &json!(null))
    );
    let again = client.post(PRODUCTS, &body).await;
    assert_eq!(again.outcome(), (409, "already_listed".to_owned()));
    let follow = || FollowShortLink {
        from: "https://m.tb.cn/h.5xYz".to_owned(),
        to: TaobaoLink::parse(&item(520_813)).unwrap(),
    };
    report(&site, &product, follow().into()).await;
    let shown = client.get(&path(&product)).await.json();
    assert_eq!((&shown["taobao_url"], &shown["taobao_item_id"]), (&json!(item(520_813)), &json!("520813")));
    let body = json!({"taobao_url": item(520_813), "coupon_url": COUPON});
    assert_eq!(client.post(PRODUCTS, &body).await.outcome(), (409, "already_listed".to_owned()));
}

#[tokio::test]
async fn a_listing_sent_twice_with_one_key_is_one() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    let body = json!({"taobao_url": item(1_000_001), "coupon_url": COUPON});
    let first = client.post(PRODUCTS, &body).await;
    let again = client.post(PRODUCTS, &body).await;
    assert_eq!((first.status.as_u16(), again.text()), (201, first.text()));
    assert_eq!((again.header("location"), again.header("etag")), (first.header("location"), "\"1\""));
    assert_eq!(events(&site, "product.listed").await, 1);
}

#[tokio::test]
async fn whoever_has_no_store_lists_nothing() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let body = json!({"taobao_url": item(1_000_001), "coupon_url": COUPON});
    assert_eq!(client.post(PRODUCTS, &body).await.outcome(), (404, "no_store".to_owned()));
    assert_eq!(client.get(PRODUCTS).await.outcome(), (404, "no_store".to_owned()));
}
