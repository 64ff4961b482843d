//! One call: what is in it, what is refused, and what each answer means.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;
use zhanggui::ports::{NoEntropy, Ports, Rng};
use zhanggui::reactors::ports::{TextMessage, Texter as _};

use super::{Aliyun, ID, PHONE, client, message, now, why};
use crate::support::clock::ManualClock;

#[tokio::test]
async fn a_message_arrives_with_everything_in_it_and_is_accepted() {
    let aliyun = Aliyun::new(json!({})).await;
    assert_eq!(aliyun.send(None).await, Ok(()));
    let asked = aliyun.asked().await;
    let expected = json!({
        "PhoneNumbers": PHONE, "SignName": "阿里云短信测试专用", "TemplateCode": "SMS_71390007",
        "TemplateParam": r#"{"code":"012345"}"#, "OutId": ID.to_string(),
    });
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["query"], expected);
    assert_eq!(asked[0]["headers"]["content-length"], "0");
}

#[tokio::test]
async fn a_wrong_secret_a_wrong_clock_and_a_used_nonce_are_found_out() {
    let wrong = Aliyun::with(json!({}), Ports::system(), "wrong").await;
    let code = |code: &str| format!("Aliyun {code}");
    assert_eq!(why(wrong.send(None).await), ("misconfigured", code("SignatureDoesNotMatch"), None));

    for minutes in [16, -16] {
        let clock = ManualClock::new();
        clock.advance(TimeDelta::minutes(minutes));
        let skewed = Aliyun::with(json!({}), clock.ports(), "testSecret").await;
        assert_eq!(why(skewed.send(None).await), ("misconfigured", code("InvalidTimeStamp.Expired"), None));
    }

    let stuck = Ports { rng: Arc::new(Stuck), ..Ports::system() };
    let stuck = Aliyun::with(json!({}), stuck, "testSecret").await;
    assert_eq!(stuck.send(None).await, Ok(()));
    assert_eq!(why(stuck.send(None).await), ("later", code("SignatureNonceUsed"), None));
}

/// Chance that always says the same.
#[derive(Debug)]
struct Stuck;

impl Rng for Stuck {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        bytes.fill(7);
        Ok(())
    }
}

#[tokio::test]
async fn a_number_that_would_reach_somebody_else_is_not_even_asked_about() {
    let aliyun = Aliyun::new(json!({})).await;
    for tried_at in [None, Some(now())] {
        // Without its +, an American number is a Chinese one.
        let american = TextMessage { to: "+13012345678".to_owned(), ..message(tried_at) };
        let refused = why(aliyun.sms.send(&american).await);
        assert_eq!(refused, ("refused", "Aliyun cannot reach such a number".to_owned(), None));
    }
    assert_eq!(aliyun.operations().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_tried_later() {
    let sms = client("http://127.0.0.1:1", "testSecret", Ports::system());
    let unreachable = why(sms.send(&message(None)).await);
    assert_eq!(unreachable, ("later", "Aliyun cannot be reached".to_owned(), None));
}

#[tokio::test]
async fn refusals_and_broken_answers_mean_what_they_should_and_are_not_tried_again() {
    let code = |code: &str| json!({ "code": code });
    let turns = [
        (code("isv.OUT_OF_SERVICE"), ("misconfigured", "Aliyun isv.OUT_OF_SERVICE", None)),
        (code("isv.MOBILE_NUMBER_ILLEGAL"), ("refused", "Aliyun isv.MOBILE_NUMBER_ILLEGAL", None)),
        (code("isp.SYSTEM_ERROR"), ("later", "Aliyun isp.SYSTEM_ERROR", None)),
        (
            json!({ "code": "isv.BUSINESS_LIMIT_CONTROL", "message": "触发小时级流控Permits:5" }),
            ("later", "Aliyun isv.BUSINESS_LIMIT_CONTROL", Some(3_600)),
        ),
        (json!({ "code": "Throttling.User", "status": 429 }), ("later", "Aliyun Throttling.User", Some(10))),
        (
            json!({ "raw": "<html>13800138000</html>" }),
            ("later", "Aliyun gave an unreadable answer with HTTP 200", None),
        ),
        (
            json!({ "raw": "", "status": 500 }),
            ("later", "Aliyun gave an unreadable answer with HTTP 500", None),
        ),
        (json!({ "bytes": 10_000_000 }), ("later", "Aliyun gave an answer without end", Some(10))),
        (json!({ "do": "hang up" }), ("later", "the connection to Aliyun broke", Some(10))),
        (
            json!({ "redirect": "http://127.0.0.1:1/" }),
            ("later", "Aliyun gave an unreadable answer with HTTP 307", None),
        ),
    ];
    let script: Vec<_> = turns.iter().map(|(turn, _)| turn).collect();
    let aliyun = Aliyun::new(json!({ "send": script })).await;
    for (turn, (kind, words, after)) in &turns {
        assert_eq!(why(aliyun.send(None).await), (*kind, (*words).to_owned(), *after), "{turn}");
        assert_eq!(aliyun.operations().await, ["SendSms"], "{turn}");
    }
    assert_eq!(aliyun.send(None).await, Ok(()));
}
