//! Two at the same moment: of one store, one item, one category's name, one product, one wins and the rest is told.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{CATEGORIES, COUPON, PRODUCTS, STORE, events, item, list, merchant, path, send};
use crate::support::client::Client;
use crate::support::site::TestSite;

/// How many ask at once.
const CROWD: usize = 12;

/// Asks by as many copies of a client as there are bodies, at once, and gives the outcomes, sorted.
async fn at_once(
    clients: &[Client],
    method: &str,
    path: &str,
    bodies: Vec<Value>,
    headers: &[(&str, &str)],
) -> Vec<(u16, String)> {
    let asked = bodies.iter().enumerate().map(|(nth, body)| {
        let mut client = clients[nth % clients.len()].clone();
        async move { send(&mut client, method, path, body, headers).await.outcome() }
    });
    let mut outcomes = join_all(asked).await;
    outcomes.sort();
    outcomes
}

/// One success and otherwise this refusal.
fn one_wins(status: u16, refusal: (u16, &str)) -> Vec<(u16, String)> {
    let mut outcomes = vec![(refusal.0, refusal.1.to_owned()); CROWD];
    outcomes[0] = (status, String::new());
    outcomes
}

#[tokio::test]
async fn of_a_crowd_of_requests_one_opens_the_store() {
    let site = TestSite::start().await;
    let (client, _) = site.client().logged_in().await;
    let outcomes = at_once(&[client], "POST", STORE, vec![json!({"name": "好店"}); CROWD], &[]).await;
    assert_eq!(outcomes, one_wins(201, (409, "store_exists")));
    assert_eq!(events(&site, "store.opened").await, 1);
}

#[tokio::test]
async fn of_a_crowd_of_requests_one_lists_the_item_also_on_two_instances() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let client = merchant(&site).await;
    let mut elsewhere = other.client();
    elsewhere.cookies = client.cookies.clone();
    let body = json!({"taobao_url": item(1_000_001), "coupon_url": COUPON});
    let outcomes = at_once(&[client.clone(), elsewhere], "POST", PRODUCTS, vec![body; CROWD], &[]).await;
    assert_eq!(outcomes, one_wins(201, (409, "already_listed")));
    assert_eq!(events(&site, "product.listed").await, 1);
}

#[tokio::test]
async fn of_a_crowd_of_requests_one_gets_the_categorys_name() {
    let site = TestSite::start().await;
    let client = merchant(&site).await;
    // Those that lose four times in a row are told so, and may ask again: asked by few, all are decided.
    let outcomes = at_once(&[client], "POST", CATEGORIES, vec![json!({"name": "鞋"}); 3], &[]).await;
    let taken = (409, "already_taken".to_owned());
    assert_eq!(outcomes, [(201, String::new()), taken.clone(), taken]);
    assert_eq!(events(&site, "store.category_added").await, 1);
}

#[tokio::test]
async fn of_a_crowd_of_changes_on_one_version_one_is_done() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1_000_001).await;
    let bodies: Vec<_> = (0..CROWD).map(|nth| json!({"title": format!("标题{nth}")})).collect();
    let outcomes =
        at_once(&[client.clone()], "PATCH", &path(&product), bodies, &[("if-match", "\"1\"")]).await;
    assert_eq!(outcomes, one_wins(200, (412, "version_mismatch")));
    assert_eq!(client.get(&path(&product)).await.json()["version"], 2);
}

#[tokio::test]
async fn of_a_crowd_of_requests_one_deletes() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1_000_001).await;
    let outcomes = at_once(&[client], "DELETE", &path(&product), vec![Value::Null; CROWD], &[]).await;
    assert_eq!(outcomes, one_wins(200, (404, "product_not_found")));
    assert_eq!(events(&site, "product.deleted").await, 1);
}

#[tokio::test]
async fn an_item_is_listed_anew_or_restored_but_not_both() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    for nth in 1..=4 {
        let product = list(&mut client, nth).await;
        client.ask("DELETE", &path(&product), &[]).await;
        let (mut one, mut other) = (client.clone(), client.clone());
        let body = json!({"taobao_url": item(nth), "coupon_url": COUPON});
        let restore = format!("{}/restore", path(&product));
        let (anew, back) = tokio::join!(one.post(PRODUCTS, &body), other.ask("POST", &restore, &[]));
        let mut statuses = [anew.status.as_u16(), back.status.as_u16()];
        statuses.sort_unstable();
        assert!(statuses == [200, 409] || statuses == [201, 409], "{statuses:?}");
        assert_eq!(client.get(STORE).await.json()["product_count"], nth);
    }
}
