//! S16, S18 in bulk: products come from a file, and go into one.

use axum::body::Body;
use serde_json::{Value, json};

use super::super::encoded;
use super::{COUPON, PRODUCTS, STORE, category, events, found, item, list, merchant};
use crate::support::client::{Answer, Client};
use crate::support::site::TestSite;

const IMPORT: &str = "/api/v1/store/products/import";
const EXPORT: &str = "/api/v1/store/products.csv";

async fn import(client: &mut Client, file: impl Into<Vec<u8>>) -> Answer {
    client.post_bytes(IMPORT, "text/csv", file.into()).await
}

/// Lines and codes of what was not listed.
fn errors(answer: &Answer) -> Vec<(u64, String)> {
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    errors.iter().map(|e| (e["line"].as_u64().unwrap(), e["code"].as_str().unwrap().to_owned())).collect()
}

#[tokio::test]
async fn each_line_has_its_own_result_and_a_bad_one_stops_no_other() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let id = category(&mut client, "鞋").await;
    list(&mut client, 5).await;
    let file = format!(
        "taobao_url,coupon_url,category\r\n{},{COUPON},鞋\r\n{},{COUPON},\r\nhttps://evil.example/item.htm?id=1,{COUPON},\r\n\
         {},{COUPON},帽\r\n\r\n{},\r\n{},{COUPON}\r\n{},\"{COUPON}\",",
        item(1),
        item(2),
        item(3),
        item(4),
        item(5),
        item(6)
    );
    let answer = import(&mut client, file.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["listed"], 3);
    let expected = [(4, "unknown_host"), (5, "unknown"), (7, "required"), (8, "already_listed")];
    assert_eq!(errors(&answer), expected.map(|(line, code)| (line, code.to_owned())));
    assert_eq!(answer.json()["errors"][1]["message"], "category: There is no such choice.");
    let listed = client.get(&format!("{PRODUCTS}?category_id={id}")).await.json();
    assert_eq!(listed["products"][0]["taobao_item_id"], "1");
    let again = import(&mut client, file).await;
    assert_eq!((again.json()["listed"].clone(), errors(&again).len()), (json!(0), 7));
}

#[tokio::test]
async fn files_are_read_as_spreadsheets_write_them() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let id = category(&mut client, "鞋子").await;
    // GBK; columns in another order, and one that is not looked at.
    let mut gbk = b"note,Category,TAOBAO_URL,coupon_url\n\xd0\xac\xd7\xd3,\xd0\xac\xd7\xd3,".to_vec();
    gbk.extend(format!("{},{COUPON}\n", item(1)).as_bytes());
    assert_eq!(import(&mut client, gbk).await.json(), json!({"listed": 1, "errors": []}));
    let marked = format!("\u{feff}taobao_url,coupon_url,category\n\"看 {} 「x」\",{COUPON},鞋子", item(2));
    assert_eq!(import(&mut client, marked).await.json(), json!({"listed": 1, "errors": []}));
    assert_eq!(client.get(&format!("{PRODUCTS}?category_id={id}")).await.json()["total"], 2);
}

#[tokio::test]
async fn a_line_that_makes_no_sense_is_one_error_and_all_others_are_listed() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let line = |nth: u64| format!("{},{COUPON},\n", item(nth));
    let head = "taobao_url,coupon_url,category\n";
    for (first, bad) in [(10, &b"\"{open quotes},\n"[..]), (20, b"\xff,\xe9\x9e,\n"), (30, b"\"a\"b,c,\n")] {
        let quoted = format!("\"{}\",\"{COUPON}\",\n", item(first + 2));
        let (before, after) = (head.to_owned() + &line(first), line(first + 1) + &quoted);
        let answer = import(&mut client, [before.as_bytes(), bad, after.as_bytes()].concat()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["listed"]), (200, &json!(3)), "{}", answer.text());
        assert_eq!(errors(&answer), [(3, "invalid_format".to_owned())]);
        assert_eq!(answer.json()["errors"][0]["message"], "line: This is not in the right format.");
    }
}

#[tokio::test]
async fn only_some_files_are_worked_on_at_a_time_and_one_that_breaks_off_is_not_taken_for_a_wrong_one() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let file = || format!("taobao_url,coupon_url\n{},{COUPON}\n", item(1));
    let turns = site.app.site.imports.acquire_many(4).await.unwrap();
    let refused = import(&mut client, file()).await;
    assert_eq!((refused.outcome(), refused.header("retry-after")), ((503, "overloaded".to_owned()), "1"));
    drop(turns);
    let broken = Body::from_stream(futures_util::stream::iter([
        Ok(file()),
        Err(std::io::Error::other("the line was cut")),
    ]));
    let away = client.post_bytes(IMPORT, "text/csv", broken).await;
    assert_eq!(away.outcome(), (503, "unavailable".to_owned()));
    assert_eq!(import(&mut client, file()).await.json(), json!({"listed": 1, "errors": []}));
}

#[tokio::test]
async fn what_is_no_such_file_is_refused_whole() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    for file in [Vec::new(), b"taobao_url\nx".to_vec(), b"\xff\xff\x00".to_vec(), b"a,b,c".to_vec()] {
        assert_eq!(import(&mut client, file).await.outcome(), (400, "malformed_request".to_owned()));
    }
    let json = client.post(IMPORT, &json!({})).await;
    assert_eq!(json.outcome(), (415, "unsupported_media_type".to_owned()));
    let large = "x".repeat(5 * 1024 * 1024 + 1);
    assert_eq!(import(&mut client, large).await.outcome(), (413, "too_large".to_owned()));
    let long = "taobao_url,coupon_url\n".to_owned() + &"x,y\n".repeat(10_001);
    assert_eq!(import(&mut client, long).await.outcome(), (413, "too_large".to_owned()));
    assert_eq!(events(&site, "product.listed").await, 0);
    let (mut nobody, _) = site.client().logged_in().await;
    assert_eq!(import(&mut nobody, "a").await.outcome(), (404, "no_store".to_owned()));
}

#[tokio::test]
async fn ten_thousand_lines_are_answered_when_all_are_right_or_none_and_with_a_key() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    let file = "taobao_url,coupon_url\n".to_owned() + &"x,y\n".repeat(10_000);
    let first = import(&mut client, file.clone()).await;
    assert_eq!((first.status.as_u16(), errors(&first).len()), (200, 10_000));
    let lines: Vec<_> = (1..=10_000).map(|nth| format!("{},{COUPON}", item(nth))).collect();
    let mut other = merchant(&site).await;
    let all = import(&mut other, "taobao_url,coupon_url\n".to_owned() + &lines.join("\n")).await;
    assert_eq!(all.json(), json!({"listed": 10_000, "errors": []}));
    assert_eq!(other.get(STORE).await.json()["product_count"], 10_000);
    let again = import(&mut client, file).await;
    assert_eq!((again.header("idempotency-replayed"), again.body == first.body), ("true", true));
}

#[tokio::test]
async fn the_list_is_exported_with_its_filters_and_imported_elsewhere() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let id = category(&mut client, "鞋, \"大\"").await;
    // Begins like a formula, and is one's own all the same.
    let cheap = category(&mut client, "-特价").await;
    for (nth, category_id) in [(1, Some(&id)), (2, Some(&cheap)), (3, None)] {
        let body = json!({"taobao_url": item(nth), "coupon_url": COUPON, "category_id": category_id});
        let product = client.post(PRODUCTS, &body).await.json();
        found(&site, &product, &format!("=HYPERLINK({nth})"), "9.9").await;
    }
    let file = client.get(&format!("{EXPORT}?sort=title")).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"products.csv\"");
    let lines: Vec<_> = file.text().split("\r\n").collect();
    assert_eq!(lines.len(), 5, "a head, three products, the end");
    assert!(lines[0].starts_with("\u{feff}taobao_url,coupon_url,category,title,price,status,"));
    let start = format!("{},{COUPON},\"鞋, \"\"大\"\"\",\"'=HYPERLINK(1)\",9.90,listed,", item(1));
    assert!(lines[1].starts_with(&start), "{}", lines[1]);
    for (query, products) in [
        ("status=delisted".to_owned(), 0),
        (format!("category_id={id}"), 1),
        (format!("q={}", encoded("LINK(2")), 1),
    ] {
        let part = client.get(&format!("{EXPORT}?{query}")).await;
        assert_eq!(part.text().matches("\r\n").count(), products + 1, "{query}");
    }
    for query in ["limit=5", "cursor=x", "sort=x"] {
        let answer = client.get(&format!("{EXPORT}?{query}")).await;
        assert_eq!(answer.outcome(), (400, "invalid_query".to_owned()), "{query}");
    }
    let mut other = merchant(&site).await;
    category(&mut other, "鞋, \"大\"").await;
    category(&mut other, "-特价").await;
    assert_eq!(import(&mut other, file.body).await.json(), json!({"listed": 3, "errors": []}));
    let counts: Vec<_> = other.get(PRODUCTS).await.json()["categories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["product_count"].clone())
        .collect();
    assert_eq!(counts, [json!(1), json!(1)]);
}

#[tokio::test]
async fn an_export_of_many_pages_tells_every_product_once() {
    let site = TestSite::start().await;
    let mut client = merchant(&site).await;
    let lines: Vec<_> = (1..=1_201).map(|nth| format!("{},{COUPON}", item(nth))).collect();
    let lines = lines.join("\n");
    let imported = import(&mut client, format!("taobao_url,coupon_url\n{lines}")).await;
    assert_eq!(imported.json(), json!({"listed": 1_201, "errors": Value::Array(Vec::new())}));
    assert_eq!(client.get(STORE).await.json()["product_count"], 1_201);
    let file = client.get(EXPORT).await;
    let mut links: Vec<_> = file.text().lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    links.sort_unstable();
    links.dedup();
    assert_eq!(links.len(), 1_201);
}
