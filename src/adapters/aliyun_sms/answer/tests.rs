//! Aliyun's answers, good, bad and hostile.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn sent(status: u16, body: &Value) -> Result<(), DeliveryError> {
    read_answer(status, body.to_string().as_bytes())
}

fn refused(code: &str) -> DeliveryError {
    sent(200, &json!({ "Code": code, "Message": "?", "RequestId": "1" })).unwrap_err()
}

fn later(why: &str, after: Option<Duration>) -> DeliveryError {
    DeliveryError::Later { why: why.to_owned(), after }
}

#[test]
fn a_message_is_taken_when_the_code_is_ok_and_only_then() {
    let taken = json!({ "Code": "OK", "Message": "OK", "RequestId": "1", "BizId": "1^2" });
    assert_eq!(sent(200, &taken), Ok(()));
    for (status, body) in [
        (500, taken.clone()),
        (302, taken),
        (200, json!({ "Code": "ok" })),
        (200, json!({ "Message": "OK" })),
        (200, json!({ "Code": null })),
        (200, json!({ "Code": ["OK"] })),
        (200, json!(["OK"])),
        (200, json!("OK")),
    ] {
        assert!(matches!(sent(status, &body), Err(DeliveryError::Later { .. })), "{status} {body}");
    }
}

#[test]
fn flow_control_passes_with_time() {
    for (code, message, seconds) in [
        ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", 60),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", 3_600),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", 86_400),
        ("isv.BUSINESS_LIMIT_CONTROL", "", 60),
        ("isv.BUSINESS_LIMIT_SOMETHING", "", 60),
        ("Throttling", "", 10),
        ("Throttling.User", "触发天级流控", 10),
    ] {
        let error = sent(200, &json!({ "Code": code, "Message": message })).unwrap_err();
        assert_eq!(error, later(&format!("Aliyun {code}"), Some(Duration::from_secs(seconds))));
    }
}

#[test]
fn what_an_operator_must_mend_is_told_from_a_bad_number_and_from_a_fault_of_aliyuns() {
    for code in [
        "isv.DAY_LIMIT_CONTROL",
        "isv.MONTH_LIMIT_CONTROL",
        "isv.OUT_OF_SERVICE",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.ACCOUNT_ABNORMAL",
        "isp.RAM_PERMISSION_DENY",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.SMS_CONTENT_ILLEGAL",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.DENY_IP_RANGE",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId.NotFound",
        "InvalidAccessKeyId.Inactive",
        "InvalidTimeStamp.Expired",
        "Forbidden.RAM",
    ] {
        assert_eq!(refused(code), DeliveryError::Misconfigured { why: format!("Aliyun {code}") });
    }
    for code in ["isv.MOBILE_NUMBER_ILLEGAL", "isv.INVALID_PARAMETERS", "isv.BLACK_KEY_CONTROL_LIMIT"] {
        assert_eq!(refused(code), DeliveryError::Refused { why: format!("Aliyun {code}") });
    }
    for code in ["isp.SYSTEM_ERROR", "SignatureNonceUsed", "ServiceUnavailable"] {
        assert_eq!(refused(code), later(&format!("Aliyun {code}"), None));
    }
}

#[test]
fn an_unknown_code_is_judged_by_whom_it_blames() {
    assert_eq!(refused("isv.BRAND_NEW"), DeliveryError::Refused { why: "Aliyun isv.BRAND_NEW".to_owned() });
    assert_eq!(refused("isp.BRAND_NEW"), later("Aliyun isp.BRAND_NEW", None));
    assert_eq!(refused("BrandNew"), later("Aliyun BrandNew", None));
    let body = json!({ "Code": "Brand.New" });
    assert_eq!(sent(500, &body), Err(later("Aliyun Brand.New", None)));
    assert_eq!(sent(429, &body), Err(later("Aliyun Brand.New", Some(THROTTLED))));
    assert_eq!(sent(403, &body), Err(DeliveryError::Misconfigured { why: "Aliyun Brand.New".to_owned() }));
}

#[test]
fn of_a_hostile_answer_nothing_is_repeated() {
    let long = "a".repeat(65);
    for code in ["", "isv.\u{1b}[2J", "13800138000 is your number", "isv-X", "<script>", "isv.阿里", &long]
    {
        let why = "Aliyun gave an unreadable answer with HTTP 200";
        assert_eq!(refused(code), later(why, None), "{code:?}");
    }
    let html = read_answer(503, b"<html>Bad Gateway</html>").unwrap_err();
    assert_eq!(html, later("Aliyun gave an unreadable answer with HTTP 503", None));
    assert_eq!(
        read_answer(429, b"").unwrap_err(),
        later("Aliyun gave an unreadable answer with HTTP 429", Some(THROTTLED))
    );
    assert!(read_answer(200, "[".repeat(60_000).as_bytes()).is_err());
}

#[test]
fn no_code_is_listed_twice_and_each_could_be_repeated() {
    for (place, (code, _)) in CODES.iter().enumerate() {
        assert!(looks_like_a_code(code), "{code}");
        assert!(CODES.iter().skip(place + 1).all(|(other, _)| other != code), "{code}");
    }
}

fn receipts(total: &Value, records: &[(&str, Value)]) -> Result<Receipts, DeliveryError> {
    let records: Vec<_> = records
        .iter()
        .map(|(out_id, status)| {
            json!({ "OutId": out_id, "SendStatus": status, "ErrCode": "X", "PhoneNum": "13800138000",
                    "Content": "【掌柜】123456", "SendDate": "2025-01-02 03:04:05", "TemplateCode": "SMS_1" })
        })
        .collect();
    let body = json!({ "Code": "OK", "Message": "OK", "RequestId": "1", "TotalCount": total,
                       "SmsSendDetailDTOs": { "SmsSendDetailDTO": records } });
    read_receipts(200, body.to_string().as_bytes(), "ours")
}

#[test]
fn a_message_is_found_by_its_id_unless_it_failed() {
    for (records, taken) in [
        (&[][..], false),
        (&[("other", json!(3))], false),
        (&[("ours", json!(1))], true),
        (&[("other", json!(2)), ("ours", json!(3))], true),
        (&[("ours", json!("3"))], true),
        (&[("ours", json!(2))], false),
        // It failed, was sent again, and that one waits.
        (&[("ours", json!(2)), ("ours", json!(1))], true),
        (&[("ours", json!(1)), ("ours", json!(2))], true),
    ] {
        let shown = u64::try_from(records.len()).unwrap();
        for total in [json!(shown), json!(shown.to_string()), Value::Null] {
            assert_eq!(receipts(&total, records), Ok(Receipts { taken, shown, total: shown }));
        }
    }
}

#[test]
fn a_full_page_without_a_count_may_have_a_next_one() {
    let records = vec![("other", json!(3)); 50];
    assert_eq!(receipts(&Value::Null, &records).map(|page| page.total), Ok(u64::MAX));
    assert_eq!(receipts(&json!("120"), &records).map(|page| page.total), Ok(120));
}

#[test]
fn a_list_that_cannot_be_read_is_not_an_empty_list() {
    for body in [
        json!({ "Code": "OK" }),
        json!({ "Code": "OK", "TotalCount": "many" }),
        json!({ "Code": "OK", "TotalCount": -1 }),
        json!({ "Code": "OK", "TotalCount": 1, "SmsSendDetailDTOs": [] }),
        json!({ "Code": "OK", "TotalCount": 1, "SmsSendDetailDTOs": "" }),
        json!({ "Code": "OK", "TotalCount": 1, "SmsSendDetailDTOs": { "SmsSendDetailDTO": {} } }),
        json!({ "Code": "OK", "TotalCount": 1, "SmsSendDetailDTOs": { "SmsSendDetailDTO": ["ours"] } }),
        json!({ "Code": "OK", "TotalCount": 1, "SmsSendDetailDTOs": { "SmsSendDetailDTO": [{ "OutId": "ours" }] } }),
        json!({ "Code": "OK", "TotalCount": 1,
                "SmsSendDetailDTOs": { "SmsSendDetailDTO": [{ "OutId": "ours", "SendStatus": "?" }] } }),
    ] {
        let read = read_receipts(200, body.to_string().as_bytes(), "ours");
        assert!(matches!(read, Err(DeliveryError::Later { .. })), "{body}");
    }
}

/// Any JSON, with the names that are looked for among the keys.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(OK|ours|isv\\.[A-Z_]{0,70}|.{0,20})".prop_map(Value::from),
    ];
    let key = "(Code|Message|TotalCount|SmsSendDetailDTOs|SmsSendDetailDTO|OutId|SendStatus|[a-z]{0,3})";
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(key, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Reads it both ways; what comes out may be shown to an operator.
fn reads_calmly(status: u16, body: &[u8]) {
    let both = [read_answer(status, body), read_receipts(status, body, "ours").map(drop)];
    for error in both.into_iter().filter_map(Result::err) {
        let why = error.to_string();
        assert!(why.starts_with("Aliyun ") && why.len() <= 80 && why.is_ascii(), "{why}");
        assert!(!why.contains(|c: char| c.is_ascii_control()), "{why}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(status: u16, body: Vec<u8>) {
        reads_calmly(status, &body);
    }

    #[test]
    fn any_json_is_read_without_a_panic(status in prop_oneof![Just(200), any::<u16>()], body in any_json()) {
        reads_calmly(status, body.to_string().as_bytes());
    }

    #[test]
    fn any_code_is_taken_over_whole_or_not_at_all(status: u16, code: String, message: String) {
        reads_calmly(status, json!({ "Code": code, "Message": message }).to_string().as_bytes());
    }
}
