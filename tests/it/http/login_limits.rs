//! S4: wrong passwords are counted for every name alike, on all instances, and parallel guesses gain nothing.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use super::{as_superuser, limited};
use crate::support::client::{Client, Person};
use crate::support::site::TestSite;

const WRONG: &str = "a wrong password";

fn outcome(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Ten wrong passwords a second apart, each with the captcha it needs.
async fn lock(site: &TestSite, name: &str) -> Vec<(u16, String)> {
    let mut client = site.client();
    let mut outcomes = Vec::new();
    for nth in 0..10 {
        site.clock.advance(TimeDelta::seconds(1));
        outcomes.push(if nth < 3 {
            client.try_login(name, WRONG).await.outcome()
        } else {
            client.try_login_with_captcha(name, WRONG).await.outcome()
        });
    }
    outcomes
}

/// Everything that can happen to a name whose password nobody knows.
async fn odyssey(site: &TestSite, name: &str) -> Vec<(u16, String)> {
    let mut client = site.client();
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        site.clock.advance(TimeDelta::seconds(1));
        outcomes.push(client.try_login(name, WRONG).await.outcome());
    }
    outcomes.push(client.try_login(name, WRONG).await.outcome());
    let (captcha_id, _) = client.captcha().await;
    let unsolved = json!({"username": name, "password": WRONG, "captcha_id": captcha_id,
                          "captcha_answer": "????"});
    outcomes.push(client.post("/api/v1/login", &unsolved).await.outcome());
    for _ in 0..7 {
        site.clock.advance(TimeDelta::seconds(1));
        outcomes.push(client.try_login_with_captcha(name, WRONG).await.outcome());
    }
    for _ in 0..2 {
        site.clock.advance(TimeDelta::seconds(1));
        let refused = client.try_login_with_captcha(name, WRONG).await;
        outcomes.push((refused.header("retry-after").parse().unwrap(), refused.outcome().1));
    }
    site.clock.advance(TimeDelta::minutes(16));
    outcomes.push(client.try_login(name, WRONG).await.outcome());
    outcomes.push(client.try_login_with_captcha(name, WRONG).await.outcome());
    outcomes
}

#[tokio::test]
async fn names_of_nobody_are_answered_like_accounts_all_the_way() {
    let site = TestSite::start().await;
    let person = Person::new();
    site.client().register(&person).await;
    let known = odyssey(&site, &person.username).await;
    let wrong = outcome(401, "invalid_credentials");
    let mut expected = vec![wrong.clone(); 3];
    expected.extend([outcome(403, "captcha_required"), outcome(400, "captcha_failed")]);
    expected.extend(vec![wrong.clone(); 7]);
    // The first attempt was ten, then eleven seconds before: it leaves the window after 15 minutes.
    expected.extend([outcome(890, "too_many_attempts"), outcome(889, "too_many_attempts")]);
    expected.extend([outcome(403, "captcha_required"), wrong]);
    assert_eq!(known, expected);
    for nobody in ["nobody_here", "nobody@example.com", "+8613999999999", "no name at all", "a\0b"] {
        assert_eq!(odyssey(&site, nobody).await, known, "{nobody}");
    }
}

#[tokio::test]
async fn a_right_password_with_its_captcha_clears_the_count() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person::new();
    client.register(&person).await;
    for _ in 0..2 {
        for _ in 0..3 {
            assert_eq!(client.try_login(&person.username, WRONG).await.status, 401);
        }
        let without = client.try_login(&person.username, &person.password).await;
        assert_eq!(without.outcome(), outcome(403, "captcha_required"));
        assert_eq!(client.try_login_with_captcha(&person.username, &person.password).await.status, 200);
    }
    assert_eq!(client.try_login(&person.username, &person.password).await.status, 200);
}

#[tokio::test]
async fn a_captcha_serves_one_login() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person::new();
    client.register(&person).await;
    for _ in 0..3 {
        client.try_login(&person.username, WRONG).await;
    }
    let (captcha_id, captcha_answer) = client.captcha().await;
    let body = |password: &str| {
        json!({"username": person.username, "password": password, "captcha_id": captcha_id,
               "captcha_answer": captcha_answer})
    };
    assert_eq!(client.post("/api/v1/login", &body(WRONG)).await.status, 401);
    let again = client.post("/api/v1/login", &body(&person.password)).await;
    assert_eq!(again.outcome(), outcome(400, "captcha_failed"));
}

#[tokio::test]
async fn after_ten_wrong_ones_even_the_right_password_waits_for_the_window_to_pass() {
    let site = TestSite::start().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    assert!(lock(&site, &person.username).await.iter().all(|wrong| wrong.0 == 401));
    site.clock.advance(TimeDelta::seconds(1));
    let refused = client.try_login_with_captcha(&person.username, &person.password).await;
    assert_eq!(refused.outcome(), outcome(429, "too_many_attempts"));
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    site.clock.advance(TimeDelta::seconds(wait - 1));
    let early = client.try_login_with_captcha(&person.username, &person.password).await;
    assert_eq!((early.outcome(), early.header("retry-after")), (outcome(429, "too_many_attempts"), "1"));
    site.clock.advance(TimeDelta::seconds(1));
    assert_eq!(client.try_login_with_captcha(&person.username, &person.password).await.status, 200);
    assert_eq!(client.try_login(&person.username, WRONG).await.status, 401, "the count began anew");
}

#[tokio::test]
async fn an_accounts_three_names_share_one_count_over_all_instances() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let person = Person::new();
    site.client().register(&person).await;
    assert_eq!(site.client().try_login(&person.username, WRONG).await.status, 401);
    assert_eq!(other.client().try_login(&person.email, WRONG).await.status, 401);
    assert_eq!(site.client().try_login(&person.phone, WRONG).await.status, 401);
    for name in [&person.username, &person.email, &person.phone] {
        for site in [&site, &other] {
            assert_eq!(site.client().try_login(name, WRONG).await.outcome().1, "captcha_required");
        }
    }
    let somebody_else = Person::new();
    site.client().register(&somebody_else).await;
    site.client().login(&somebody_else).await;
}

/// Forty guesses at once over two instances; how many were looked at.
async fn guess(site: &TestSite, other: &TestSite, person: &Person) -> usize {
    let mut clients: Vec<(Client, String, String)> = Vec::new();
    for nth in 0..40 {
        let mut client = if nth % 2 == 0 { site.client() } else { other.client() };
        let (id, answer) = client.captcha().await;
        clients.push((client, id, answer));
    }
    let guesses = clients.into_iter().map(|(mut client, id, answer)| async move {
        let body = json!({"username": person.username, "password": WRONG, "captcha_id": id,
                          "captcha_answer": answer});
        client.post("/api/v1/login", &body).await.outcome()
    });
    let outcomes = join_all(guesses).await;
    let codes = ["invalid_credentials", "captcha_required", "too_many_attempts"];
    assert!(outcomes.iter().all(|(_, code)| codes.contains(&code.as_str())), "{outcomes:?}");
    outcomes.iter().filter(|(status, _)| *status == 401).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_are_looked_at_ten_times_in_all() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let person = Person::new();
    site.client().register(&person).await;
    let mut looked_at = 0;
    for _ in 0..3 {
        looked_at += guess(&site, &other, &person).await;
        site.clock.advance(TimeDelta::seconds(1));
    }
    assert!((3..=10).contains(&looked_at), "{looked_at} guesses were looked at");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_refused_guesses_does_not_open_the_lock() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let person = Person::new();
    site.client().register(&person).await;
    lock(&site, &person.username).await;
    for _ in 0..3 {
        site.clock.advance(TimeDelta::seconds(1));
        assert_eq!(guess(&site, &other, &person).await, 0);
    }
    site.clock.advance(TimeDelta::seconds(1));
    let refused = site.client().try_login_with_captcha(&person.username, &person.password).await;
    assert_eq!(refused.outcome(), outcome(429, "too_many_attempts"));
}

#[tokio::test]
async fn attempts_of_one_instant_are_taken_back_one_by_one() {
    let site = TestSite::start().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    // The clock stands still: all ten, and those that are refused after them, are of the same microsecond.
    for _ in 0..3 {
        assert_eq!(client.try_login(&person.username, WRONG).await.status, 401);
    }
    for _ in 0..7 {
        assert_eq!(client.try_login_with_captcha(&person.username, WRONG).await.status, 401);
    }
    for _ in 0..5 {
        let refused = client.try_login_with_captcha(&person.username, WRONG).await;
        assert_eq!(refused.outcome(), outcome(429, "too_many_attempts"));
    }
}

#[tokio::test]
async fn a_login_that_fails_for_our_own_reasons_is_not_counted_against_its_owner() {
    let site = TestSite::start().await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    as_superuser(&site, "REVOKE EXECUTE ON FUNCTION append_events FROM zhanggui_app").await;
    for _ in 0..3 {
        let failed = client.try_login(&person.username, &person.password).await;
        assert!(failed.status.is_server_error(), "{:?}", failed.outcome());
    }
    as_superuser(&site, "GRANT EXECUTE ON FUNCTION append_events TO zhanggui_app").await;
    assert_eq!(client.try_login(&person.username, &person.password).await.outcome(), outcome(200, ""));
}

#[tokio::test]
async fn an_address_that_logs_in_too_often_is_told_when_to_come_back() {
    let site = TestSite::with(limited()).await;
    let mut client = site.client();
    for nth in 0..200 {
        let answer = client.try_login(&format!("nobody{nth}"), WRONG).await;
        if answer.status == 429 {
            assert_eq!(answer.outcome().1, "too_many_requests");
            assert!((1..=60).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
            return;
        }
    }
    panic!("200 logins at once were answered");
}

#[tokio::test]
async fn counts_that_were_taken_back_are_swept_and_taking_back_twice_does_no_harm() {
    let site = TestSite::start().await;
    let (attempts, pool) = (&site.app.site.attempts, &site.app.site.writes);
    attempts.begin(pool, "somebody", site.app.site.ports.now(), false).await.unwrap();
    for _ in 0..2 {
        attempts.take_back(pool, "somebody").await.unwrap();
    }
    zhanggui::jobs::purge::run(&site.app.site).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM login_attempts").fetch_one(pool).await.unwrap();
    assert_eq!(left, 0);
}
