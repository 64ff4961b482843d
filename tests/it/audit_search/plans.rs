//! Every filter and every combination of them walks an index, and no further than it may, whatever is asked.
//!
//! What counts is not the time, which depends on the machine, but how much of the log is touched.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use zhanggui::audit::Reading;
use zhanggui::audit::search::{self, Filter, Place};
use zhanggui::audit::statement::{Bound, Statement};
use zhanggui::audit::walk::{self, GATHERED, LOOKED_AT, Walk};
use zhanggui::database::{as_service, upcasters};
use zhanggui::eventstore::merkle::stored::SOME_LEAVES;

use super::filled;
use crate::support::cluster::{TestDatabase, database};

const EVENTS: i64 = 240_000;
/// The events of a page, and the one more that says whether there is another.
const PAGE: i64 = 50;

/// A filter's name, and how it is set.
type Named = (&'static str, fn(&mut Filter));

/// One value of each filter that occurs. All of event 120,004, which an account caused, and of 120,005, which it caused.
fn filters() -> Vec<Named> {
    vec![
        ("aggregate_type", |filter| filter.aggregate_type = Some("account".to_owned())),
        ("aggregate_id", |filter| filter.aggregate_id = Some(id('9', 120_004 % 5000))),
        ("event_type", |filter| filter.event_type = Some("account.logged_in".to_owned())),
        ("actor_id", |filter| filter.actor_id = Some(id('a', 120_004 * 7919 % 1000))),
        ("correlation_id", |filter| filter.correlation_id = Some(id('b', 120_004 / 2))),
        ("causation_id", |filter| filter.causation_id = Some(id('8', 120_004))),
        ("request_id", |filter| filter.request_id = Some(id('b', 120_004 / 2))),
        ("from", |filter| filter.from = Some(time("2026-01-01T00:01:00Z"))),
        ("to", |filter| filter.to = Some(time("2026-01-01T00:12:00Z"))),
    ]
}

fn id(kind: char, number: i64) -> String {
    format!("01900000-0000-7000-{kind}000-{number:012x}")
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// How the database answers a statement, with the values unknown to the planner or known.
async fn plan(connection: &mut PgConnection, statement: &Statement, mode: &str, linked: bool) -> String {
    let types = statement.values.iter().map(|value| match value {
        Bound::Text(_) => "text",
        Bound::Number(_) => "bigint",
    });
    let types = types.collect::<Vec<_>>().join(", ");
    let values = statement.values.iter().map(|value| match value {
        Bound::Text(text) => format!("'{text}'"),
        Bound::Number(number) => number.to_string(),
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let steering = walk::steering(linked);
    run(connection, &format!("SET plan_cache_mode = {mode}; BEGIN; {steering}")).await;
    run(connection, &format!("PREPARE asked ({types}) AS {}", statement.sql)).await;
    let explain =
        format!("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE asked ({values})");
    let lines: Vec<String> =
        sqlx::query_scalar(&explain).persistent(false).fetch_all(&mut *connection).await.unwrap();
    run(connection, "COMMIT; DEALLOCATE asked").await;
    lines.join("\n")
}

/// The numbers behind a word of a plan.
fn numbers(plan: &str, word: &str) -> Vec<i64> {
    let digits =
        |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
    plan.split(word).skip(1).map(digits).collect()
}

/// The pages that the whole statement touched.
fn touched(plan: &str) -> i64 {
    let first = plan.lines().find(|line| line.trim_start().starts_with("Buffers:")).unwrap_or_default();
    ["shared hit=", " read="].iter().filter_map(|word| numbers(first, word).first().copied()).sum()
}

fn check(asked: &str, walk: &Walk<'_>, plan: &str) {
    let walks = match walk {
        Walk::Log => "events_in_order",
        Walk::Stream(..) => "stream_in_order",
        Walk::Type(_) | Walk::Types(_) => "events_by_type",
        Walk::Actor(_) => "events_by_actor",
        Walk::Linked(..) => "events_by_link",
    };
    assert!(plan.contains(walks), "{asked} does not walk {walks}:\n{plan}");
    assert!(!plan.contains("Seq Scan on events"), "{asked} reads the whole log:\n{plan}");
    let looked_at = numbers(plan, "Rows Removed by Filter: ").into_iter().sum::<i64>();
    assert!(looked_at <= LOOKED_AT, "{asked} looks at too much:\n{plan}");
    if matches!(walk, Walk::Linked(..)) {
        // Two events share a correlation and two, at the most, a cause.
        let sorted = numbers(plan, "Sort (actual rows=");
        assert!(sorted.into_iter().all(|rows| rows <= 2), "{asked} sorts more than is linked:\n{plan}");
    } else {
        assert!(!plan.contains("Sort (actual"), "{asked} sorts:\n{plan}");
        assert!(!plan.contains("Bitmap"), "{asked} gathers before it gives:\n{plan}");
    }
    // Linked events: the summaries, and the pages of which one is summarised. Walks: a page or two an event.
    let most = match walk {
        Walk::Linked(..) => 600,
        _ if looked_at > 0 || plan.contains("looked_at") => LOOKED_AT * 3,
        _ => 400,
    };
    assert!(touched(plan) <= most, "{asked} touches {} pages:\n{plan}", touched(plan));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_and_every_combination_walks_an_index() {
    let database = database().await;
    let mut connection = filled(&database, EVENTS).await;
    let filters = filters();
    let mut asked_in_all = 0;
    for bits in 0_u32..1 << filters.len() {
        let mut filter = Filter::default();
        let mut asked = Vec::new();
        for (nth, (name, set)) in filters.iter().enumerate() {
            if bits & 1 << nth != 0 {
                set(&mut filter);
                asked.push(*name);
            }
        }
        // One of the two directions each, and of the two ways to plan; all of them where little is asked.
        let all = asked.len() < 3;
        for newest_first in
            [false, true].into_iter().filter(|way| all || *way == bits.count_ones().is_multiple_of(2))
        {
            let place = Place { newest_first, ..Place::start(PAGE) };
            let (span, _) = search::span(&mut connection, &filter, place).await.unwrap();
            let Some((walk, rest)) = walk::choose(&mut connection, &filter, span).await.unwrap() else {
                panic!("{asked:?} leads nowhere");
            };
            let statements =
                [walk::events(&walk, &rest, span, place), walk::end_of_walk(&walk, span, newest_first)];
            let linked = matches!(walk, Walk::Linked(..));
            for statement in statements.iter().take(if linked || rest == Filter::default() { 1 } else { 2 }) {
                for mode in ["force_generic_plan", "force_custom_plan"]
                    .into_iter()
                    .filter(|mode| all || *mode == "force_generic_plan")
                {
                    let plan = plan(&mut connection, statement, mode, linked).await;
                    check(&format!("{asked:?} {mode}"), &walk, &plan);
                    asked_in_all += 1;
                }
            }
        }
    }
    assert!(asked_in_all > 600, "{asked_in_all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_nothing_fits_stops_on_the_way_and_is_answered_by_going_on() {
    let database = database().await;
    let mut connection = filled(&database, EVENTS).await;
    // Both are common, and never together.
    let filter = Filter {
        event_type: Some("product.info_recorded".to_owned()),
        actor_id: Some(id('a', 120_004 * 7919 % 1000)),
        ..Filter::default()
    };
    let unfit = Filter { aggregate_type: Some("account".to_owned()), ..filter.clone() };
    let (mut place, mut pages) = (Place::start(PAGE), 0);
    loop {
        let found = search::page(&mut connection, &unfit, place).await.unwrap();
        assert!(found.events.is_empty());
        pages += 1;
        match found.next {
            Some(next) => place.after = next,
            None => break,
        }
    }
    assert_eq!(pages, 1, "240 events by this account are fewer than a question looks at");
    let common = Filter {
        event_type: Some("product.info_recorded".to_owned()),
        aggregate_type: Some("account".to_owned()),
        ..Filter::default()
    };
    for newest_first in [false, true] {
        let (mut place, mut pages) = (Place { newest_first, ..Place::start(PAGE) }, 0);
        loop {
            let found = search::page(&mut connection, &common, place).await.unwrap();
            assert!(found.events.is_empty());
            pages += 1;
            match found.next {
                Some(next) if newest_first => place.before = next,
                Some(next) => place.after = next,
                None => break,
            }
        }
        assert_eq!(
            pages,
            EVENTS / 4 / LOOKED_AT,
            "a quarter of the log, as much at a time as may be looked at"
        );
    }
    // A rare one at the end of a long way is found.
    let rare = Filter { event_type: Some("account.erased".to_owned()), ..Filter::default() };
    let found = search::page(&mut connection, &rare, Place::start(PAGE)).await.unwrap();
    let positions: Vec<_> = found.events.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=7).map(|nth| nth * 30_011).collect::<Vec<_>>());
    assert_eq!((found.next, found.head), (None, EVENTS));
}

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
