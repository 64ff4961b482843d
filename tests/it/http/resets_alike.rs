//! S13: nothing that can be seen of a reset from outside tells whether there is such an account.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use zhanggui::ports::Clock;

use super::password_resets::{NEW, begin, confirm, fifty, request};
use super::verifications::Sent;
use super::{assert_later, events};
use crate::support::client::{Answer, Person};
use crate::support::clock::ManualClock;
use crate::support::site::TestSite;

/// All of an answer that may not tell known from unknown: status, headers and body, without values that
/// always differ.
fn shape(answer: &Answer) -> (u16, Vec<String>, Value) {
    let mut headers: Vec<_> =
        answer.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.retain(|line| !line.starts_with("x-request-id"));
    let mut body = answer.json();
    if answer.status == 202 {
        for (name, length) in [("reset_id", 36), ("code", 6)] {
            assert_eq!(body[name].as_str().unwrap().len(), length);
            body[name] = json!("differs");
        }
    }
    (answer.status.as_u16(), headers, body)
}

/// Everything that can be asked about a name whose code nobody reads, at moments of the clock.
async fn odyssey(site: &TestSite, name: &str, channel: &str) -> Vec<(u16, Vec<String>, Value)> {
    let mut client = site.client();
    let mut seen = Vec::new();
    let first = request(&mut client, name, channel).await;
    seen.push(shape(&first));
    let first = Sent::from(&first, "reset_id");
    site.clock.advance(TimeDelta::seconds(59));
    seen.push(shape(&request(&mut client, name, channel).await));
    site.clock.advance(TimeDelta::seconds(1));
    let second = Sent::from(&request(&mut client, name, channel).await, "reset_id");
    for nth in 0..7 {
        // Of the second the code that was sent is never typed, of the first no code counts any more.
        for (sent, code) in [(&first, &first.code), (&second, &second.wrong(nth))] {
            seen.push(shape(&confirm(&mut client, &sent.id, code, NEW).await));
        }
    }
    for (code, password) in [("12345", NEW), (&*second.wrong(0), "short"), ("", "")] {
        seen.push(shape(&confirm(&mut client, &second.id, code, password).await));
    }
    for nth in 0..8 {
        site.clock.advance(TimeDelta::seconds(60));
        let answer = request(&mut client, name, channel).await;
        assert_eq!(answer.status, 202, "{nth}");
        seen.push(shape(&answer));
    }
    site.clock.advance(TimeDelta::seconds(60));
    seen.push(shape(&request(&mut client, name, channel).await));
    for sent in [&first, &second] {
        seen.push(shape(&confirm(&mut client, &sent.id, &sent.wrong(0), NEW).await));
    }
    site.clock.advance(TimeDelta::hours(24));
    seen.push(shape(&request(&mut client, name, channel).await));
    seen
}

/// A site at this time of its clock where one person is registered.
async fn site_of_one(now: DateTime<Utc>) -> TestSite {
    let site = TestSite::start().await;
    site.clock.advance(now - site.clock.now());
    let person = Person {
        username: "Shopkeeper".to_owned(),
        email: "shop@example.com".to_owned(),
        phone: "+8613800138000".to_owned(),
        ..Person::new()
    };
    site.client().register(&person).await;
    site
}

#[tokio::test]
async fn a_name_that_belongs_to_nobody_is_answered_like_one_that_belongs_to_somebody() {
    let now = ManualClock::new().now();
    // The time at which each is answered is the same, too: all of them wait at once.
    let pairs = [
        ("Shopkeeper", "Nobody-here", "email"),
        ("shop@example.com", "nobody@example.com", "sms"),
        ("+8613800138000", "+8613900139000", "email"),
    ];
    let pairs = pairs.map(|(known, unknown, channel)| async move {
        let (one, other) = (site_of_one(now).await, site_of_one(now).await);
        let seen = join(odyssey(&one, known, channel), odyssey(&other, unknown, channel)).await;
        assert_eq!(events(&one, "account.verification_requested").await, 11);
        assert_eq!(events(&one, "account.password_reset").await, 0);
        seen
    });
    for (known, unknown) in join_all(pairs).await {
        let statuses: Vec<_> = known.iter().map(|(status, ..)| *status).collect();
        for (nth, (known, unknown)) in known.iter().zip(&unknown).enumerate() {
            assert_eq!(known, unknown, "answer {nth} of {statuses:?}");
        }
        assert_eq!(known.len(), unknown.len());
        assert_eq!(statuses[..2], [202, 429]);
        assert_eq!(statuses[2..12], [400; 10], "two resets, five tries each");
        assert_eq!(statuses[12..19], [429, 429, 429, 429, 422, 422, 422]);
        assert_eq!(statuses[19..27], [202; 8]);
        assert_eq!(statuses[27..], [429, 410, 429, 202], "ten a day; of the first reset the time is over");
    }
}

#[tokio::test]
async fn two_names_of_one_account_look_like_two_unknown_ones() {
    let site = TestSite::start().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    let mut seen = Vec::new();
    for names in
        [[&person.username, &person.email], [&"nobody_1".to_owned(), &"nobody@example.com".to_owned()]]
    {
        let mut shapes = Vec::new();
        for name in names {
            let answer = request(&mut client, name, "email").await;
            let sent = Sent::from(&answer, "reset_id");
            shapes.push(shape(&answer));
            shapes.push(shape(&request(&mut client, name, "email").await));
            shapes.push(shape(&confirm(&mut client, &sent.id, &sent.wrong(0), NEW).await));
        }
        seen.push(shapes);
    }
    assert_eq!(seen[0], seen[1]);
    site.react().await;
    let messages = site.app.site.outbox.as_ref().unwrap().messages();
    assert_eq!(messages.len(), 1, "the account was sent one code, as its own limit says");
}

#[tokio::test]
async fn what_can_be_no_name_is_answered_like_a_name_of_nobody() {
    let site = TestSite::start().await;
    let long = "x".repeat(100_000);
    let names = ["\0", "\u{202e}a\u{0}b", "@", "+86", "' OR 1=1 --", " ", &long];
    let answers = join_all(names.map(|name| {
        let mut client = site.client();
        async move {
            let answer = request(&mut client, name, "email").await;
            let sent = Sent::from(&answer, "reset_id");
            (shape(&answer), shape(&confirm(&mut client, &sent.id, &sent.code, NEW).await))
        }
    }))
    .await;
    for (name, seen) in names.iter().zip(&answers) {
        assert_eq!(seen, &answers[0], "{name:?}");
    }
    assert_eq!((answers[0].0.0, answers[0].1.0), (202, 400), "and what is disclosed opens nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_guesses_at_once_five_are_compared_and_a_name_of_nobody_looks_the_same() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    let known = begin(&mut client, &person.username, "email").await;
    let unknown = begin(&mut client, "nobody_here", "email").await;
    let mut told = Vec::new();
    for sent in [&known, &unknown] {
        told.push(fifty([&site, &other], &sent.id, |nth| sent.wrong(nth)).await);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].iter().filter(|(status, ..)| *status == 400).count(), 5);
    assert_eq!(events(&site, "account.verification_failed").await, 5);
    let refused = confirm(&mut client, &known.id, &known.code, NEW).await;
    assert_later(&refused, "too_many_attempts", 1..=600);
}
