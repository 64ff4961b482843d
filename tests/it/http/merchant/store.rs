//! S16: a store a user, opened, looked at, renamed and taken along.

use std::collections::HashSet;

use serde_json::json;

use super::{COUPON, STORE, category, events, item, keys, list, merchant, patch};
use crate::support::client::Client;
use crate::support::site::TestSite;

#[tokio::test]
async fn a_store_is_opened_and_shown() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    assert_eq!(client.get(STORE).await.outcome(), (404, "no_store".to_owned()));
    let opened = client.post(STORE, &json!({"name": " 掌柜的店 "})).await;
    assert_eq!(opened.status, 201);
    assert_eq!(keys(&opened.json()), ["name", "store_id"]);
    let shown = client.get(STORE).await;
    assert_eq!(shown.status, 200);
    let shown = shown.json();
    assert_eq!(keys(&shown), ["created_at", "name", "product_count", "store_id"]);
    assert_eq!((&shown["name"], &shown["product_count"]), (&json!("掌柜的店"), &json!(0)));
    assert_eq!(shown["store_id"], opened.json()["store_id"]);
    list(&mut client, 1_000_001).await;
    category(&mut client, "鞋").await;
    assert_eq!(client.get(STORE).await.json()["product_count"], 1);
}

#[tokio::test]
async fn a_user_has_one_store() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let again = client.post(STORE, &json!({"name": "二店"})).await;
    assert_eq!(again.outcome(), (409, "store_exists".to_owned()));
    assert_eq!(client.get(STORE).await.json()["name"], "好店");
    assert_eq!(events(&site, "store.opened").await, 1);
    merchant(&site).await;
}

#[tokio::test]
async fn a_stores_name_is_checked() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    for (body, code) in [
        (json!({}), "required"),
        (json!({"name": ""}), "required"),
        (json!({"name": "店".repeat(41)}), "too_long"),
        (json!({"name": "a\u{202e}b"}), "invalid_format"),
        (json!({"name": "a\u{0}"}), "invalid_format"),
    ] {
        let answer = client.post(STORE, &body).await;
        assert_eq!(answer.outcome(), (422, "validation_failed".to_owned()));
        assert_eq!(answer.errors(), [("name".to_owned(), code.to_owned())]);
    }
    let wrong = client.post(STORE, &json!({"name": 5})).await;
    assert_eq!(wrong.outcome(), (400, "malformed_request".to_owned()));
    assert_eq!(client.get(STORE).await.outcome(), (404, "no_store".to_owned()));
}

#[tokio::test]
async fn a_store_opened_twice_with_one_key_is_one_and_answers_the_same() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    let first = client.post(STORE, &json!({"name": "好店"})).await;
    let again = client.post(STORE, &json!({"name": "好店"})).await;
    assert_eq!((again.status, again.text()), (first.status, first.text()));
    assert_eq!((first.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(events(&site, "store.opened").await, 1);
}

#[tokio::test]
async fn a_store_is_renamed_by_its_owner() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let renamed = patch(&mut client, STORE, &json!({"name": " 新店 "})).await;
    assert_eq!((renamed.status.as_u16(), &renamed.json()["name"]), (200, &json!("新店")));
    assert_eq!(client.get(STORE).await.json(), renamed.json());
    // The name that it has already leaves no trace.
    assert_eq!(patch(&mut client, STORE, &json!({"name": "新店"})).await.status, 200);
    assert_eq!(events(&site, "store.renamed").await, 1);
    let wrong = patch(&mut client, STORE, &json!({"name": "a\u{0}"})).await;
    assert_eq!(wrong.errors(), [("name".to_owned(), "invalid_format".to_owned())]);
    let (mut nobody, _) = site.client().logged_in().await;
    let refused = patch(&mut nobody, STORE, &json!({"name": "店"})).await;
    assert_eq!(refused.outcome(), (404, "no_store".to_owned()));
}

#[tokio::test]
async fn whoever_leaves_takes_the_store_along() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let export = async |client: &mut Client| client.get("/api/v1/me/export").await.json()["store"].clone();
    assert_eq!(export(&mut client).await["products"], json!([]));
    category(&mut client, "鞋").await;
    // More than are read at once.
    let lines: Vec<_> = (1..=1_001).map(|nth| format!("{},{COUPON}", item(nth))).collect();
    let file = format!("taobao_url,coupon_url\n{}", lines.join("\n"));
    assert_eq!(client.post_bytes("/api/v1/store/products/import", "text/csv", file).await.status, 200);
    let product = list(&mut client, 2_000_000).await;
    list(&mut merchant(&site).await, 3_000_000).await;
    let store = export(&mut client).await;
    assert_eq!(keys(&store), ["categories", "created_at", "name", "products", "store_id"]);
    assert_eq!((&store["name"], &store["categories"][0]["name"]), (&json!("好店"), &json!("鞋")));
    let products = store["products"].as_array().unwrap();
    let ids: HashSet<_> = products.iter().map(|product| product["product_id"].as_str().unwrap()).collect();
    assert_eq!((products.len(), ids.len()), (1_002, 1_002));
    assert!(products.contains(&product));
    assert!(products.iter().all(|product| product["store_id"] == store["store_id"]));
}
