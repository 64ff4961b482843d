//! S9: the first request of a day is an event, once, whoever asks and however often.

use futures_util::future::join_all;
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection};
use zhanggui::calendar::after;

use super::{amount, end, move_to, register, shown, today};
use crate::support::client::{Client, Person};
use crate::support::site::TestSite;

const ACTIVE: &str = "account.active";

/// The dates on which an account was active, as its events say.
async fn dates(site: &TestSite) -> Vec<Value> {
    sqlx::query_scalar("SELECT payload->'date' FROM events WHERE event_type = $1 ORDER BY position")
        .bind(ACTIVE)
        .fetch_all(&site.app.log.pool)
        .await
        .unwrap()
}

async fn as_owner(site: &TestSite, sql: &str) {
    let mut connection = PgConnection::connect_with(&site.database.owner_options()).await.unwrap();
    connection.execute(sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_requests_at_once_on_two_instances_are_one_event() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (client, _) = site.client().logged_in().await;
    let there = Client { cookies: client.cookies.clone(), ..other.client() };
    let asks = (0..50).map(|nth| {
        let mut client = if nth % 2 == 0 { client.clone() } else { there.clone() };
        tokio::spawn(async move { client.get("/api/v1/me").await.status })
    });
    for status in join_all(asks).await {
        assert_eq!(status.unwrap(), 200);
    }
    shown(&site).await;
    shown(&other).await;
    assert_eq!(dates(&site).await, [today(&site).to_string()]);
    let actor: Option<String> =
        sqlx::query_scalar("SELECT metadata->>'actor_id' FROM events WHERE event_type = 'account.active'")
            .fetch_one(&site.app.log.pool)
            .await
            .unwrap();
    assert!(actor.is_some());
}

#[tokio::test]
async fn a_day_counts_once_and_the_next_one_from_its_first_instant_on() {
    let site = TestSite::start().await;
    let date = today(&site);
    move_to(&site, after(date, 1), -60);
    let (mut client, _) = site.client().logged_in().await;
    for _ in 0..3 {
        assert_eq!(client.get("/api/v1/me").await.status, 200);
        shown(&site).await;
    }
    // A new process remembers nobody; the account does.
    let restarted = site.another_instance().await;
    let mut there = Client { cookies: client.cookies.clone(), ..restarted.client() };
    there.get("/api/v1/me").await;
    shown(&restarted).await;
    assert_eq!(dates(&site).await, [date.to_string()]);
    site.clock.advance(end(&site, date) - zhanggui::ports::Clock::now(&site.clock));
    client.get("/api/v1/me").await;
    shown(&site).await;
    assert_eq!(dates(&site).await, [date.to_string(), after(date, 1).to_string()]);
}

#[tokio::test]
async fn only_who_is_logged_in_is_counted() {
    let site = TestSite::start().await;
    let (mut superseded, person) = site.client().logged_in().await;
    site.client().login(&person).await;
    assert_eq!(superseded.get("/api/v1/me").await.status, 401);
    site.client().get("/").await;
    site.client().get("/api/v1/me").await;
    site.client().register(&Person::new()).await;
    shown(&site).await;
    assert_eq!(amount(&site, ACTIVE).await, 0);
    // Also whoever is not allowed to see what was asked for was there.
    let mut client = site.client();
    client.login(&person).await;
    assert_eq!(client.get("/api/v1/admin/people").await.status, 403);
    shown(&site).await;
    assert_eq!(amount(&site, ACTIVE).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_waits_for_it_and_none_fails_by_it() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let mut connection = PgConnection::connect_with(&site.database.app_options()).await.unwrap();
    let mut busy = connection.begin().await.unwrap();
    busy.execute("SELECT FROM log_head FOR UPDATE").await.unwrap();
    // Nobody can append now; the answer comes all the same, before anything is recorded.
    assert_eq!(client.get("/api/v1/me").await.status, 200);
    assert_eq!(amount(&site, ACTIVE).await, 0);
    busy.rollback().await.unwrap();
    shown(&site).await;
    assert_eq!(amount(&site, ACTIVE).await, 1);
}

#[tokio::test]
async fn what_could_not_be_recorded_is_recorded_by_the_next_request() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    as_owner(&site, "REVOKE EXECUTE ON FUNCTION append_events FROM zhanggui_app").await;
    assert_eq!(client.get("/api/v1/me").await.status, 200);
    shown(&site).await;
    assert_eq!(amount(&site, ACTIVE).await, 0);
    as_owner(&site, "GRANT EXECUTE ON FUNCTION append_events TO zhanggui_app").await;
    assert_eq!(client.get("/api/v1/me").await.status, 200);
    shown(&site).await;
    assert_eq!(amount(&site, ACTIVE).await, 1);
}

#[tokio::test]
async fn an_orderly_stop_records_whoever_is_under_way() {
    let site = TestSite::start().await;
    let pool = sqlx::PgPool::connect_with(site.database.app_options()).await.unwrap();
    let (mut client, _) = site.client().logged_in().await;
    client.get("/api/v1/me").await;
    drop(client);
    site.app.stop().await;
    let recorded: i64 =
        sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = 'account.active'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(recorded, 1);
}

#[tokio::test]
async fn a_registration_says_its_local_day() {
    let site = TestSite::start().await;
    site.client().register(&Person::new()).await;
    register(&site, 1).await;
    let days: Vec<(String, String)> = sqlx::query_as(
        "SELECT payload->>'date', event_version FROM events WHERE event_type = 'account.registered'",
    )
    .fetch_all(&site.app.log.pool)
    .await
    .unwrap();
    assert_eq!(days, vec![(today(&site).to_string(), "2".to_owned()); 2]);
}
