//! Two programs with different SQL on one log: each finds its own read model current, whoever appends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use sqlx::{Connection, PgConnection};
use zhanggui::database::as_service;
use zhanggui::eventstore::Metadata;
use zhanggui::projections::engine::{Kind, ReadModel};
use zhanggui::projections::rebuild::When;
use zhanggui::projections::registry::{GRACE, drop_unused, is_current, still_used};

use super::catch_up::{add, site_with, tally, tally_that, total};
use super::rebuild::connect;
use crate::eventstore::counter::{Command, counters};

/// The same read model in a newer program, which counts by two.
fn newer(kind: Kind) -> ReadModel {
    tally_that(kind, "counter.added", "2")
}

#[tokio::test(flavor = "multi_thread")]
async fn old_and_new_both_stay_current_whoever_appends() {
    let (old, new) = (tally(Kind::Inline), newer(Kind::Inline));
    let (site, old_instance) = site_with(&old).await;
    add(&old_instance, "before", 100).await;
    let done = AtomicBool::new(false);
    let appending = |nth: usize| {
        let (instance, done) = (old_instance.clone(), &done);
        async move {
            let mut added = 0;
            while !done.load(Ordering::Relaxed) {
                add(&instance, &format!("c{nth}"), 3).await;
                added += 3;
            }
            added
        }
    };
    let deploying = async {
        site.builder().rebuild(&new, When::Missing).await.unwrap().unwrap();
        // From its registration on, what the old instance appends is in the new one, too.
        let new_instance = site.another_instance().await;
        let new_counters = counters(&new_instance.app.log);
        for _ in 0..20 {
            add(&new_counters, "new", 2).await;
            let shown = "SELECT added FROM tally WHERE stream = 'new'";
            let mut sums = Vec::new();
            for model in [&old, &new] {
                let options =
                    as_service(&site.database.app_options()).options([("search_path", model.schema())]);
                let mut connection = PgConnection::connect_with(&options).await.unwrap();
                sums.push(sqlx::query_scalar::<_, i64>(shown).fetch_one(&mut connection).await.unwrap());
            }
            assert_eq!(sums[0] * 2, sums[1]);
        }
        done.store(true, Ordering::Relaxed);
    };
    let ((), added) = tokio::join!(deploying, join_all((0..8).map(appending)));
    let all = 100 + 40 + added.into_iter().sum::<i64>();
    assert_eq!(total(&site, &old).await, all);
    assert_eq!(total(&site, &new).await, 2 * all);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_only_the_newer_program_hears_is_in_its_read_model_though_the_older_appends_it() {
    let old = tally(Kind::Inline);
    let (site, counters) = site_with(&old).await;
    // Until now nobody hears it.
    let hide = || Command::Hide("secret".to_owned());
    counters.execute("c", hide(), Metadata::default()).await.unwrap();
    let new = tally_that(Kind::Inline, "counter.hidden", "5");
    site.builder().rebuild(&new, When::Missing).await.unwrap().unwrap();
    counters.execute("c", hide(), Metadata::default()).await.unwrap();
    add(&counters, "c", 1).await;
    assert_eq!((total(&site, &old).await, total(&site, &new).await), (1, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_uses_any_more_is_dropped_after_its_grace_and_not_before() {
    let (old, new) = (tally(Kind::Inline), newer(Kind::Inline));
    let (site, counters) = site_with(&old).await;
    site.builder().rebuild(&new, When::Missing).await.unwrap().unwrap();
    add(&counters, "c", 1).await;
    let mut connection = connect(&site).await;
    let ours = [ReadModel::all().unwrap(), vec![new.clone()]].concat();
    assert!(drop_unused(&mut connection, &ours, GRACE).await.unwrap().is_empty());
    // The program before is put back in its place: nothing has to be built, and nothing is missing.
    assert!(is_current(&mut connection, &old).await.unwrap());
    assert_eq!(site.builder().rebuild(&old, When::Missing).await.unwrap(), None);
    add(&counters, "c", 1).await;
    assert_eq!(total(&site, &old).await, 2);
    // An hour later nobody has said that it uses it.
    let age = "UPDATE read_models SET used_at = used_at - interval '1 hour'";
    sqlx::query(age).execute(&mut connection).await.unwrap();
    assert!(still_used(&mut connection, &ours).await.unwrap().is_empty());
    assert_eq!(drop_unused(&mut connection, &ours, GRACE).await.unwrap(), [old.schema()]);
    add(&counters, "c", 1).await;
    assert_eq!(total(&site, &new).await, 6);
    let gone: bool = sqlx::query_scalar("SELECT to_regnamespace($1) IS NULL")
        .bind(old.schema())
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(gone);
    // Whoever still runs it is told.
    assert_eq!(still_used(&mut connection, std::slice::from_ref(&old)).await.unwrap(), [old.schema()]);
    assert_eq!(
        drop_unused(&mut connection, &[], Duration::from_hours(2)).await.unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn read_models_that_catch_up_have_their_versions_as_well() {
    let (old, new) = (tally(Kind::CatchUp), newer(Kind::CatchUp));
    let (site, counters) = site_with(&old).await;
    add(&counters, "c", 3).await;
    site.builder().rebuild(&new, When::Missing).await.unwrap().unwrap();
    add(&counters, "c", 4).await;
    for model in [&old, &new] {
        super::catch_up::instance(&site, model).await.work_off().await.unwrap();
    }
    assert_eq!((total(&site, &old).await, total(&site, &new).await), (7, 14));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_follows_the_version_that_took_its_place_last() {
    let mut published = tally(Kind::CatchUp).sql;
    let view = "CREATE SCHEMA IF NOT EXISTS shown; DROP VIEW IF EXISTS shown.sums; \
                CREATE VIEW shown.sums AS SELECT sum(added)::bigint AS added FROM tally;";
    published.published = view.to_owned();
    let old = ReadModel::new("tally", Kind::CatchUp, published);
    let (site, counters) = site_with(&old).await;
    add(&counters, "c", 3).await;
    let sum = "SELECT added FROM shown.sums";
    for (sql, expected) in [(old.sql.clone(), 3), (newer_sql(view), 6)] {
        let model = ReadModel::new("tally", Kind::CatchUp, sql);
        site.builder().rebuild(&model, When::Always).await.unwrap().unwrap();
        let shown: i64 = sqlx::query_scalar(sum).fetch_one(&site.app.log.pool).await.unwrap();
        assert_eq!(shown, expected);
    }
}

fn newer_sql(view: &str) -> zhanggui::projections::engine::Sql {
    zhanggui::projections::engine::Sql { published: view.to_owned(), ..newer(Kind::CatchUp).sql }
}
