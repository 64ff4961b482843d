//! Codes really delivered: by two instances once, by the one that is left, and past all that mail servers do.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use serde_json::json;
use sqlx::PgPool;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::carriers::{
    Aliyun, Arrived, Gate, Shopper, all_arrive, mail, mail_server, next_mail, serve, until_answered,
    until_nothing_is_left,
};
use super::server::{Folder, program_on, run};
use crate::support::client::Person;
use crate::support::cluster::{self, TestDatabase};

/// How long after a kill every code that was acknowledged has arrived.
const TAKEN_OVER: Duration = Duration::from_secs(30);
/// How long an orderly stop may take, whatever a mail server does.
const ORDERLY_STOP: Duration = Duration::from_secs(20);

async fn pool(database: &TestDatabase) -> PgPool {
    PgPool::connect_with(database.superuser_options()).await.unwrap()
}

async fn shoppers(number: usize, urls: [&str; 2]) -> Vec<Shopper> {
    join_all((0..number).map(|nth| Shopper::new(urls[nth % 2]))).await
}

/// Checks that no text message was sent twice, and no mail but as a repetition that its reader's server recognises.
fn check_repetitions(mails: &[Arrived], texts: &[Arrived]) {
    let sent: BTreeSet<_> = texts.iter().map(|text| &text.id).collect();
    assert_eq!(sent.len(), texts.len(), "a text message was sent twice: {texts:?}");
    let codes: BTreeSet<_> = mails.iter().map(|mail| &mail.code).collect();
    let sent: BTreeSet<_> = mails.iter().collect();
    assert_eq!(sent.len(), codes.len(), "a mail was sent twice under two ids: {mails:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_send_each_code_once() {
    let (database, folder) = (cluster::database().await, Folder::new("send-once"));
    let (mut post, mut sms) = (mail_server("accept").await, Aliyun::new(&json!([])).await);
    let (one, other) = tokio::join!(
        serve(&database, &folder.0, post.port(), Some(&sms)),
        serve(&database, &folder.0, post.port(), Some(&sms)),
    );
    let shoppers = shoppers(40, [&one.url, &other.url]).await;
    let asked = shoppers.iter().enumerate().map(async |(nth, shopper)| {
        let (first, second) = if nth % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let mail = shopper.ask(&first.url, "email").await.expect("acknowledged");
        [mail, shopper.ask(&second.url, "sms").await.expect("acknowledged")]
    });
    let codes = join_all(asked).await.concat();
    let mut mails = Vec::new();
    all_arrive(&codes, &mut post, &mut mails, &mut sms, Instant::now() + TAKEN_OVER).await;
    let pool = pool(&database).await;
    until_nothing_is_left(&pool).await;
    sms.look().await;
    mails.extend(post.said().await.iter().map(mail));
    assert_eq!((mails.len(), sms.texts.len()), (40, 40));
    check_repetitions(&mails, &sms.texts);
    let reported = "SELECT count(DISTINCT (payload->>'verification_id', metadata->>'causation_id')) FROM events \
                    WHERE event_type = 'account.verification_sent'";
    until_answered(&pool, reported, 80).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_instance_had_in_hand_is_sent_by_the_other_within_thirty_seconds() {
    let (database, folder) = (cluster::database().await, Folder::new("in-hand"));
    // Taken by the gateway, which then never answers: nobody knows whether it was sent.
    let mut sms = Aliyun::new(&json!([{"do": "stall"}, {"do": "stall"}])).await;
    let mut silent = mail_server("silent").await;
    let doomed = serve(&database, &folder.0, silent.port(), Some(&sms)).await;
    let shoppers = shoppers(8, [&doomed.url, &doomed.url]).await;
    let mut codes = Vec::new();
    // An instance has four hands: two hold mails and two hold text messages, the others wait.
    for (nth, shopper) in shoppers.iter().enumerate() {
        let channel = if nth % 2 == 0 { "email" } else { "sms" };
        codes.push(shopper.ask(&doomed.url, channel).await.expect("acknowledged"));
    }
    for _ in 0..2 {
        assert_eq!(silent.next().await["event"], "connected");
    }
    while sms.texts.len() < 2 {
        sms.look().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut post = mail_server("accept").await;
    let other = serve(&database, &folder.0, post.port(), Some(&sms)).await;
    spawn_blocking(|| doomed.kill()).await.unwrap();
    let killed = Instant::now();
    let mut mails = Vec::new();
    all_arrive(&codes, &mut post, &mut mails, &mut sms, killed + TAKEN_OVER).await;
    let pool = pool(&database).await;
    until_nothing_is_left(&pool).await;
    sms.look().await;
    mails.extend(post.said().await.iter().map(mail));
    assert_eq!((mails.len(), sms.texts.len()), (4, 4));
    check_repetitions(&mails, &sms.texts);
    drop(other);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_code_that_was_acknowledged_under_load_arrives_although_an_instance_is_killed() {
    let (database, folder) = (cluster::database().await, Folder::new("killed-under-load"));
    let (mut post, mut sms) = (mail_server("accept").await, Aliyun::new(&json!([])).await);
    let (doomed, other) = tokio::join!(
        serve(&database, &folder.0, post.port(), Some(&sms)),
        serve(&database, &folder.0, post.port(), Some(&sms)),
    );
    let shoppers = shoppers(40, [&doomed.url, &other.url]).await;
    let urls = [doomed.url.clone(), other.url.clone()];
    let asks = shoppers
        .iter()
        .enumerate()
        .map(|(nth, shopper)| shopper.ask(&urls[nth % 2], if nth % 4 < 2 { "email" } else { "sms" }));
    let mut asks = futures_util::stream::iter(asks).buffer_unordered(8);
    let (mut doomed, mut killed, mut codes) = (Some(doomed), Instant::now(), Vec::new());
    while let Some(asked) = asks.next().await {
        codes.extend(asked);
        if codes.len() >= 15
            && let Some(doomed) = doomed.take()
        {
            spawn_blocking(|| doomed.kill()).await.unwrap();
            killed = Instant::now();
        }
    }
    assert!(doomed.is_none() && (15..40).contains(&codes.len()), "{}", codes.len());
    let mut mails = Vec::new();
    all_arrive(&codes, &mut post, &mut mails, &mut sms, killed + TAKEN_OVER).await;
    let pool = pool(&database).await;
    until_nothing_is_left(&pool).await;
    sms.look().await;
    mails.extend(post.said().await.iter().map(mail));
    check_repetitions(&mails, &sms.texts);
    drop(other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_mail_waits_for_an_operator_and_mails_for_a_server_that_is_away() {
    let (database, folder) = (cluster::database().await, Folder::new("away"));
    let (gate, refusing) = (Gate::new().await, mail_server("refuse").await);
    let server = serve(&database, &folder.0, gate.port, None).await;
    let reactors = |arguments: &[&str]| {
        let output = run(program_on(&database, &folder.0).arg("reactors").args(arguments));
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let pool = pool(&database).await;
    gate.open_to(&refusing);
    let person = Person { email: format!("nobody-{}", Person::new().email), ..Person::new() };
    let unknown = Shopper::with(person, &server.url).await;
    let first = unknown.ask(&server.url, "email").await.expect("acknowledged");
    let parked = "SELECT count(*) FROM reactor_tasks WHERE state = 'parked'";
    until_answered(&pool, parked, 1).await;
    let told = reactors(&["list"]);
    let line = told.lines().find(|line| line.starts_with("mail_code ") && line.contains("parked since"));
    assert!(line.is_some_and(|line| line.ends_with("after 1 attempts: SMTP 550 5.1.1")), "{told}");
    assert!(!told.contains("nobody") && !told.contains(&first.digits), "{told}");

    gate.shut();
    let second = Shopper::new(&server.url).await.ask(&server.url, "email").await.expect("acknowledged");
    assert_eq!(reactors(&["retry", "--all"]), "set free: 1\n");
    let failed = "SELECT count(*) FROM reactor_tasks WHERE state = 'due' AND last_error NOT LIKE 'SMTP 550%'";
    until_answered(&pool, failed, 2).await;
    let told = reactors(&["list"]);
    let line = told.lines().find(|line| line.starts_with("mail_code")).unwrap();
    assert!(line.contains("retrying 2 ") && line.ends_with("parked 0"), "{told}");

    let mut post = mail_server("accept").await;
    gate.open_to(&post);
    let until = Instant::now() + TAKEN_OVER;
    let arrived = [next_mail(&mut post, until).await.code, next_mail(&mut post, until).await.code];
    assert_eq!(BTreeSet::from(arrived), BTreeSet::from([first, second]));
    until_nothing_is_left(&pool).await;
    assert_eq!(post.said().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_a_stalling_mail_server_and_the_next_start_sends_the_mail() {
    let (database, folder) = (cluster::database().await, Folder::new("stalling"));
    let mut post = mail_server("stall-once").await;
    let server = serve(&database, &folder.0, post.port(), None).await;
    let code = Shopper::new(&server.url).await.ask(&server.url, "email").await.expect("acknowledged");
    assert_eq!(post.next().await["event"], "stalled");
    let asked = Instant::now();
    let status = spawn_blocking(|| server.stop()).await.unwrap();
    assert!(asked.elapsed() < ORDERLY_STOP, "{:?}", asked.elapsed());
    assert_eq!(status, Some(0));
    let pool = pool(&database).await;
    until_answered(&pool, "SELECT count(*) FROM reactor_tasks WHERE state = 'due'", 1).await;
    let next = serve(&database, &folder.0, post.port(), None).await;
    assert_eq!(next_mail(&mut post, Instant::now() + TAKEN_OVER).await.code, code);
    until_nothing_is_left(&pool).await;
    assert_eq!(spawn_blocking(|| next.stop()).await.unwrap(), Some(0));
    assert_eq!(post.said().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_in_hand_when_the_server_is_asked_to_stop_is_sent_and_reported_first() {
    let (database, folder) = (cluster::database().await, Folder::new("finishing"));
    let mut sms = Aliyun::new(&json!([{"pause": 1.5}])).await;
    let server = serve(&database, &folder.0, Gate::new().await.port, Some(&sms)).await;
    let code = Shopper::new(&server.url).await.ask(&server.url, "sms").await.expect("acknowledged");
    let pool = pool(&database).await;
    until_answered(&pool, "SELECT count(*) FROM reactor_tasks WHERE lease_until IS NOT NULL", 1).await;
    assert_eq!(spawn_blocking(|| server.stop()).await.unwrap(), Some(0));
    sms.look().await;
    assert_eq!(sms.texts.iter().map(|text| &text.code).collect::<Vec<_>>(), [&code]);
    until_answered(&pool, "SELECT count(*) FROM reactor_tasks", 0).await;
    let reported = "SELECT count(*) FROM events WHERE event_type = 'account.verification_sent'";
    until_answered(&pool, reported, 1).await;
}
