//! Pages that were shown a moment ago are shown again only while the database would answer the same.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::Executor;
use zhanggui::merchant::product::{InfoFailure, RecordInfoFailure};
use zhanggui::projections::engine::ReadModel;
use zhanggui::projections::rebuild::When;

use super::{CATEGORIES, PRODUCTS, category, found, list, merchant, patch, path, report};
use crate::projections::rebuild::connect;
use crate::support::client::Client;
use crate::support::site::TestSite;

/// Asks both instances for the list twice, and one for a page of another length, that nobody has asked for yet.
async fn shown(clients: &mut [Client; 2], fresh: &mut u32) -> Value {
    *fresh += 1;
    let expected = clients[0].get(&format!("{PRODUCTS}?limit={fresh}")).await.json();
    for client in clients {
        for _ in 0..2 {
            assert_eq!(client.get(PRODUCTS).await.json(), expected);
        }
    }
    expected
}

#[tokio::test]
async fn whatever_changes_in_a_store_is_seen_at_once_on_every_instance() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let mut client = merchant(&site).await;
    let mut neighbour = other.client();
    neighbour.cookies = client.cookies.clone();
    let mut both = [client.clone(), neighbour];
    let mut fresh = 20;
    let mut last = shown(&mut both, &mut fresh).await;
    let mut changed = async |what: &str| {
        let now = shown(&mut both, &mut fresh).await;
        assert_ne!(now, last, "{what}");
        last = now;
    };

    let cups = category(&mut client, "杯").await;
    changed("a category was added").await;
    let product = list(&mut client, 1).await;
    changed("a product was listed").await;
    found(&site, &product, "页面标题", "29.9").await;
    changed("its page was read").await;
    patch(&mut client, &path(&product), &json!({"category_id": cups})).await;
    changed("it was put into a category").await;
    patch(&mut client, &path(&product), &json!({"status": "delisted"})).await;
    changed("it was taken off the shelf").await;
    assert_eq!(client.post(&format!("{}/refresh", path(&product)), &json!({})).await.status, 202);
    changed("it is to be looked up again").await;
    let taobao_url = product["taobao_url"].as_str().unwrap().to_owned();
    let failure = RecordInfoFailure { taobao_url, reason: InfoFailure::NotFound };
    report(&site, &product, failure.into()).await;
    changed("its page was not found").await;
    patch(&mut client, &format!("{CATEGORIES}/{cups}"), &json!({"name": "杯子"})).await;
    changed("the category was renamed").await;
    assert_eq!(client.delete(&path(&product), &json!(null)).await.status, 200);
    changed("the product was deleted").await;
    assert_eq!(client.delete(&format!("{CATEGORIES}/{cups}"), &json!(null)).await.status, 204);
    changed("the category was removed").await;
    assert_eq!(client.post(&format!("{}/restore", path(&product)), &json!({})).await.status, 200);
    changed("the product was restored").await;
}

#[tokio::test]
async fn a_page_is_remembered_for_a_minute_and_not_beyond_a_rebuild() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    list(&mut client, 1).await;
    let before = client.get(PRODUCTS).await.json();
    // By hand, which no version tells.
    let mend = "UPDATE products SET coupon_url = 'https://mended.example/'";
    connect(&site).await.execute(mend).await.unwrap();
    assert_eq!(client.get(PRODUCTS).await.json(), before);
    site.clock.advance(TimeDelta::minutes(1));
    let mended = client.get(PRODUCTS).await.json();
    assert_eq!(mended["products"][0]["coupon_url"], "https://mended.example/");

    for model in ReadModel::all().unwrap().into_iter().filter(|model| model.name == "product_list") {
        site.builder().rebuild(&model, When::Always).await.unwrap();
    }
    assert_eq!(client.get(PRODUCTS).await.json(), before, "built from the log, it is as it was");
}

#[tokio::test]
async fn nobody_is_shown_the_page_of_another_store() {
    let site = TestSite::start().await;
    let (mut one, mut two) = (merchant(&site).await, merchant(&site).await);
    list(&mut one, 1).await;
    list(&mut two, 2).await;
    for _ in 0..2 {
        assert_eq!(one.get(PRODUCTS).await.json()["products"][0]["taobao_item_id"], "1");
        assert_eq!(two.get(PRODUCTS).await.json()["products"][0]["taobao_item_id"], "2");
    }
    assert_eq!(site.client().get(PRODUCTS).await.status, 401);
}
