//! Every filter and every combination of them walks an index, and no further than it may, whatever is asked.
//!
//! What counts is not the time, which depends on the machine, but how much of the log is touched.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use zhanggui::audit::search::{self, Filter, Place};
use zhanggui::audit::statement::{Bound, Statement};
use zhanggui::audit::walk::{self, LOOKED_AT, Walk};

use super::filled;
use crate::support::cluster::database;

const EVENTS: i64 = 240_000;
/// The events of a page, and the one more that says whether there is another.
pub(super) const PAGE: i64 = 50;

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

pub(super) fn id(kind: char, number: i64) -> String {
    format!("01900000-0000-7000-{kind}000-{number:012x}")
}

pub(super) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// How the database answers a statement, with the values unknown to the planner or known.
pub(super) async fn plan(
    connection: &mut PgConnection,
    statement: &Statement,
    mode: &str,
    linked: bool,
) -> String {
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
pub(super) fn numbers(plan: &str, word: &str) -> Vec<i64> {
    let digits =
        |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
    plan.split(word).skip(1).map(digits).collect()
}

/// The pages that the whole statement touched.
pub(super) fn touched(plan: &str) -> i64 {
    let first = plan.lines().find(|line| line.trim_start().starts_with("Buffers:")).unwrap_or_default();
    ["shared hit=", " read="].iter().filter_map(|word| numbers(first, word).first().copied()).sum()
}

pub(super) fn check(asked: &str, walk: &Walk<'_>, plan: &str) {
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
