//! The demonstration's year: the same for the same seed, a log like any other, and people one can be.

use std::sync::Arc;

use chrono::{DateTime, Datelike as _, Utc, Weekday};
use serde_json::json;
use zhanggui::account::Password;
use zhanggui::database::upcasters;
use zhanggui::demo::{DemoClock, PASSWORD, Plan, Stores, Written, write};
use zhanggui::eventstore::Store;
use zhanggui::eventstore::bulk::{Bulk, BulkError};
use zhanggui::eventstore::store::Log;
use zhanggui::merchant::links::TaobaoLink;
use zhanggui::ports::{Clock as _, Ports};
use zhanggui::projections::{daily_stats, product_funnel};

use super::{close, register, today};
use crate::eventstore::append::check_log;
use crate::projections::rebuild::rebuild_all;
use crate::support::site::TestSite;

async fn fill(site: &TestSite, seed: u64, until: DateTime<Utc>) -> Result<Written, BulkError> {
    let clock = DemoClock::default();
    let bulk = Bulk::begin(&site.database.owner_options()).await?;
    let ports = Ports { clock: Arc::new(clock.clone()), rng: Arc::clone(&site.app.site.ports.rng) };
    let log = Log { ports, ..site.app.log.clone() };
    let stores = Stores {
        accounts: Store::without_memory(log.clone(), upcasters()),
        shops: Store::without_memory(log.clone(), upcasters()),
        products: Store::without_memory(log.clone(), upcasters()),
        statistics: Store::without_memory(log, upcasters()),
    };
    let password_hash = site.app.site.hasher.hash(&Password::new(PASSWORD)).await.unwrap();
    let calendar = site.app.site.settings.calendar;
    let plan = Plan { seed, people: 120, days: 60, until, calendar, password_hash };
    let written = write(&plan, bulk, &stores, &clock).await?;
    rebuild_all(site).await;
    Ok(written)
}

/// How often somebody is active a second time on a day.
async fn twice(site: &TestSite) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) - count(DISTINCT (aggregate_id, payload->>'date')) FROM events WHERE event_type = 'account.active'",
    )
    .fetch_one(&site.app.log.pool)
    .await
    .unwrap()
}

/// What does not hold anything that is new each time.
async fn fingerprint(site: &TestSite) -> String {
    sqlx::query_scalar(
        "SELECT md5(string_agg(position || event_type || aggregate_id || recorded_at || \
             CASE WHEN event_type = 'account.registered' THEN payload->>'date' ELSE payload::text END, '|' ORDER BY position)) \
         FROM events",
    )
    .fetch_one(&site.app.log.pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn the_same_seed_makes_the_same_year_and_another_another() {
    let (one, other, third) = (TestSite::start().await, TestSite::start().await, TestSite::start().await);
    let until = one.clock.now();
    let written = fill(&one, 7, until).await.unwrap();
    assert_eq!(fill(&other, 7, until).await.unwrap(), written);
    fill(&third, 8, until).await.unwrap();
    let first = fingerprint(&one).await;
    assert_eq!(fingerprint(&other).await, first);
    assert_ne!(fingerprint(&third).await, first);
}

#[tokio::test]
async fn the_log_verifies_the_closed_days_are_right_and_people_can_log_in() {
    let site = TestSite::start().await;
    let written = fill(&site, 1, site.clock.now()).await.unwrap();
    assert_eq!(check_log(&site.app.log).await, written.events);
    assert_eq!(written.people, 120);
    // More than one batch of the writer, so that their order shows.
    assert!(written.events > 1_500 && written.stores > 3 && written.products > 20, "{written:?}");
    // Nothing to close and nothing to revise: every number equals a recount.
    let last = today(&site);
    let days = daily_stats::days(&site.app.site.reads, (last - chrono::Days::new(59), last)).await.unwrap();
    let closed = days.iter().filter(|day| day.revision == 1).count();
    let ran = close(&site).await;
    assert_eq!((closed + ran.closed.len(), ran.revised), (59, vec![]));
    assert_eq!(days.iter().map(|day| day.registrations).sum::<i64>(), 120);
    assert!(days.iter().all(|day| day.active_users <= day.weekly_active_users));
    assert!(days.iter().rev().take(30).map(|day| day.active_users).sum::<i64>() > 0);
    // Weekends are busier, as they are made to be.
    let mean = |of: &dyn Fn(Weekday) -> bool| {
        let known: Vec<i64> =
            days.iter().filter(|day| of(day.date.weekday())).map(|day| day.active_users).collect();
        f64::from(i32::try_from(known.iter().sum::<i64>()).unwrap())
            / f64::from(u32::try_from(known.len()).unwrap())
    };
    let (weekend, week) = (
        mean(&|day| matches!(day, Weekday::Sat | Weekday::Sun)),
        mean(&|day| !matches!(day, Weekday::Fri | Weekday::Sat | Weekday::Sun)),
    );
    assert!(weekend > 1.05 * week, "{weekend} at weekends, {week} on other days");
    assert_eq!(twice(&site).await, 0);

    let mut client = site.client();
    let login = json!({"username": "demo_analyst", "password": PASSWORD});
    assert_eq!(client.post("/api/v1/login", &login).await.status, 200);
    assert_eq!(client.get(super::DAILY).await.status, 200);
    let mut merchant = site.client();
    let login = json!({"username": "demo_merchant", "password": PASSWORD});
    assert_eq!(merchant.post("/api/v1/login", &login).await.status, 200);
    let products = merchant.get("/api/v1/store/products").await;
    assert_eq!(products.status, 200, "{}", products.text());
    for product in products.json()["products"].as_array().unwrap() {
        let link = product["taobao_url"].as_str().unwrap();
        assert_eq!(TaobaoLink::parse(link).unwrap().canonical(), link);
    }
    let calendar = site.app.site.settings.calendar;
    let bounds: Vec<_> = (0..=60).rev().map(|n| calendar.start(last - chrono::Days::new(n))).collect();
    let funnel = product_funnel::days(&site.app.site.reads, &bounds).await.unwrap();
    assert!(funnel[0].fetched > 10 && funnel[0].median_seconds_to_fetch.is_some(), "{:?}", funnel[0]);
    // A claim is held as if the product had been listed by hand.
    let again = json!({"username": "demo_admin", "email": "x@example.com", "phone": "13712345678"});
    let taken = site
        .client()
        .get(&format!("/api/v1/availability?username={}", again["username"].as_str().unwrap()))
        .await;
    assert_eq!(taken.json()["available"], false);
}

#[tokio::test]
async fn a_log_that_holds_anything_is_left_alone() {
    let site = TestSite::start().await;
    register(&site, 1).await;
    let refused = fill(&site, 1, site.clock.now()).await;
    assert!(matches!(refused, Err(BulkError::NotEmpty(1))), "{refused:?}");
}
