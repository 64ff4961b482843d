//! An event that a read model cannot take: it stops right there, says so, and goes on when it is told to.

use serde_json::json;
use sqlx::Executor;
use zhanggui::eventstore::Metadata;
use zhanggui::projections::catch_up::{CatchUpError, resume};
use zhanggui::projections::engine::Kind;
use zhanggui::projections::rebuild::{RebuildError, When};
use zhanggui::projections::standing;

use super::{add, gauges, head, instance, pool, reached, site_with, tally, tally_that, total};
use crate::eventstore::counter::Command;

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_right_before_the_event_shows_everything_before_it_and_passes_over_nothing() {
    let model = tally(Kind::CatchUp);
    let (site, counters) = site_with(&model).await;
    for nth in 0..40 {
        add(&counters, &format!("c{nth}"), 3).await;
    }
    counters.execute("c7", Command::Rename("poison".to_owned()), Metadata::default()).await.unwrap();
    add(&counters, "c8", 1).await;
    let instance = instance(&site, &model).await;
    let Err(CatchUpError::Stopped { name: "tally", poison }) = instance.work_off().await else {
        panic!("it did not stop")
    };
    assert_eq!(poison.position, 121);
    assert!(poison.why.starts_with("SQLSTATE 23514") && poison.why.contains("names"), "{}", poison.why);
    assert!(!poison.why.contains("poison"), "{} names a value", poison.why);
    assert_eq!(total(&site, &model).await, 120);
    let standings = standing::list(&site.app.log.pool, std::slice::from_ref(&model)).await.unwrap();
    let tally = standings.iter().find(|standing| standing.name == "tally").unwrap();
    assert_eq!((tally.stopped_at, tally.position, tally.lag()), (Some(121), 120, 2));
    assert_eq!(tally.state(), "stopped at 121");
    // As long as nothing changed it stays there, resumed or not.
    assert_eq!(resume(&site.app.log.pool, Some("tally"), &[]).await.unwrap(), 1);
    assert!(matches!(instance.work_off().await, Err(CatchUpError::Stopped { .. })));
    assert_eq!(total(&site, &model).await, 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_fix_it_goes_on_when_it_is_resumed_and_when_an_instance_starts() {
    let model = tally(Kind::CatchUp);
    let (site, counters) = site_with(&model).await;
    let mend = format!("ALTER TABLE {}.names DROP CONSTRAINT IF EXISTS names_name_check", model.schema());
    let spoil = format!(
        "{mend}; ALTER TABLE {}.names ADD CONSTRAINT names_name_check CHECK (name <> 'poison') NOT VALID",
        model.schema()
    );
    let first = instance(&site, &model).await;
    let running = first.start(pool(&site).await);
    let started = instance(&site, &model).await;
    for (nth, resumes) in [(1, true), (2, false)] {
        site.app.log.pool.execute(spoil.as_str()).await.unwrap();
        // Names are claimed, so each gives the one before up.
        counters.execute("c", Command::Rename(format!("other{nth}")), Metadata::default()).await.unwrap();
        counters.execute("c", Command::Rename("poison".to_owned()), Metadata::default()).await.unwrap();
        add(&counters, "c", 1).await;
        stopped(&site, &model).await;
        site.app.log.pool.execute(mend.as_str()).await.unwrap();
        if resumes {
            resume(&site.app.log.pool, Some("tally"), &[]).await.unwrap();
            reached(&first, &site).await;
        } else {
            let restarted = started.start(pool(&site).await);
            reached(&started, &site).await;
            restarted.stop().await;
        }
        assert_eq!(total(&site, &model).await, nth);
    }
    running.stop().await;
}

/// Waits until the read model has stopped.
async fn stopped(site: &crate::support::site::TestSite, model: &zhanggui::projections::engine::ReadModel) {
    let deadline = tokio::time::Instant::now() + super::PATIENCE;
    let sql = "SELECT stopped_at IS NOT NULL FROM read_models WHERE schema_name = $1";
    while !sqlx::query_scalar::<_, bool>(sql)
        .bind(model.schema())
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap()
    {
        assert!(tokio::time::Instant::now() < deadline, "it did not stop");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_and_metrics_tell_it_and_people_can_go_on_logging_in() {
    let site = crate::support::site::TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    // As if a read model of the program had stopped.
    let sql = "UPDATE read_models SET stopped_at = 2, stopped_why = 'x' WHERE name = 'product_list'";
    site.app.log.pool.execute(sql).await.unwrap();
    let ready = site.client().get("/readyz").await;
    assert_eq!(ready.status, 200);
    let told = json!({"name": "product_list", "position": 2, "lag": 0, "stopped_at": 2});
    assert_eq!(ready.json(), json!({"status": "degraded", "position": 2, "read_models": [told]}));
    let told = gauges(&site).await;
    let of = |gauge: &str, read_model: &str, value: i64| {
        let line = format!("projection_{gauge}{{read_model=\"{read_model}\"}} {value}");
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    };
    of("stopped_at", "product_list", 2);
    of("stopped_at", "user_lookup", 0);
    of("lag_positions", "product_list", 0);
    of("lag_positions", "daily_stats", 2);
    of("position", "user_lookup", 2);
    assert_eq!(client.get("/api/v1/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_meets_it_names_it_and_leaves_the_live_one_and_nothing_else() {
    let model = tally_that(Kind::CatchUp, "counter.added", "2");
    let (site, counters) = site_with(&model).await;
    add(&counters, "c", 5).await;
    counters.execute("c", Command::Rename("poison".to_owned()), Metadata::default()).await.unwrap();
    add(&counters, "c", 5).await;
    assert!(matches!(instance(&site, &model).await.work_off().await, Err(CatchUpError::Stopped { .. })));
    let Err(RebuildError::Poisoned { name: "tally", poison }) =
        site.builder().rebuild(&model, When::Always).await
    else {
        panic!("it was built")
    };
    assert_eq!(poison.position, 6);
    assert_eq!(total(&site, &model).await, 10);
    assert_eq!(head(&site).await, 11);
    let left: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM read_model_builds) + (SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%\\_next')",
    )
    .fetch_one(&site.app.log.pool)
    .await
    .unwrap();
    assert_eq!(left, 0);
    // Other SQL, which can take it.
    let mut mended = model.sql.clone();
    mended.table = mended.table.replace(" CHECK (name <> 'poison')", "");
    let mended = zhanggui::projections::engine::ReadModel::new("tally", Kind::CatchUp, mended);
    site.builder().rebuild(&mended, When::Missing).await.unwrap().unwrap();
    assert_eq!(total(&site, &mended).await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn for_an_inline_one_it_refuses_its_own_command_alone() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    let all = (0..20).map(|nth| {
        let counters = counters.clone();
        async move {
            let name = if nth == 7 { "poison".to_owned() } else { format!("name{nth}") };
            counters.execute(&format!("c{nth}"), Command::Rename(name), Metadata::default()).await.is_ok()
        }
    });
    let done = futures_util::future::join_all(all).await;
    assert!(done.iter().enumerate().all(|(nth, done)| *done == (nth != 7)), "{done:?}");
    assert_eq!(head(&site).await, 19);
}
