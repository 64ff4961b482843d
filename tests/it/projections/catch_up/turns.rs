//! Whose turn it is: one instance's at a time, and another's soon after it is gone.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sqlx::Executor;
use zhanggui::projections::engine::Kind;
use zhanggui::projections::rebuild::When;

use super::{add, head, instance, pool, reached, site_with, tally, total};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_appended_is_shown_once_its_position_is_reached() {
    let model = tally(Kind::CatchUp);
    let (site, counters) = site_with(&model).await;
    let instance = instance(&site, &model).await;
    let running = instance.start(pool(&site).await);
    let begun = Instant::now();
    for nth in 1..=20 {
        add(&counters, &format!("c{}", nth % 3), 1).await;
        reached(&instance, &site).await;
        assert_eq!(total(&site, &model).await, nth);
    }
    // Looking once a second would take twice as long: it is told.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_instances_show_every_event_once_and_each_knows_when() {
    let model = tally(Kind::CatchUp);
    let (site, counters) = site_with(&model).await;
    let mut instances = Vec::new();
    for _ in 0..3 {
        let instance = instance(&site, &model).await;
        let running = instance.start(pool(&site).await);
        instances.push((instance, running));
    }
    let adders = (0..8).map(|stream| {
        let counters = counters.clone();
        async move {
            for _ in 0..10 {
                add(&counters, &format!("c{stream}"), 7).await;
            }
        }
    });
    join_all(adders).await;
    // Whoever owns it stops, and the others go on.
    while let Some((instance, running)) = instances.pop() {
        reached(&instance, &site).await;
        running.stop().await;
        add(&counters, "last", 1).await;
    }
    let last = instance(&site, &model).await;
    last.work_off().await.unwrap();
    assert_eq!(total(&site, &model).await, 8 * 10 * 7 + 3);
    assert_eq!(head(&site).await, 8 * 10 * 7 + 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_owner_held_is_taken_over_within_ten_seconds() {
    let model = tally(Kind::CatchUp);
    let (site, counters) = site_with(&model).await;
    add(&counters, "c", 1).await;
    // It has the lease, and is never heard of again.
    instance(&site, &model).await.work_off().await.unwrap();
    let begun = Instant::now();
    let other = instance(&site, &model).await;
    let running = other.start(pool(&site).await);
    add(&counters, "c", 1).await;
    reached(&other, &site).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
    assert_eq!(total(&site, &model).await, 2);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_and_its_position_are_committed_together_or_not_at_all() {
    let model = tally(Kind::CatchUp);
    let (site, counters) = site_with(&model).await;
    let instance = instance(&site, &model).await;
    let running = instance.start(pool(&site).await);
    let superuser = sqlx::PgPool::connect_with(site.database.superuser_options()).await.unwrap();
    // Whatever is under way is cut off, again and again.
    for _ in 0..10 {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%tally_%'";
        add(&counters, "c", 50).await;
        superuser.execute(cut).await.unwrap();
        let sql = format!(
            "SELECT r.position = coalesce(max(t.last), 0) FROM read_models r LEFT JOIN {0}.tally t ON true \
             WHERE r.schema_name = '{0}' GROUP BY r.position",
            model.schema()
        );
        assert!(sqlx::query_scalar::<_, bool>(&sql).fetch_one(&superuser).await.unwrap());
    }
    reached(&instance, &site).await;
    assert_eq!(total(&site, &model).await, 500);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuilding_it_while_it_catches_up_leaves_nothing_out_and_doubles_nothing() {
    let model = tally(Kind::CatchUp);
    let (site, counters) = site_with(&model).await;
    let instance = instance(&site, &model).await;
    let running = instance.start(pool(&site).await);
    let adding = async {
        for nth in 0..100 {
            add(&counters, &format!("c{}", nth % 7), 9).await;
        }
    };
    let rebuilding = async {
        for _ in 0..5 {
            site.builder().rebuild(&model, When::Always).await.unwrap().unwrap();
        }
    };
    tokio::join!(adding, rebuilding);
    reached(&instance, &site).await;
    assert_eq!(total(&site, &model).await, 900);
    running.stop().await;
}
