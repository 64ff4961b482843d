//! A code's key, and the snapshot that may hold the code: gone once it was used, replaced, tried out or is old.

use chrono::TimeDelta;
use uuid::Uuid;
use zhanggui::account::AccountError;
use zhanggui::jobs::purge;

use super::{
    SLOT, as_others_load_it, codes_in_the_log, confirm, execute, picture, request, slots, snapshot,
    until_snapshot, with_a_code_in_a_snapshot,
};
use crate::eventstore::append::check_log;
use crate::support::site::TestSite;

#[tokio::test]
async fn of_a_code_that_was_used_replaced_or_tried_out_nothing_is_left() {
    let site = TestSite::start().await;
    for (ending, slots_after, codes_after) in [
        ("used", vec!["password", "person"], vec![None]),
        ("tried out", vec!["password", "person"], vec![None]),
        ("replaced", vec![SLOT, "password", "person"], vec![None, Some("123456".to_owned())]),
    ] {
        let (id, _) = with_a_code_in_a_snapshot(&site).await;
        match ending {
            "used" => execute(&site, &id, confirm(&site, "123456")).await.unwrap(),
            "replaced" => {
                site.clock.advance(TimeDelta::minutes(1));
                execute(&site, &id, request(&site, Uuid::from_u128(8))).await.unwrap();
            }
            _ => {
                for nth in 1..=5 {
                    assert_eq!(slots(&site, &id).await.len(), 3, "before try {nth}");
                    execute(&site, &id, confirm(&site, "654321")).await.unwrap();
                }
                let refused = execute(&site, &id, confirm(&site, "123456")).await;
                assert!(matches!(refused, Err(AccountError::TooManyTries { .. })), "{refused:?}");
            }
        }
        assert_eq!(slots(&site, &id).await, slots_after, "{ending}");
        assert_eq!(snapshot(&site, &id).await, None, "{ending}");
        assert_eq!(codes_in_the_log(&site, &id).await, codes_after, "{ending}");
        let is_known = as_others_load_it(&site, &id).await.contains("123456");
        assert_eq!(is_known, ending == "replaced", "{ending}");
    }
    check_log(&site.app.log).await;
}

#[tokio::test]
async fn of_a_code_that_nobody_used_nothing_is_left_once_it_is_old() {
    let site = TestSite::start().await;
    let (id, _) = with_a_code_in_a_snapshot(&site).await;
    // An instance whose clock is a minute behind still takes it.
    site.clock.advance(TimeDelta::minutes(11));
    purge::run(&site.app.site).await.unwrap();
    assert_eq!(slots(&site, &id).await, [SLOT, "password", "person"]);
    site.clock.advance(TimeDelta::milliseconds(1));
    purge::run(&site.app.site).await.unwrap();
    assert_eq!(slots(&site, &id).await, ["password", "person"]);
    assert_eq!(snapshot(&site, &id).await, None);
    assert_eq!(codes_in_the_log(&site, &id).await, [None]);
    assert!(!as_others_load_it(&site, &id).await.contains("123456"));
    assert_eq!(execute(&site, &id, confirm(&site, "123456")).await, Err(AccountError::CodeExpired));
}

#[tokio::test]
async fn a_code_past_its_time_does_not_come_back_with_a_later_snapshot() {
    let site = TestSite::start().await;
    let (id, _) = with_a_code_in_a_snapshot(&site).await;
    site.clock.advance(TimeDelta::minutes(12));
    purge::run(&site.app.site).await.unwrap();
    assert_eq!((slots(&site, &id).await.len(), snapshot(&site, &id).await), (2, None));
    // The instance that made the code remembers the account, and writes the next snapshot from memory.
    for nth in 100..200 {
        execute(&site, &id, picture(&format!("p/{nth}"))).await.unwrap();
    }
    until_snapshot(&site, &id, 200).await;
    assert!(!as_others_load_it(&site, &id).await.contains("123456"), "a code outlives its key");
}
