//! Rebuilding while everything goes on: commands are answered, and no read fails, misses anything or is behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use tokio::time::timeout;
use zhanggui::eventstore::Commands;
use zhanggui::projections::engine::{Kind, ReadModel};
use zhanggui::projections::rebuild::{Progress, Watcher, When};

use super::catch_up::{PATIENCE, add, gauges, head, site_with, tally, total};
use super::gently::{begin, held};
use super::rebuild::rows;
use crate::eventstore::counter::Counter;
use crate::support::site::{TestSite, schema_of};

/// Events in the log before the rebuild begins.
const EVENTS: i64 = 25_000;

/// Makes them, of a few thousand streams.
async fn fill(counters: &Commands<Counter>) {
    let streams: Vec<String> = (0..EVENTS / 5).map(|stream| format!("old{stream}")).collect();
    let adding = stream::iter(&streams).map(|stream| add(counters, stream, 5));
    adding.buffer_unordered(256).collect::<Vec<()>>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_go_on_and_every_read_shows_the_last_write_while_it_is_rebuilt() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    fill(&counters).await;
    let done = AtomicBool::new(false);
    let writer = |nth: usize| {
        let (done, counters) = (&done, counters.clone());
        let read = format!("SELECT added FROM {}.tally WHERE stream = $1", model.schema());
        let pool = site.app.site.reads.clone();
        async move {
            let (stream, mut added) = (format!("new{nth}"), 0);
            while !done.load(Ordering::Relaxed) {
                add(&counters, &stream, 1).await;
                added += 1;
                let shown: i64 = sqlx::query_scalar(&read).bind(&stream).fetch_one(&pool).await.unwrap();
                assert_eq!(shown, added, "a read is behind");
            }
            added
        }
    };
    let rebuilding = async {
        for _ in 0..3 {
            let built = site.builder().rebuild(&model, When::Always).await.unwrap().unwrap();
            assert!(built.position >= EVENTS);
        }
        done.store(true, Ordering::Relaxed);
    };
    let ((), written) = tokio::join!(rebuilding, join_all((0..8).map(writer)));
    let written: i64 = written.into_iter().sum();
    assert!(written > 30, "{written} commands only");
    assert_eq!(total(&site, &model).await, EVENTS + written);
    assert_eq!(head(&site).await, EVENTS + written);
    let mut connection = site.app.log.pool.acquire().await.unwrap();
    let live = rows(&mut connection, &model.schema()).await;
    site.builder().rebuild(&model, When::Always).await.unwrap().unwrap();
    assert_eq!(live, rows(&mut connection, &model.schema()).await);
}

/// Breaks the build's own connections.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND application_name = 'zhanggui rebuild'";

/// Does something to a build at its first page.
#[derive(Debug)]
struct Meddler {
    superuser: PgConnectOptions,
    sql: &'static str,
    done: AtomicBool,
}

impl Meddler {
    fn new(site: &TestSite, sql: &'static str) -> Arc<Self> {
        Arc::new(Self { superuser: site.database.superuser_options(), sql, done: AtomicBool::new(false) })
    }
}

impl Watcher for Meddler {
    fn tell(&self, progress: &Progress) {
        if progress.position > 0 && !self.done.swap(true, Ordering::SeqCst) {
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(async {
                    let mut connection = PgConnection::connect_with(&self.superuser).await.unwrap();
                    connection.execute(self.sql).await.unwrap();
                });
            });
        }
    }

    fn ended(&self, _: &'static str) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_is_cut_off_leaves_the_live_one_and_the_next_one_clears_up() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    fill(&counters).await;
    let superuser = sqlx::PgPool::connect_with(site.database.superuser_options()).await.unwrap();
    let built = site.builder().watched_by(Meddler::new(&site, CUT)).rebuild(&model, When::Always).await;
    assert!(built.is_err(), "{built:?}");
    assert_eq!(total(&site, &model).await, EVENTS);
    add(&counters, "old1", 1).await;
    let left = "SELECT count(*) FROM read_model_builds";
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&superuser).await.unwrap(), 1);
    // A start clears up, also what is of no read model of its own.
    site.builder().ensure(&ReadModel::all().unwrap()).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&superuser).await.unwrap(), 0);
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%\\_next'";
    assert_eq!(sqlx::query_scalar::<_, i64>(schemas).fetch_one(&superuser).await.unwrap(), 0);
    site.builder().rebuild(&model, When::Always).await.unwrap().unwrap();
    assert_eq!(total(&site, &model).await, EVENTS + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_is_no_longer_the_one_under_way_puts_nothing_in_place() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    fill(&counters).await;
    let schema = "SELECT c.relnamespace::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                  WHERE c.relname = 'tally' AND n.nspname = $1";
    let reads = site.app.site.reads.clone();
    let live =
        async || sqlx::query_scalar::<_, i64>(schema).bind(model.schema()).fetch_one(&reads).await.unwrap();
    let before = live().await;
    // As another process does that begins after this one's lock was lost.
    let meddler = Meddler::new(&site, "DELETE FROM read_model_builds");
    let refused = site.builder().watched_by(meddler).rebuild(&model, When::Always).await.unwrap_err();
    assert!(refused.to_string().contains("another process builds it now"), "{refused}");
    assert_eq!((before, EVENTS), (live().await, total(&site, &model).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_builds_of_one_read_model_take_turns_and_the_second_is_spared_where_it_may_be() {
    let model = tally(Kind::Inline);
    let site = TestSite::start().await;
    let counters = crate::eventstore::counter::counters(&site.app.log);
    add(&counters, "c", 500).await;
    let builder = site.builder();
    let (first, second) =
        tokio::join!(builder.rebuild(&model, When::Missing), builder.rebuild(&model, When::Missing));
    let built = [first.unwrap(), second.unwrap()].into_iter().flatten().count();
    assert_eq!(built, 1);
    let (first, second) =
        tokio::join!(builder.rebuild(&model, When::Always), builder.rebuild(&model, When::Always));
    assert!(first.unwrap().is_some() && second.unwrap().is_some());
    add(&counters, "c", 1).await;
    assert_eq!(total(&site, &model).await, 501);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_of_another_process_is_in_the_gauges_of_every_instance() {
    let site = TestSite::start().await;
    let build = format!(
        "INSERT INTO read_model_builds (schema_name, name, position, goal) VALUES ('{}', 'product_list', 3, 9)",
        schema_of("product_list")
    );
    site.app.log.pool.execute(build.as_str()).await.unwrap();
    let lines = |position: i64, goal: i64| {
        [("position", position), ("goal", goal)]
            .map(|(what, at)| format!("projection_rebuild_{what}{{read_model=\"product_list\"}} {at}\n"))
    };
    let told = gauges(&site).await;
    assert!(lines(3, 9).iter().all(|line| told.contains(line)), "{told}");
    site.app.log.pool.execute("DELETE FROM read_model_builds").await.unwrap();
    // It came to its end, which is where the log ended.
    let told = gauges(&site).await;
    assert!(lines(0, 0).iter().all(|line| told.contains(line)), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_read_of_the_old_one_delays_the_last_step_and_is_finished() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    add(&counters, "c", 10).await;
    let mut reader = PgConnection::connect_with(&site.database.app_options()).await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    let sql = format!("SELECT sum(added)::bigint FROM {}.tally", model.schema());
    assert_eq!(sqlx::query_scalar::<_, i64>(&sql).fetch_one(&mut *reading).await.unwrap(), 10);
    let rebuilding = begin(&site, &model);
    // Commands are answered while it waits, and the reader sees what it saw.
    for _ in 0..10 {
        add(&counters, "d", 1).await;
    }
    assert!(!rebuilding.is_finished());
    sqlx::query_scalar::<_, i64>(&sql).fetch_one(&mut *reading).await.unwrap();
    reading.commit().await.unwrap();
    rebuilding.await.unwrap().unwrap().unwrap();
    assert_eq!(total(&site, &model).await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_while_the_last_step_waits_for_a_vacuum_of_the_old_one() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    add(&counters, "c", 10).await;
    let (mut vacuum, rebuilding) = held(&site, &model).await;
    let others = async {
        for _ in 0..10 {
            add(&counters, "d", 1).await;
            total(&site, &model).await;
        }
    };
    timeout(PATIENCE, others).await.expect("nobody waits for it");
    assert!(!rebuilding.is_finished());
    vacuum.execute("COMMIT").await.unwrap();
    rebuilding.await.unwrap().unwrap().unwrap();
    assert_eq!(total(&site, &model).await, 20);
}
