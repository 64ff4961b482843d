//! S13: time does not tell who has an account.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use zhanggui::http::even::MOMENT;

use super::password_resets::{NEW, confirm, request};
use crate::support::client::Person;
use crate::support::site::TestSite;

/// How many of each kind are measured.
const ROUNDS: usize = 60;
/// How many are asked at the same time: they wait most of it, and do not get in each other's way.
const AT_ONCE: usize = 4;

/// The middle one; what else the machine does moves some of the others.
fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}

/// The medians of the two kinds differ by less than a fiftieth of the moment, and nothing is answered before it.
fn assert_even(what: &str, known: &[Duration], unknown: &[Duration]) {
    let least = known.iter().chain(unknown).min().unwrap();
    assert!(*least >= MOMENT, "{what}: {least:?} is too early");
    let (known, unknown) = (median(known), median(unknown));
    assert!(known.abs_diff(unknown) < MOMENT / 50, "{what}: known {known:?}, unknown {unknown:?}");
    assert!(known.max(unknown) < MOMENT + MOMENT / 10, "{what}: known {known:?}, unknown {unknown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_names_are_answered_at_the_same_moment() {
    let site = TestSite::start().await;
    let mut names = Vec::new();
    for nth in 0..ROUNDS {
        let person = Person::new();
        site.client().register(&person).await;
        names.push((true, person.username));
        names.push((false, format!("nobody_{nth}")));
    }
    let (mut asked, mut typed) = ([const { Vec::new() }; 2], [const { Vec::new() }; 2]);
    for batch in names.chunks(2 * AT_ONCE) {
        let visits = batch.iter().map(|(known, name)| {
            let mut client = site.client();
            async move {
                // Solving the captcha is not part of what is measured.
                let (captcha_id, captcha_answer) = client.captcha().await;
                let body = serde_json::json!({"identifier": name, "channel": "email", "captcha_id": captcha_id,
                                              "captcha_answer": captcha_answer});
                let begun = Instant::now();
                let answer = client.post("/api/v1/password-resets", &body).await;
                let asked = begun.elapsed();
                assert_eq!(answer.status, 202);
                let id = answer.json()["reset_id"].as_str().unwrap().to_owned();
                let code: u32 = answer.json()["code"].as_str().unwrap().parse().unwrap();
                let wrong = format!("{:06}", (code + 1) % 1_000_000);
                let begun = Instant::now();
                let answer = confirm(&mut client, &id, &wrong, NEW).await;
                let typed = begun.elapsed();
                assert_eq!(answer.outcome().1, "wrong_code");
                (usize::from(!*known), asked, typed)
            }
        });
        for (kind, one_asked, one_typed) in join_all(visits).await {
            asked[kind].push(one_asked);
            typed[kind].push(one_typed);
        }
    }
    assert_eq!((asked[0].len(), asked[1].len()), (ROUNDS, ROUNDS));
    assert_even("asking", &asked[0], &asked[1]);
    assert_even("typing", &typed[0], &typed[1]);
}

#[tokio::test]
async fn what_is_refused_by_the_limits_of_a_name_is_not_answered_earlier_either() {
    let site = TestSite::start().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    for name in [person.username.as_str(), "nobody_here"] {
        assert_eq!(request(&mut client, name, "email").await.status, 202);
        let begun = Instant::now();
        let answer = request(&mut client, name, "email").await;
        assert!(begun.elapsed() >= MOMENT);
        assert_eq!(answer.outcome().1, "resend_too_soon");
    }
}
