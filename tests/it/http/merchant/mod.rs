//! Stories of merchants: a store, its categories and its products, over the real router.

mod bulk;
mod categories;
mod changing;
mod files;
mod listing;
mod races;
mod remembered;
mod store;
mod walking;
mod watching;

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use zhanggui::eventstore::Metadata;
use zhanggui::merchant::product::{InfoSource, Price, ProductCommand, RecordProductInfo, Title};

use super::{events, keys};
use crate::support::client::{Answer, Client};
use crate::support::site::TestSite;

const STORE: &str = "/api/v1/store";
const PRODUCTS: &str = "/api/v1/store/products";
const CATEGORIES: &str = "/api/v1/store/categories";
const COUPON: &str = "https://uland.taobao.com/coupon/edetail?e=abc";

/// The link of an item.
fn item(id: u64) -> String {
    format!("https://item.taobao.com/item.htm?id={id}")
}

/// The path of a product.
pub(super) fn path(product: &Value) -> String {
    format!("{PRODUCTS}/{}", product["product_id"].as_str().unwrap())
}

/// Somebody logged in who has opened a store.
pub(super) async fn merchant(site: &TestSite) -> Client {
    let (mut client, _) = site.client().logged_in().await;
    let opened = client.post(STORE, &json!({"name": "好店"})).await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    client
}

/// Sends JSON with headers of its own.
async fn send(
    client: &mut Client,
    method: &str,
    path: &str,
    body: &Value,
    headers: &[(&str, &str)],
) -> Answer {
    let request =
        Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    client.send(request.body(Body::from(body.to_string())).unwrap()).await
}

pub(super) async fn patch(client: &mut Client, path: &str, body: &Value) -> Answer {
    send(client, "PATCH", path, body, &[]).await
}

/// Lists an item; the answer must be 201.
pub(super) async fn list(client: &mut Client, id: u64) -> Value {
    let answer = client.post(PRODUCTS, &json!({"taobao_url": item(id), "coupon_url": COUPON})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

/// Adds a category and gives its id; the answer must be 201.
async fn category(client: &mut Client, name: &str) -> String {
    let answer = client.post(CATEGORIES, &json!({"name": name})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["category_id"].as_str().unwrap().to_owned()
}

/// Reports what a crawler would have found on the product's page.
async fn found(site: &TestSite, product: &Value, title: &str, price: &str) {
    let command = RecordProductInfo {
        taobao_url: product["taobao_url"].as_str().unwrap().to_owned(),
        title: Title::from_page(title),
        price: Price::parse(price).ok(),
        image_url: Some("https://img.alicdn.com/a.jpg".to_owned()),
        source: InfoSource::Page,
    };
    report(site, product, command.into()).await;
}

/// Runs a command of the crawler's.
async fn report(site: &TestSite, product: &Value, command: ProductCommand) {
    let id = product["product_id"].as_str().unwrap();
    site.app.site.products.execute(id, command, Metadata::default()).await.unwrap();
}
