//! S16: the list of products, by filter, order and page.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::encoded;
use super::{COUPON, PRODUCTS, category, found, item, keys, list, merchant, patch, path};
use crate::support::client::Client;
use crate::support::site::TestSite;

/// The items of a page, by their ids.
fn items(page: &Value) -> Vec<u64> {
    let products = page["products"].as_array().unwrap();
    products.iter().map(|product| product["taobao_item_id"].as_str().unwrap().parse().unwrap()).collect()
}

/// The items of all pages.
async fn walk(client: &mut Client, query: &str) -> Vec<u64> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{PRODUCTS}?{query}{cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        seen.extend(items(&page.json()));
        match page.json()["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn a_list_shows_categories_products_and_how_many_there_are() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let empty = client.get(PRODUCTS).await.json();
    assert_eq!(keys(&empty), ["categories", "next_cursor", "products", "store_id", "total"]);
    assert_eq!(
        (&empty["products"], &empty["next_cursor"], &empty["total"]),
        (&json!([]), &json!(null), &json!(0))
    );
    let id = category(&mut client, "杯").await;
    for nth in 1..=21_u64 {
        let category_id = (nth > 18).then_some(&id);
        let body = json!({"taobao_url": item(nth), "coupon_url": COUPON, "category_id": category_id});
        assert_eq!(client.post(PRODUCTS, &body).await.status, 201);
        site.clock.advance(TimeDelta::seconds(1));
    }
    let first = client.get(PRODUCTS).await.json();
    assert_eq!(items(&first), (2..=21).rev().collect::<Vec<_>>(), "twenty, the newest first");
    assert_eq!((&first["total"], &first["categories"][0]["product_count"]), (&json!(21), &json!(3)));
    assert_eq!(first["products"][0], client.get(&path(&first["products"][0])).await.json());
    assert_eq!(walk(&mut client, "limit=5").await, (1..=21).rev().collect::<Vec<_>>());
    assert_eq!(walk(&mut client, "limit=4&sort=listed_at").await, (1..=21).collect::<Vec<_>>());
    assert_eq!(walk(&mut client, &format!("limit=2&category_id={id}")).await, [21, 20, 19]);
}

#[tokio::test]
async fn products_are_found_by_status_and_words_and_sorted_by_title_and_price() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    for (nth, title, price) in [(1, "B 红茶 Tea", "30"), (2, "A 绿茶", "10.5"), (3, "C 咖啡", "20")] {
        let product = list(&mut client, nth).await;
        found(&site, &product, title, price).await;
        if nth == 3 {
            patch(&mut client, &path(&product), &json!({"status": "delisted"})).await;
        }
    }
    for (query, expected) in [
        ("sort=title".to_owned(), vec![2, 1, 3]),
        ("sort=price".to_owned(), vec![2, 3, 1]),
        ("sort=-price".to_owned(), vec![1, 3, 2]),
        ("status=delisted".to_owned(), vec![3]),
        ("info_status=pending".to_owned(), vec![]),
        ("info_status=fetched&sort=price&limit=1".to_owned(), vec![2, 3, 1]),
        ("info_status=fetched&status=delisted".to_owned(), vec![3]),
        (format!("info_status=fetched&sort=title&q={}", encoded("茶")), vec![2, 1]),
        (format!("info_status=failed&q={}", encoded("茶")), vec![]),
        ("status=listed&sort=title&limit=1".to_owned(), vec![2, 1]),
        (format!("q={}&sort=title", encoded("茶")), vec![2, 1]),
        (format!("q={}", encoded("红茶 tea")), vec![1]),
        (format!("q={}", encoded("'; DROP TABLE products; --")), vec![]),
        (format!("q={}", encoded("%")), vec![]),
    ] {
        assert_eq!(walk(&mut client, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "sort=-title",
        "sort=",
        "status=sold",
        "info_status=done",
        "category_id=x",
        "cursor=x",
        "cursor=",
        "page=2",
        "q=%00",
        "limit=1&limit=2",
    ] {
        let answer = client.get(&format!("{PRODUCTS}?{query}")).await;
        assert_eq!(answer.outcome(), (400, "invalid_query".to_owned()), "{query}");
    }
    let long = "x".repeat(121);
    assert_eq!(client.get(&format!("{PRODUCTS}?q={long}")).await.outcome().0, 400);
    assert_eq!(client.get(&format!("{PRODUCTS}?limit=100&q=")).await.status, 200);
}

#[tokio::test]
async fn a_cursor_is_of_one_list_of_one_store_and_of_one_day() {
    let site = TestSite::start().await;
    let (mut client, mut other) = (merchant(&site).await, merchant(&site).await);
    for nth in 1..=3 {
        list(&mut client, nth).await;
    }
    let page = client.get(&format!("{PRODUCTS}?limit=1")).await.json();
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    let expired = (410, "cursor_expired".to_owned());
    for query in ["&sort=price", "&status=listed", "&q=x"] {
        let answer = client.get(&format!("{PRODUCTS}?limit=1&cursor={cursor}{query}")).await;
        assert_eq!(answer.outcome(), expired, "{query}");
    }
    let theirs = other.get(&format!("{PRODUCTS}?limit=1&cursor={cursor}")).await;
    assert_eq!(theirs.outcome(), expired);
    let made_up = client.get(&format!("{PRODUCTS}?cursor=A{cursor}")).await;
    assert_eq!(made_up.outcome(), (400, "invalid_query".to_owned()));
    assert_eq!(
        client.get(&format!("{PRODUCTS}?limit=2&cursor={cursor}")).await.status,
        200,
        "pages may differ in size"
    );
}
