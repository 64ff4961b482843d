//! S20: categories are added, renamed and removed; each name once in a store.

use serde_json::json;

use super::{CATEGORIES, COUPON, PRODUCTS, category, item, list, merchant, patch, path};
use crate::support::site::TestSite;

#[tokio::test]
async fn a_category_is_added_renamed_and_removed() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let id = category(&mut client, "鞋").await;
    let renamed = patch(&mut client, &format!("{CATEGORIES}/{id}"), &json!({"name": "鞋子"})).await;
    assert_eq!((renamed.status.as_u16(), renamed.json()), (200, json!({"category_id": id, "name": "鞋子"})));
    let listed = client.get(PRODUCTS).await.json();
    assert_eq!(listed["categories"], json!([{"category_id": id, "name": "鞋子", "product_count": 0}]));
    let removed = client.ask("DELETE", &format!("{CATEGORIES}/{id}"), &[]).await;
    assert_eq!((removed.status.as_u16(), removed.text()), (204, ""));
    assert_eq!(client.get(PRODUCTS).await.json()["categories"], json!([]));
    let again = client.ask("DELETE", &format!("{CATEGORIES}/{id}"), &[]).await;
    assert_eq!(again.outcome(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_name_is_given_once_in_a_store_and_again_in_another() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    category(&mut client, "Shoes").await;
    let other = category(&mut client, "帽").await;
    for name in ["shoes", "ＳＨＯＥＳ"] {
        for taken in [
            client.post(CATEGORIES, &json!({"name": name})).await,
            patch(&mut client, &format!("{CATEGORIES}/{other}"), &json!({"name": name})).await,
        ] {
            assert_eq!(taken.outcome(), (409, "already_taken".to_owned()));
            assert_eq!(taken.errors(), [("name".to_owned(), "already_taken".to_owned())]);
        }
    }
    category(&mut merchant(&site).await, "Shoes").await;
}

#[tokio::test]
async fn a_category_with_products_stays_until_they_are_gone() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let id = category(&mut client, "鞋").await;
    let body = json!({"taobao_url": item(1_000_001), "coupon_url": COUPON, "category_id": id});
    let product = client.post(PRODUCTS, &body).await.json();
    assert_eq!(product["category_id"], json!(id));
    let one = format!("{CATEGORIES}/{id}");
    let refused = client.ask("DELETE", &one, &[]).await;
    assert_eq!(refused.outcome(), (409, "category_in_use".to_owned()));
    assert_eq!(client.ask("DELETE", &path(&product), &[]).await.status, 200);
    assert_eq!(client.ask("DELETE", &one, &[]).await.status, 204);
    // Restored, the product is in no category.
    let restored = client.ask("POST", &format!("{}/restore", path(&product)), &[]).await;
    assert_eq!((restored.status.as_u16(), &restored.json()["category_id"]), (200, &json!(null)));
}

#[tokio::test]
async fn another_stores_category_is_none() {
    let site = TestSite::start().await;
    let (mut one, mut other) = (merchant(&site).await, merchant(&site).await);
    let id = category(&mut one, "鞋").await;
    let theirs = format!("{CATEGORIES}/{id}");
    let not_found = (404, "not_found".to_owned());
    assert_eq!(patch(&mut other, &theirs, &json!({"name": "帽"})).await.outcome(), not_found);
    assert_eq!(other.ask("DELETE", &theirs, &[]).await.outcome(), not_found);
    let unknown = [("category_id".to_owned(), "unknown".to_owned())];
    let body = json!({"taobao_url": item(1_000_001), "coupon_url": COUPON, "category_id": id});
    assert_eq!(other.post(PRODUCTS, &body).await.errors(), unknown);
    let product = list(&mut other, 1_000_001).await;
    assert_eq!(patch(&mut other, &path(&product), &json!({"category_id": id})).await.errors(), unknown);
    let empty = other.get(&format!("{PRODUCTS}?category_id={id}")).await.json();
    assert_eq!((&empty["total"], &empty["products"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn a_categorys_name_is_checked_and_there_are_two_hundred_at_most() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    for (body, code) in [(json!({}), "required"), (json!({"name": "类".repeat(31)}), "too_long")] {
        let answer = client.post(CATEGORIES, &body).await;
        assert_eq!(answer.errors(), [("name".to_owned(), code.to_owned())]);
    }
    for nth in 0..200 {
        category(&mut client, &format!("类{nth}")).await;
    }
    let full = client.post(CATEGORIES, &json!({"name": "多"})).await;
    assert_eq!(full.outcome(), (422, "validation_failed".to_owned()));
    assert_eq!(full.errors(), [("name".to_owned(), "out_of_range".to_owned())]);
}
