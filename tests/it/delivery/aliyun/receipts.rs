//! A message that was tried before is asked for, and sent again only when it is known not to be there.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Aliyun, ID, PHONE, now, why};

fn receipt(day: &str, out_id: &str) -> Value {
    json!({ "PhoneNum": PHONE, "SendDate": day, "OutId": out_id, "SendStatus": 3 })
}

#[tokio::test]
async fn after_a_time_out_the_receipt_is_asked_and_nothing_is_sent_twice() {
    let aliyun = Aliyun::new(json!({ "send": [{ "do": "stall" }] })).await;
    let (tried_at, began) = (now(), Instant::now());
    let (kind, words, _) = why(aliyun.send(None).await);
    assert_eq!((kind, words.as_str()), ("later", "Aliyun did not answer in time"));
    assert!(began.elapsed() < Duration::from_secs(12));
    assert_eq!(aliyun.operations().await, ["SendSms"]);

    assert_eq!(aliyun.send(Some(tried_at)).await, Ok(()));
    // Around midnight in China it may be on either of two days.
    let operations = aliyun.operations().await;
    assert!(matches!(operations.len(), 1 | 2), "{operations:?}");
    assert!(operations.iter().all(|action| action == "QuerySendDetails"), "{operations:?}");
}

#[tokio::test]
async fn questions_that_are_answered_slowly_do_not_take_longer_than_a_task_is_its_reactors() {
    let began = Instant::now();
    let today = (now() + TimeDelta::hours(8)).format("%Y%m%d").to_string();
    let records: Vec<_> = (0..300).map(|n| receipt(&today, &n.to_string())).collect();
    let slow = vec![json!({ "pause": 4 }); 5];
    let aliyun = Aliyun::new(json!({ "query": slow, "records": records })).await;
    let (kind, words, _) = why(aliyun.send(Some(now())).await);
    assert_eq!((kind, words.as_str()), ("later", "Aliyun did not answer in time"));
    let took = began.elapsed();
    assert!(took > Duration::from_secs(11) && took < Duration::from_secs(18), "{took:?}");
    assert!(aliyun.operations().await.iter().all(|action| action == "QuerySendDetails"));
}

#[tokio::test]
async fn what_failed_at_the_carrier_or_never_came_is_sent_again() {
    for script in [json!({ "send": [{ "do": "hang up" }], "send_status": 2 }), json!({ "send_status": 3 })] {
        let failed = script["send_status"] == 2;
        let aliyun = Aliyun::new(script).await;
        let tried_at = now();
        if failed {
            aliyun.send(None).await.expect_err("no answer");
        }
        assert_eq!(aliyun.send(Some(tried_at)).await, Ok(()));
        let sends = aliyun.operations().await.iter().filter(|action| *action == "SendSms").count();
        assert_eq!(sends, if failed { 2 } else { 1 });
    }
}

#[tokio::test]
async fn without_an_answer_about_the_receipt_nothing_is_sent() {
    let query = json!([
        { "raw": "?" },
        { "code": "isv.INVALID_PARAMETERS" },
        { "code": "isp.RAM_PERMISSION_DENY" },
        { "raw": r#"{"Code":"OK","TotalCount":3,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}"# },
    ]);
    let aliyun = Aliyun::new(json!({ "query": query })).await;
    for (kind, words) in [
        ("later", "Aliyun gave an unreadable answer with HTTP 200"),
        ("later", "Aliyun isv.INVALID_PARAMETERS"),
        ("misconfigured", "Aliyun isp.RAM_PERMISSION_DENY"),
        ("later", "Aliyun gave no complete list of receipts"),
    ] {
        assert_eq!(why(aliyun.send(Some(now())).await), (kind, words.to_owned(), None));
    }
    assert!(aliyun.operations().await.iter().all(|action| action == "QuerySendDetails"));
}

#[tokio::test]
async fn a_receipt_is_found_among_many_and_on_the_day_after_midnight_in_china() {
    // Ten minutes before midnight in China, of the day that the tests' clock shows there.
    let today = (now() + TimeDelta::hours(8)).date_naive();
    let tried_at = today.and_hms_opt(15, 50, 0).unwrap().and_utc();
    let days = [today, today.succ_opt().unwrap()].map(|day| day.format("%Y%m%d").to_string());
    let mut records: Vec<_> = (0..120).map(|n| receipt(&days[0], &n.to_string())).collect();
    records.extend((0..60).map(|n| receipt(&days[1], &n.to_string())));
    records.push(receipt(&days[1], &ID.to_string()));
    let aliyun = Aliyun::new(json!({ "records": records })).await;
    assert_eq!(aliyun.send(Some(tried_at)).await, Ok(()));
    let lines = aliyun.asked().await;
    let pages: Vec<_> = lines
        .iter()
        .filter(|line| days.iter().any(|day| line["query"]["SendDate"] == *day))
        .map(|line| line["query"]["CurrentPage"].as_str().unwrap())
        .collect();
    assert_eq!(pages, ["1", "2", "3", "1", "2"]);
    assert!(lines.iter().all(|line| line["action"] == "QuerySendDetails"));
}
