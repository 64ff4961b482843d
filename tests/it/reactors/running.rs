//! The loop: woken by the log, stubborn without its database, and ending in order.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tokio::sync::{Notify, Semaphore};
use zhanggui::database::as_service;
use zhanggui::eventstore::reactor::Outcome;

use super::{answering, rows, run, scripted};
use crate::eventstore::counter::Command;
use crate::support::site::TestSite;

/// The connection that listens.
fn listening(site: &TestSite) -> PgPool {
    PgPoolOptions::new().max_connections(1).connect_lazy_with(as_service(&site.database.app_options()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_is_woken_by_the_log() {
    let site = TestSite::start().await;
    let (reactors, mut seen) = answering(&site, Outcome::Done);
    let running = reactors.start(listening(&site));
    let begun = Instant::now();
    // Each is recorded after the last was worked on. By looking once a second it would take half a minute.
    for nth in 1..=30 {
        run(&site, Command::Add(1)).await;
        assert_eq!(seen.next().await.position, nth);
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    running.stop().await;
    let measured = site.app.site.metrics.render();
    for gauge in ["reactor_lag_positions{reactor=", "reactor_tasks{reactor="] {
        assert!(measured.contains(gauge), "{measured}");
    }
    assert_eq!(rows(&site).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_comes_back_after_its_connections_were_cut() {
    let site = TestSite::start().await;
    let (reactors, mut seen) = answering(&site, Outcome::Done);
    let running = reactors.start(listening(&site));
    let mut superuser = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    let cut = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()) t";
    for nth in 1..=5 {
        // What was cut may be the append's own connection: its answer is not what counts here, but the log.
        let append = async {
            while seen_in_log(&mut superuser).await < nth {
                let counters = crate::eventstore::counter::counters(&site.app.log);
                let _refused =
                    counters.execute("c", Command::Add(1), zhanggui::eventstore::Metadata::default()).await;
            }
        };
        append.await;
        while seen.next().await.position < nth {}
        superuser.execute(cut).await.unwrap();
    }
    // It listens again as well, on a new connection.
    let listens = "SELECT EXISTS (SELECT FROM pg_stat_activity \
                   WHERE datname = current_database() AND query LIKE 'LISTEN%')";
    while !sqlx::query_scalar::<_, bool>(listens).fetch_one(&mut superuser).await.unwrap() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.stop().await;
}

async fn seen_in_log(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar("SELECT position FROM log_head").fetch_one(connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_slow_task_does_not_hold_up_the_next() {
    let site = TestSite::start().await;
    let go_on = Arc::new(Notify::new());
    let waiting = Arc::clone(&go_on);
    let (reactors, mut seen) = scripted(&site, move |task| {
        let waiting = Arc::clone(&waiting);
        async move {
            if task.position == 1 {
                waiting.notified().await;
            }
            Outcome::Done
        }
    });
    let running = reactors.start(listening(&site));
    for nth in 1..=3 {
        run(&site, Command::Add(1)).await;
        assert_eq!(seen.next().await.position, nth);
    }
    go_on.notify_one();
    running.stop().await;
    assert_eq!(rows(&site).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_is_in_hand_and_takes_on_nothing_more() {
    let site = TestSite::start().await;
    let go_on = Arc::new(Semaphore::new(0));
    let waiting = Arc::clone(&go_on);
    let (reactors, mut seen) = scripted(&site, move |_| {
        let waiting = Arc::clone(&waiting);
        async move {
            drop(waiting.acquire().await);
            Outcome::Done
        }
    });
    let running = reactors.start(listening(&site));
    run(&site, Command::Add(6)).await;
    let mut begun = Vec::new();
    for _ in 0..4 {
        begun.push(seen.next().await.position);
    }
    let release = async {
        // The stop was said by now: of joined futures the first is polled first.
        go_on.add_permits(1);
    };
    tokio::join!(running.stop(), release);
    begun.sort_unstable();
    assert_eq!(begun, [1, 2, 3, 4]);
    assert!(seen.all().is_empty());
    let left = rows(&site).await;
    assert_eq!(left.iter().map(|row| (row.position, row.attempts)).collect::<Vec<_>>(), [(5, 0), (6, 0)]);
}
