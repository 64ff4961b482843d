//! The Open Platform's answers, good, bad and hostile.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn read(body: &Value) -> Result<ProductInfo, FetchError> {
    read_answer(200, body.to_string().as_bytes(), "11223344")
}

fn found(items: &Value) -> Value {
    json!({ "tbk_item_info_upgrade_get_response": { "results": { "tbk_item_detail": items }, "request_id": "1" } })
}

fn item(id: &Value, prices: &Value) -> Value {
    json!({ "item_id": "AbC-1", "input_item_iid": id, "price_promotion_info": prices,
            "item_basic_info": { "title": "纯棉T恤", "pict_url": "//img.alicdn.com/a.jpg", "volume": 12 } })
}

fn refused(error: &Value) -> FetchError {
    read(&json!({ "error_response": error })).unwrap_err()
}

#[test]
fn an_item_is_read_whatever_its_numbers_are_written_as() {
    for (id, prices, expected) in [
        (json!("11223344"), json!({ "zk_final_price": "19.9", "reserve_price": "39" }), Some("19.90")),
        (json!(11_223_344), json!({ "zk_final_price": 19.9 }), Some("19.90")),
        (json!("new-id"), json!({ "reserve_price": "39" }), Some("39.00")),
        (json!("11223344"), json!({ "zk_final_price": "", "reserve_price": "39.00" }), Some("39.00")),
        (json!("11223344"), Value::Null, None),
    ] {
        let info = read(&found(&json!([item(&id, &prices)]))).unwrap();
        assert_eq!(info.title.as_deref(), Some("纯棉T恤"));
        assert_eq!(info.price.as_deref(), expected);
        assert_eq!(info.image_url.as_deref(), Some("https://img.alicdn.com/a.jpg"));
        assert_eq!((info.source, info.item_id.as_deref()), (InfoSource::Api, Some("11223344")));
    }
}

#[test]
fn another_item_is_not_taken_for_the_one_that_was_asked_for() {
    let others = json!([item(&json!("1"), &Value::Null), item(&json!("2"), &Value::Null)]);
    for items in [json!([]), others, json!({}), json!([{ "item_id": "11223344" }]), json!([1, null])] {
        assert_eq!(read(&found(&items)), Err(FetchError::Failed { reason: "not_found" }), "{items}");
    }
    let empty = json!({ "tbk_item_info_upgrade_get_response": { "request_id": "1" } });
    assert_eq!(read(&empty), Err(FetchError::Failed { reason: "not_found" }));
}

#[test]
fn the_error_envelope_says_whose_fault_it_is() {
    for (error, reason) in [
        (json!({ "code": 25, "msg": "Invalid signature" }), "misconfigured"),
        (json!({ "code": "29", "msg": "Invalid app Key" }), "misconfigured"),
        (json!({ "code": 11, "sub_code": "isv.permission-api-package-limit" }), "misconfigured"),
        (json!({ "code": 15, "sub_code": "isv.permission-deny" }), "misconfigured"),
        (json!({ "code": 15, "sub_code": "-4003", "sub_msg": "商品ID不合法" }), "not_found"),
        (json!({ "code": 15, "sub_code": "isv.item-not-exist" }), "not_found"),
        (json!({ "code": 41, "sub_code": "" }), "unreadable"),
        (json!({ "code": 40 }), "unreadable"),
    ] {
        assert_eq!(refused(&error), FetchError::Failed { reason }, "{error}");
    }
    for (error, seconds) in [
        (json!({ "code": 7, "sub_code": "accesscontrol.limited-by-api-access-count" }), Some(60)),
        (json!({ "code": 15, "sub_code": "isp.top-remote-connection-timeout" }), None),
        (json!({ "code": 15 }), None),
        (json!({ "code": 10 }), None),
    ] {
        let FetchError::Later { after, .. } = refused(&error) else { panic!("{error}") };
        assert_eq!(after, seconds.map(Duration::from_secs), "{error}");
    }
}

#[test]
fn of_a_hostile_answer_nothing_is_repeated() {
    let error = refused(&json!({ "code": 7, "sub_code": "\u{1b}[2J", "sub_msg": "secret" }));
    assert_eq!(error.to_string(), "the Open Platform refused with 7");
    let html = read_answer(502, b"<html>", "1").unwrap_err();
    assert_eq!(html.to_string(), "the Open Platform gave an unreadable answer with HTTP 502");
    assert!(read_answer(200, "[".repeat(100_000).as_bytes(), "1").is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(status: u16, body: Vec<u8>, id in ".{0,10}") {
        drop(read_answer(status, &body, &id));
    }

    #[test]
    fn any_codes_are_read_calmly(code: String, sub_code: String) {
        let why = refused(&json!({ "code": code, "sub_code": sub_code })).to_string();
        prop_assert!(why.is_ascii() && why.len() < 200 && !why.contains(char::is_control), "{}", why);
    }
}
