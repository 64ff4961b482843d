//! S17, S20 in bulk: the same done to many products, each with its own result.

use serde_json::{Value, json};

use super::{COUPON, PRODUCTS, category, events, found, item, list, merchant, path};
use crate::support::client::{Answer, Client};
use crate::support::site::TestSite;

const BULK: &str = "/api/v1/store/products/bulk";

async fn act(client: &mut Client, action: &str, products: &[&Value]) -> Answer {
    let ids: Vec<_> = products.iter().map(|product| &product["product_id"]).collect();
    client.post(BULK, &json!({"action": action, "product_ids": ids})).await
}

fn all_done(answer: &Answer, done: usize) {
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"done": done, "errors": []})));
}

#[tokio::test]
async fn many_products_are_delisted_listed_moved_deleted_restored_and_fetched_again() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let id = category(&mut client, "杯").await;
    let mut products = Vec::new();
    for nth in 1..=40 {
        products.push(list(&mut client, nth).await);
    }
    let all: Vec<_> = products.iter().collect();
    all_done(&act(&mut client, "delist", &all).await, 40);
    let total = async |client: &mut Client, query: &str| {
        client.get(&format!("{PRODUCTS}?{query}")).await.json()["total"].clone()
    };
    assert_eq!(total(&mut client, "status=delisted").await, 40);
    all_done(&act(&mut client, "list", &all[..15]).await, 15);
    assert_eq!(total(&mut client, "status=listed").await, 15);
    let ids: Vec<_> = all[..10].iter().map(|product| &product["product_id"]).collect();
    let body = json!({"action": "move", "product_ids": ids, "category_id": id});
    all_done(&client.post(BULK, &body).await, 10);
    assert_eq!(total(&mut client, &format!("category_id={id}")).await, 10);
    let body = json!({"action": "move", "product_ids": ids[..4], "category_id": null});
    all_done(&client.post(BULK, &body).await, 4);
    assert_eq!(total(&mut client, &format!("category_id={id}")).await, 6);
    all_done(&act(&mut client, "delete", &all[..20]).await, 20);
    assert_eq!(total(&mut client, "").await, 20);
    all_done(&act(&mut client, "restore", &all[..20]).await, 20);
    assert_eq!(total(&mut client, "").await, 40);
    found(&site, all[0], "杯子", "9").await;
    all_done(&act(&mut client, "refresh", &all[..1]).await, 1);
    assert_eq!(client.get(&path(all[0])).await.json()["info_status"], "pending");
}

#[tokio::test]
async fn each_product_has_its_own_result_and_a_bad_one_stops_no_other() {
    let site = TestSite::start().await;
    let (mut client, mut other) = (merchant(&site).await, merchant(&site).await);
    let (mine, gone) = (list(&mut client, 1).await, list(&mut client, 2).await);
    let theirs = list(&mut other, 3).await;
    client.ask("DELETE", &path(&gone), &[]).await;
    let nobody = json!({"product_id": "01890000-0000-7000-8000-000000000000"});
    // The same one twice counts once.
    let answer = act(&mut client, "delete", &[&theirs, &gone, &mine, &nobody, &mine]).await;
    let body = answer.json();
    assert_eq!((answer.status.as_u16(), &body["done"]), (200, &json!(1)));
    let errors: Vec<_> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (&error["product_id"], &error["code"]))
        .collect();
    let expected = [
        (&theirs["product_id"], &json!("not_product_owner")),
        (&gone["product_id"], &json!("product_not_found")),
        (&nobody["product_id"], &json!("product_not_found")),
    ];
    assert_eq!(errors, expected);
    assert!(body["errors"][0]["message"].as_str().unwrap().is_ascii());
    assert_eq!(events(&site, "product.deleted").await, 2);
    assert_eq!(other.get(&path(&theirs)).await.json(), theirs);
    // Listed anew meanwhile: one of the two may come back.
    let anew = list(&mut client, 2).await;
    let answer = act(&mut client, "restore", &[&gone, &mine]).await.json();
    assert_eq!((&answer["done"], &answer["errors"][0]["code"]), (&json!(1), &json!("already_listed")));
    assert_eq!(client.get(&path(&anew)).await.status, 200);
}

#[tokio::test]
async fn a_request_that_makes_no_sense_is_refused_whole() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1).await;
    let theirs = category(&mut merchant(&site).await, "鞋").await;
    let id = &product["product_id"];
    for (body, errors) in [
        (json!({}), vec![("action", "required"), ("product_ids", "required")]),
        (json!({"action": "burn", "product_ids": [id]}), vec![("action", "unknown")]),
        (json!({"action": "delete", "product_ids": vec![id; 501]}), vec![("product_ids", "out_of_range")]),
        (json!({"action": "move", "product_ids": [id]}), vec![("category_id", "required")]),
        (
            json!({"action": "move", "product_ids": [id], "category_id": theirs}),
            vec![("category_id", "unknown")],
        ),
    ] {
        let answer = client.post(BULK, &body).await;
        assert_eq!(answer.outcome(), (422, "validation_failed".to_owned()));
        let errors: Vec<_> =
            errors.into_iter().map(|(field, code)| (field.to_owned(), code.to_owned())).collect();
        assert_eq!(answer.errors(), errors);
    }
    let malformed = client.post(BULK, &json!({"action": "delete", "product_ids": ["x"]})).await;
    assert_eq!(malformed.outcome(), (400, "malformed_request".to_owned()));
    assert_eq!(client.get(&path(&product)).await.json(), product);
    let (mut nobody, _) = site.client().logged_in().await;
    assert_eq!(act(&mut nobody, "delete", &[&product]).await.outcome(), (404, "no_store".to_owned()));
}

#[tokio::test]
async fn done_twice_with_one_key_it_is_done_once() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let product = list(&mut client, 1).await;
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    let first = act(&mut client, "delete", &[&product]).await;
    let again = act(&mut client, "delete", &[&product]).await;
    assert_eq!((first.text(), again.header("idempotency-replayed")), (again.text(), "true"));
    all_done(&again, 1);
    client.headers.pop();
    client.headers.push(("idempotency-key", "k-2".to_owned()));
    let body = json!({"taobao_url": item(1), "coupon_url": COUPON});
    assert_eq!(client.post(PRODUCTS, &body).await.status, 201);
}
