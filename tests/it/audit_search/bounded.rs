//! What is looked at has a bound: a correlation of many, places in time, leaves of a proof, summaries.

use sqlx::PgConnection;
use zhanggui::audit::Reading;
use zhanggui::audit::search::{self, Filter, Place};
use zhanggui::audit::walk::{self, GATHERED};
use zhanggui::database::{as_service, upcasters};
use zhanggui::eventstore::merkle::stored::SOME_LEAVES;

use super::filled;
use super::plans::{PAGE, id, numbers, plan, run, time, touched};
use crate::support::cluster::{TestDatabase, database};

/// What a client may do that sends one `X-Request-Id` for ever: 10,000 events of a log, and 50,000 more that share it.
async fn with_one_correlation(database: &TestDatabase) -> PgConnection {
    let mut connection = filled(database, 10_000).await;
    let ordinary = "'correlation_id', '01900000-0000-7000-b000-' || lpad(to_hex(n / 2), 12, '0')";
    let more = super::FILL
        .replace("generate_series(1, $1)", "generate_series(10001, $1)")
        .replace(ordinary, "'correlation_id', 'for ever'");
    let mut owner =
        <PgConnection as sqlx::Connection>::connect_with(&database.owner_options()).await.unwrap();
    sqlx::query(&more).bind(60_000_i64).execute(&mut owner).await.unwrap();
    run(&mut owner, "UPDATE log_head SET position = 60000").await;
    run(&mut owner, "VACUUM ANALYZE events").await;
    while sqlx::query_scalar::<_, i32>("SELECT summarise_links()").fetch_one(&mut connection).await.unwrap()
        > 0
    {}
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn of_very_many_events_that_share_a_correlation_a_bounded_part_is_looked_at_at_a_time() {
    let database = database().await;
    let mut connection = with_one_correlation(&database).await;
    let filter = Filter { correlation_id: Some("for ever".to_owned()), ..Filter::default() };
    let place = Place::start(PAGE);
    let (span, _) = search::span(&mut connection, &filter, place).await.unwrap();
    let (walk, rest) = walk::choose(&mut connection, &filter, span).await.unwrap().unwrap();
    for statement in [walk::events(&walk, &rest, span, place), walk::too_many(&walk).unwrap()] {
        for mode in ["force_generic_plan", "force_custom_plan"] {
            let plan = plan(&mut connection, &statement, mode, true).await;
            let gathered = numbers(&plan, "on events (actual rows=");
            assert!(gathered.iter().all(|rows| *rows <= GATHERED + 1), "{mode} gathers more:\n{plan}");
            assert!(plan.contains("events_by_link") && touched(&plan) <= 1_000, "{mode}:\n{plan}");
        }
    }
    for newest_first in [false, true] {
        let (mut place, mut found) = (Place { newest_first, ..Place::start(2_000) }, Vec::new());
        loop {
            let page = search::page(&mut connection, &filter, place).await.unwrap();
            found.extend(page.events.iter().map(|event| event.position));
            match page.next {
                Some(next) if newest_first => place.before = next,
                Some(next) => place.after = next,
                None => break,
            }
        }
        if newest_first {
            found.reverse();
        }
        assert!(found.iter().copied().eq(10_001..=60_000), "{newest_first}: {}", found.len());
    }
    // Any of them is shown, with those that follow it.
    let pool = sqlx::PgPool::connect_with(as_service(&database.app_options())).await.unwrap();
    let linked = Reading { pool, upcasters: upcasters() }.linked(40_000, None).await.unwrap().unwrap();
    let related: Vec<_> = linked.related.iter().map(|event| event.position).collect();
    assert!(related.iter().copied().eq(40_000..40_100), "{related:?}");
    assert_eq!(linked.related_next_after, Some(40_099));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_streams_of_two_types_have_finds_both() {
    let database = database().await;
    let mut connection = filled(&database, 12_000).await;
    let mut owner =
        <PgConnection as sqlx::Connection>::connect_with(&database.owner_options()).await.unwrap();
    // Of the stream of events 4, 5,004 and 10,004 another copy, of another type.
    let copy = "INSERT INTO events SELECT log, position + 12000, gen_random_uuid(), 'store', aggregate_id, sequence, event_type, \
                event_version, payload, metadata, recorded_at, leaf_hash FROM events WHERE aggregate_id = $1";
    sqlx::query(copy).bind(id('9', 4)).execute(&mut owner).await.unwrap();
    run(&mut owner, "UPDATE log_head SET position = 24000").await;
    let filter = Filter { aggregate_id: Some(id('9', 4)), ..Filter::default() };
    let (mut place, mut found) = (Place::start(PAGE), Vec::new());
    loop {
        let page = search::page(&mut connection, &filter, place).await.unwrap();
        found.extend(page.events.iter().map(|event| event.position));
        match page.next {
            Some(next) => place.after = next,
            None => break,
        }
    }
    assert_eq!(found, [4, 5_004, 10_004, 12_004, 17_004, 22_004]);
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_found_by_halving() {
    let database = database().await;
    let mut connection = filled(&database, 3_000).await;
    let begin = time("2026-01-01T00:00:00Z");
    for (millis, expected) in
        [(-1, 0), (0, 0), (1, 2), (10, 2), (11, 5), (20, 5), (9_990, 2_996), (10_001, 3_000), (99_999, 3_000)]
    {
        let at = begin + chrono::TimeDelta::milliseconds(millis);
        let found: i64 = sqlx::query_scalar("SELECT position_before($1)")
            .bind(at)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(found, expected, "{millis}");
    }
    // Of this stream only the events 3 and 5,003 … would be, and the log has but the first.
    let of_one = id('9', 3);
    for (position, expected) in [(0, 0), (2, 0), (3, 1), (4, 1), (i64::MAX, 1)] {
        let found: i64 = sqlx::query_scalar("SELECT sequence_at('product', $1, $2)")
            .bind(&of_one)
            .bind(position)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(found, expected, "{position}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_appended_is_summarised_once_its_pages_are_full_and_found_before_as_well() {
    let database = database().await;
    let mut connection = filled(&database, 2_000).await;
    let summarise = "SELECT summarise_links()";
    let summaries = "SELECT pages FROM link_summaries";
    // The index was made anew over all of it; what is noted is behind, which costs looking once more.
    while sqlx::query_scalar::<_, i32>(summarise).fetch_one(&mut connection).await.unwrap() > 0 {}
    let mut owner =
        <PgConnection as sqlx::Connection>::connect_with(&database.owner_options()).await.unwrap();
    let before: i64 = sqlx::query_scalar(summaries).fetch_one(&mut owner).await.unwrap();
    let more = super::FILL.replace("generate_series(1, $1)", "generate_series(2001, $1)");
    sqlx::query(&more).bind(12_000_i64).execute(&mut owner).await.unwrap();
    sqlx::query("UPDATE log_head SET position = 12000").execute(&mut owner).await.unwrap();
    let find = async |connection: &mut PgConnection| {
        let filter = Filter { correlation_id: Some(id('b', 5_500)), ..Filter::default() };
        let found = search::page(connection, &filter, Place::start(PAGE)).await.unwrap();
        let cause = search::by_event_id(connection, id('8', 11_999).parse().unwrap()).await.unwrap();
        (found.events.iter().map(|event| event.position).collect::<Vec<_>>(), cause.unwrap().position)
    };
    assert_eq!(find(&mut connection).await, (vec![11_000, 11_001], 11_999));
    assert!(sqlx::query_scalar::<_, i32>(summarise).fetch_one(&mut connection).await.unwrap() > 0);
    let after: i64 = sqlx::query_scalar(summaries).fetch_one(&mut owner).await.unwrap();
    assert!(after > before && after % 64 == 0, "{before} {after}");
    assert_eq!(find(&mut connection).await, (vec![11_000, 11_001], 11_999));
    assert_eq!(sqlx::query_scalar::<_, i32>(summarise).fetch_one(&mut connection).await.unwrap(), 0);
    // While somebody else keeps the table in order, it is left for the next time.
    let mut vacuum = sqlx::Connection::begin(&mut owner).await.unwrap();
    sqlx::raw_sql("LOCK TABLE events IN SHARE UPDATE EXCLUSIVE MODE").execute(&mut *vacuum).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i32>(summarise).fetch_one(&mut connection).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leaves_of_a_proof_are_found_by_their_places() {
    let database = database().await;
    let mut connection = filled(&database, 60_000).await;
    run(&mut connection, &format!("PREPARE leaves AS {SOME_LEAVES}")).await;
    for mode in ["force_custom_plan", "force_generic_plan"] {
        run(&mut connection, &format!("SET plan_cache_mode = {mode}")).await;
        let explain = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) \
                       EXECUTE leaves ('{1,777,40001}', '{1,128,64}')";
        let lines: Vec<String> =
            sqlx::query_scalar(explain).persistent(false).fetch_all(&mut connection).await.unwrap();
        let plan = lines.join("\n");
        assert!(touched(&plan) < 60 && !plan.contains("Seq Scan"), "{mode}: {plan}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_looks_long_is_not_compiled() {
    // A proof's statement in a log of ten million looks long enough, and takes 0.3 ms where compiling it takes 44.
    let database = database().await;
    let options = as_service(&database.app_options());
    let mut connection = <PgConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    let compiles: String = sqlx::query_scalar("SHOW jit").fetch_one(&mut connection).await.unwrap();
    assert_eq!(compiles, "off");
}
