//! Codes that are guessed, and asked for, at the same moment on several instances.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::json;

use super::verifications::{ask, confirm, sent, verified};
use super::{assert_later, events, limited};
use crate::support::client::Client;
use crate::support::site::TestSite;

/// How often each outcome came of fifty codes that are typed at the same moment on these instances.
async fn fifty(
    sites: &[&TestSite],
    client: &Client,
    id: &str,
    code: impl Fn(u32) -> String,
) -> BTreeMap<u16, u32> {
    let answers = (0..50_u32).map(|nth| {
        let mut browser = sites[nth as usize % sites.len()].client();
        browser.cookies = client.cookies.clone();
        let code = code(nth);
        async move { confirm(&mut browser, id, &code).await.status.as_u16() }
    });
    let mut outcomes = BTreeMap::new();
    for status in join_all(answers).await {
        *outcomes.entry(status).or_default() += 1;
    }
    outcomes
}

async fn of_fifty_wrong_guesses_five_are_compared(sites: &[&TestSite]) {
    let (mut client, _) = sites[0].client().logged_in().await;
    let sent = sent(&mut client, "email", "verify_contact").await;
    let outcomes = fifty(sites, &client, &sent.id, |nth| sent.wrong(nth)).await;
    // 409 is told to a guess that lost every race: it was not compared.
    assert!(outcomes.keys().all(|status| [400, 409, 429].contains(status)), "{outcomes:?}");
    let compared = events(sites[0], "account.verification_failed").await;
    assert_eq!(i64::from(outcomes.get(&400).copied().unwrap_or(0)), compared, "{outcomes:?}");
    assert!((1..=5).contains(&compared), "{compared} guesses were compared");
    for nth in 0..5 {
        confirm(&mut client, &sent.id, &sent.wrong(50 + nth)).await;
    }
    assert_eq!(events(sites[0], "account.verification_failed").await, 5);
    for site in sites {
        let mut browser = site.client();
        browser.cookies = client.cookies.clone();
        assert_later(&confirm(&mut browser, &sent.id, &sent.code).await, "too_many_attempts", 1..=600);
    }
    assert_eq!(verified(&mut client).await, (json!(false), json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_wrong_guesses_at_once_no_more_than_five_are_compared() {
    let site = TestSite::start().await;
    of_fifty_wrong_guesses_five_are_compared(&[&site]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_wrong_guesses_at_once_on_two_instances_no_more_than_five_are_compared() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    of_fifty_wrong_guesses_five_are_compared(&[&site, &other]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_right_codes_at_once_on_two_instances_one_verifies() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (mut client, _) = site.client().logged_in().await;
    let sent = sent(&mut client, "email", "verify_contact").await;
    let outcomes = fifty(&[&site, &other], &client, &sent.id, |_| sent.code.clone()).await;
    assert_eq!(outcomes.get(&200), Some(&1), "{outcomes:?}");
    assert!(outcomes.keys().all(|status| [200, 409, 410].contains(status)), "{outcomes:?}");
    assert_eq!(events(&site, "account.contact_verified").await, 1);
    assert_eq!(verified(&mut client).await, (json!(true), json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_requests_at_once_on_two_instances_one_sends_a_code() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (client, _) = site.client().logged_in().await;
    let answers = (0..20).map(|nth| {
        let mut browser = if nth % 2 == 0 { site.client() } else { other.client() };
        browser.cookies = client.cookies.clone();
        async move { ask(&mut browser, "sms", "verify_contact").await.status.as_u16() }
    });
    let statuses = join_all(answers).await;
    assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [202, 409, 429].contains(status)), "{statuses:?}");
    for site in [&site, &other, &site] {
        site.react().await;
    }
    let texts = [&site, &other].map(|site| site.app.site.outbox.as_ref().unwrap().messages().len());
    assert_eq!(texts.iter().sum::<usize>(), 1);
}

#[tokio::test]
async fn one_address_may_ask_and_type_only_so_often() {
    let site = TestSite::with(limited()).await;
    let (mut client, _) = site.client().logged_in().await;
    let mut outcomes = Vec::new();
    for _ in 0..22 {
        outcomes.push(ask(&mut client, "email", "verify_contact").await.outcome().1);
    }
    assert_eq!(outcomes[0], "");
    assert_eq!(outcomes[1], "resend_too_soon");
    assert_eq!(outcomes.last().unwrap(), "too_many_requests");
    let mut last = String::new();
    for _ in 0..32 {
        last = confirm(&mut client, "01890000-0000-7000-8000-000000000000", "123456").await.outcome().1;
    }
    assert_eq!(last, "too_many_requests");
}
