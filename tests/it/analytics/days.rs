//! S8: a day that is over is closed once, in order, and changes afterwards only with a revision that says why.

use chrono::{NaiveDate, TimeDelta};
use futures_util::future::join_all;
use sqlx::{Connection, Executor, PgConnection};
use zhanggui::calendar::{after, before};
use zhanggui::eventstore::Metadata;
use zhanggui::jobs::close_day::GRACE;
use zhanggui::ports::Clock as _;
use zhanggui::projections::daily_stats;
use zhanggui::statistics::{CloseDay, Count, ReviseDay, STREAM, StatisticsError};

use super::{amount, around, close, come, end, move_to, numbers, register, shown, today, told};
use crate::support::client::Person;
use crate::support::site::TestSite;

const CLOSED: &str = "statistics.day_closed";

#[tokio::test]
async fn an_open_day_is_live_and_a_closed_one_is_final() {
    let site = TestSite::start().await;
    let date = today(&site);
    let mut admin = site.admin().await;
    site.client().register(&Person::new()).await;
    shown(&site).await;
    let day = told(&mut admin, date).await;
    assert_eq!((numbers(&day), &day["final"]), ([2, 1, 0], &false.into()));
    for field in ["cause", "timezone", "closed_at"] {
        assert_eq!(day[field], serde_json::Value::Null, "{field}");
    }
    assert_eq!(close(&site).await.closed, []);

    site.clock.advance(end(&site, date) + GRACE - TimeDelta::microseconds(1) - site.clock.now());
    assert_eq!(close(&site).await.closed, [], "what began before midnight may still arrive");
    site.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(close(&site).await.closed, [date]);
    assert_eq!(close(&site).await.closed, [], "once");
    let mut admin = site.admin().await;
    let day = told(&mut admin, date).await;
    assert_eq!((numbers(&day), &day["final"]), ([2, 1, 1], &true.into()));
    assert!(day["counted_to"].as_i64().unwrap() >= 5 && day["closed_at"].is_string());
    assert_eq!(day["timezone"], "Asia/Shanghai");
    let active = admin.get(&format!("/api/v1/analytics/active?at={date}")).await.json();
    assert_eq!((&active["dau"], &active["counted_to"]), (&1.into(), &day["counted_to"]));
    let open = admin.get("/api/v1/analytics/active").await.json();
    assert_eq!((&open["final"], &open["counted_to"]), (&false.into(), &serde_json::Value::Null));
    // Today's newcomers are of today.
    shown(&site).await;
    assert_eq!(numbers(&told(&mut admin, after(date, 1)).await), [1, 1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_close_a_day_once() {
    let site = TestSite::start().await;
    let others = [site.another_instance().await, site.another_instance().await];
    let date = today(&site);
    register(&site, 1).await;
    move_to(&site, after(date, 3), 20);
    let runs = join_all([close(&site), close(&others[0]), close(&others[1])]).await;
    let mut closed: Vec<_> = runs.into_iter().flat_map(|ran| ran.closed).collect();
    closed.sort();
    assert_eq!(closed, [date, after(date, 1), after(date, 2)]);
    assert_eq!(amount(&site, CLOSED).await, 3);
}

#[tokio::test]
async fn days_that_were_missed_are_closed_in_order_empty_ones_too() {
    let site = TestSite::start().await;
    assert_eq!(close(&site).await.closed, [], "nothing has ever happened");
    let date = today(&site);
    let one = register(&site, 1).await;
    come(&site, &one, date).await;
    move_to(&site, after(date, 4), 3_600);
    come(&site, &one, after(date, 4)).await;
    let missed: Vec<_> = date.iter_days().take(4).collect();
    assert_eq!(close(&site).await.closed, missed);
    let mut admin = site.admin().await;
    assert_eq!(numbers(&told(&mut admin, date).await), [1, 1, 1]);
    assert_eq!(numbers(&told(&mut admin, after(date, 2)).await), [0, 0, 1]);
    let order: Vec<String> = sqlx::query_scalar(
        "SELECT payload->>'date' FROM events WHERE event_type = 'statistics.day_closed' ORDER BY position",
    )
    .fetch_all(&site.app.log.pool)
    .await
    .unwrap();
    assert_eq!(order, missed.iter().map(ToString::to_string).collect::<Vec<_>>());
    // However long it was, the log was read once.
    let counts: i64 = sqlx::query_scalar(
        "SELECT count(DISTINCT payload->>'position') FROM events WHERE event_type = 'statistics.day_closed'",
    )
    .fetch_one(&site.app.log.pool)
    .await
    .unwrap();
    assert_eq!(counts, 1);
}

/// What analysts see in their view of a day, and what the site tells of it.
type Seen = (NaiveDate, [i64; 6], i64, Option<i64>);

async fn seen_in_the_view(site: &TestSite) -> Vec<Seen> {
    let rows: Vec<(NaiveDate, Vec<i64>, i64, Option<i64>)> = sqlx::query_as(
        "SELECT date, ARRAY[registrations, active_users, new_users, returning_users, weekly_active_users, \
                            monthly_active_users], revision, counted_to FROM analytics_v1.days ORDER BY date",
    )
    .fetch_all(&site.app.site.reads)
    .await
    .unwrap();
    let seen = |(date, numbers, revision, counted_to): (_, Vec<i64>, _, _)| {
        (date, numbers.try_into().unwrap(), revision, counted_to)
    };
    rows.into_iter().map(seen).collect()
}

#[tokio::test]
async fn analysts_see_of_quiet_closed_days_what_everybody_is_told() {
    let site = TestSite::start().await;
    let date = today(&site);
    let (one, two) = (register(&site, 1).await, register(&site, 2).await);
    come(&site, &one, date).await;
    move_to(&site, after(date, 2), 60);
    come(&site, &two, after(date, 2)).await;
    // Beyond the 30 days in which the two still count.
    move_to(&site, after(date, 40), 60);
    close(&site).await;
    let told = daily_stats::days(&site.app.site.reads, (date, after(date, 39))).await.unwrap();
    let told: Vec<Seen> = told
        .into_iter()
        .map(|day| {
            let numbers = [
                day.registrations,
                day.active_users,
                day.new_users,
                day.returning_users,
                day.weekly_active_users,
                day.monthly_active_users,
            ];
            (day.date, numbers, day.revision, day.counted_to)
        })
        .collect();
    assert_eq!(told[5].1, [0, 0, 0, 0, 2, 2]);
    assert_eq!(seen_in_the_view(&site).await, told);
}

#[tokio::test]
async fn a_late_event_makes_a_revision_that_says_so() {
    let site = TestSite::start().await;
    let [yesterday, date, _] = around(&site);
    let one = register(&site, 1).await;
    move_to(&site, after(date, 1), 60);
    assert_eq!(close(&site).await.closed, [date]);
    // An instance whose clock is behind still says today of what is yesterday.
    come(&site, &one, date).await;
    super::register_on(&site, 2, date).await;
    // A day before the log began was never closed.
    super::register_on(&site, 3, yesterday).await;
    let ran = close(&site).await;
    assert_eq!((ran.closed, ran.revised), (vec![], vec![date]));
    assert_eq!(close(&site).await.revised, []);
    let mut admin = site.admin().await;
    let day = told(&mut admin, date).await;
    assert_eq!(
        (numbers(&day), &day["cause"], &day["final"]),
        ([2, 1, 2], &"late_event".into(), &true.into())
    );
    let head: i64 =
        sqlx::query_scalar("SELECT max(position) FROM events WHERE event_type = 'statistics.day_revised'")
            .fetch_one(&site.app.log.pool)
            .await
            .unwrap();
    assert_eq!(day["counted_to"].as_i64().unwrap() + 1, head);
    assert_eq!(numbers(&told(&mut admin, yesterday).await), [1, 0, 0]);
}

#[tokio::test]
async fn a_day_that_was_counted_wrong_is_corrected() {
    let site = TestSite::start().await;
    let date = today(&site);
    register(&site, 1).await;
    move_to(&site, after(date, 1), 60);
    let count = Count { registrations: 7, active_users: 7, position: 1 };
    let ends_at = end(&site, date);
    let wrong = CloseDay { date, timezone: "Asia/Shanghai".to_owned(), ends_at, now: ends_at, count };
    site.app.site.statistics.execute(STREAM, wrong.into(), Metadata::default()).await.unwrap();
    assert_eq!(close(&site).await.revised, [date]);
    let mut admin = site.admin().await;
    let day = told(&mut admin, date).await;
    assert_eq!((numbers(&day), &day["cause"]), ([1, 0, 2], &"corrected".into()));
}

#[tokio::test]
async fn forgetting_somebody_changes_no_number_and_leaves_no_row() {
    let site = TestSite::start().await;
    let date = today(&site);
    let (mut client, person) = site.client().logged_in().await;
    client.get("/api/v1/me").await;
    shown(&site).await;
    let visitors = "SELECT count(*) FROM visitors";
    let rows = async || sqlx::query_scalar::<_, i64>(visitors).fetch_one(&site.app.site.reads).await.unwrap();
    assert_eq!(rows().await, 1);
    let erased = client.delete("/api/v1/me", &serde_json::json!({"password": person.password})).await;
    assert_eq!(erased.status, 204);
    shown(&site).await;
    assert_eq!(rows().await, 0);
    move_to(&site, after(date, 1), 60);
    assert_eq!(close(&site).await.closed, [date]);
    assert_eq!(close(&site).await.revised, []);
    let mut admin = site.admin().await;
    let day = told(&mut admin, date).await;
    assert_eq!((numbers(&day), day["weekly_active_users"].as_i64()), ([1, 1, 1], Some(1)));
}

#[tokio::test]
async fn the_command_refuses_what_the_job_never_asks() {
    let site = TestSite::start().await;
    let date = today(&site);
    let ask = async |date, now| {
        let (timezone, count) = ("Asia/Shanghai".to_owned(), Count::default());
        let command = CloseDay { date, timezone, ends_at: end(&site, date), now, count };
        site.app.site.statistics.execute(STREAM, command.into(), Metadata::default()).await
    };
    let refusal = |result: Result<_, cqrs_es::AggregateError<StatisticsError>>| match result {
        Err(cqrs_es::AggregateError::UserError(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(ask(date, site.clock.now()).await), StatisticsError::NotOver);
    ask(before(date, 3), site.clock.now()).await.unwrap();
    assert_eq!(refusal(ask(before(date, 3), site.clock.now()).await), StatisticsError::AlreadyClosed);
    let early = refusal(ask(before(date, 1), site.clock.now()).await);
    assert_eq!(early, StatisticsError::OutOfOrder(before(date, 2)));
    let open = ReviseDay { date, cause: zhanggui::statistics::Cause::Corrected, count: Count::default() };
    let result = site.app.site.statistics.execute(STREAM, open.into(), Metadata::default()).await;
    assert_eq!(refusal(result), StatisticsError::NotClosed);
}

#[tokio::test]
async fn where_an_instant_lies_in_the_log_is_found() {
    let site = TestSite::start().await;
    let mut times = Vec::new();
    for number in 1..=9 {
        times.push(site.clock.now());
        register(&site, number).await;
        site.clock.advance(TimeDelta::seconds(i64::from(number % 3)));
    }
    let mut connection = PgConnection::connect_with(&site.database.app_options()).await.unwrap();
    connection.execute("SET search_path = public").await.unwrap();
    let probes =
        times.iter().flat_map(|at| [*at, *at + TimeDelta::microseconds(1), *at - TimeDelta::seconds(5)]);
    for at in probes.chain([site.clock.now() + TimeDelta::days(9)]) {
        let found: i64 = sqlx::query_scalar("SELECT position_before($1)")
            .bind(at)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let expected = times.iter().filter(|recorded| **recorded < at).count();
        assert_eq!(usize::try_from(found).unwrap(), expected, "{at}");
    }
}
