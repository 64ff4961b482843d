//! Appending: gapless order, one answer for each command, claims decided with the event.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::AggregateError;
use futures_util::future::join_all;
use serde_json::Value;
use uuid::Uuid;
use zhanggui::eventstore::Metadata;
use zhanggui::eventstore::merkle::{Envelope, Frontier, Hash};
use zhanggui::eventstore::store::Log;

use super::counter::{Command, Refusal, counters};
use crate::support::site::TestSite;

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    event_id: Uuid,
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: Value,
    metadata: Value,
    recorded_at: DateTime<Utc>,
    leaf_hash: Vec<u8>,
}

impl Row {
    /// The leaf hash, computed anew from what the table holds.
    fn leaf(&self) -> Hash {
        Envelope {
            aggregate_id: &self.aggregate_id,
            aggregate_type: &self.aggregate_type,
            event_id: self.event_id,
            event_type: &self.event_type,
            event_version: &self.event_version,
            metadata: &serde_json_canonicalizer::to_string(&self.metadata).unwrap(),
            payload: &serde_json_canonicalizer::to_string(&self.payload).unwrap(),
            position: self.position,
            recorded_at: self.recorded_at,
            sequence: self.sequence,
        }
        .leaf()
    }
}

/// Checks the whole log: positions and sequences without gaps, times in order, every leaf hash and the head.
/// Gives the number of events.
pub(crate) async fn check_log(log: &Log) -> i64 {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT * FROM events ORDER BY position").fetch_all(&log.pool).await.unwrap();
    let mut frontier = Frontier::default();
    let mut streams: HashMap<(&str, &str), i64> = HashMap::new();
    let (mut last_time, mut last_position, mut ids) = (DateTime::UNIX_EPOCH, 0, HashSet::new());
    for row in &rows {
        assert_eq!(row.position, last_position + 1, "a gap in the positions");
        last_position = row.position;
        let last = streams.entry((&row.aggregate_type, &row.aggregate_id)).or_default();
        *last += 1;
        assert_eq!(row.sequence, *last, "a gap in stream {}", row.aggregate_id);
        assert!(row.recorded_at >= last_time, "time runs backwards at {}", row.position);
        last_time = row.recorded_at;
        assert!(ids.insert(row.event_id), "event id {} stands twice", row.event_id);
        assert_eq!(row.leaf().as_slice(), row.leaf_hash, "leaf {} is not that of its event", row.position);
        frontier.push(row.leaf());
    }
    let head: (i64, Vec<u8>) =
        sqlx::query_as("SELECT position, frontier FROM log_head").fetch_one(&log.pool).await.unwrap();
    assert_eq!(head, (last_position, frontier.to_bytes()));
    last_position
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_commands_of_two_instances_leave_one_gapless_order() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let instances = [counters(&site.app.log), counters(&other.app.log)];
    let commands = (0..200_i64).map(|nth| {
        let counters = &instances[usize::from(nth % 2 == 1)];
        async move {
            counters.execute(&format!("c{}", nth % 40), Command::Add(1 + nth % 3), Metadata::default()).await
        }
    });
    let results = join_all(commands).await;
    let added: i64 =
        results.iter().zip(0..).filter(|(result, _)| result.is_ok()).map(|(_, nth)| 1 + nth % 3).sum();
    let lost = results.iter().filter(|result| result.is_err()).count();
    for error in results.into_iter().filter_map(Result::err) {
        assert!(matches!(error, AggregateError::AggregateConflict), "{error}");
    }
    assert!(lost < 100, "{lost} of 200 commands lost every race");
    assert_eq!(check_log(&site.app.log).await, added);
}

#[tokio::test]
async fn a_decision_is_taken_on_the_newest_state_even_from_a_stale_memory() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (here, there) = (counters(&site.app.log), counters(&other.app.log));
    here.execute("c", Command::Add(1), Metadata::default()).await.unwrap();
    there.execute("c", Command::AddIf(1), Metadata::default()).await.unwrap();
    // `here` remembers a count of 1; neither a decision nor a refusal may come from that.
    here.execute("c", Command::AddIf(2), Metadata::default()).await.unwrap();
    let refused = there.execute("c", Command::AddIf(2), Metadata::default()).await;
    assert!(matches!(refused, Err(AggregateError::UserError(Refusal::NotSoMany))), "{refused:?}");
    there.execute("c", Command::AddIf(3), Metadata::default()).await.unwrap();
    check_log(&site.app.log).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_want_one_name_exactly_one_gets_it_and_the_others_are_told_so() {
    let site = TestSite::start().await;
    let counters = counters(&site.app.log);
    let results = join_all((0..30).map(|nth| {
        let counters = &counters;
        async move {
            counters.execute(&format!("c{nth}"), Command::Rename("shop".into()), Metadata::default()).await
        }
    }))
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for error in results.into_iter().filter_map(Result::err) {
        assert!(
            matches!(&error, AggregateError::UserError(Refusal::Taken(kinds)) if kinds == &["counter_name"]),
            "{error}"
        );
    }
    assert_eq!(check_log(&site.app.log).await, 1);
}

#[tokio::test]
async fn a_name_is_released_and_another_taken_in_one_append() {
    let site = TestSite::start().await;
    let counters = counters(&site.app.log);
    let rename = |id: &'static str, name: &str| {
        counters.execute(id, Command::Rename(name.into()), Metadata::default())
    };
    rename("a", "one").await.unwrap();
    rename("a", "two").await.unwrap();
    rename("b", "one").await.unwrap();
    assert!(matches!(rename("b", "two").await, Err(AggregateError::UserError(Refusal::Taken(_)))));
    // The refused append released nothing: "one" is still b's.
    assert!(matches!(rename("c", "one").await, Err(AggregateError::UserError(Refusal::Taken(_)))));
    // Keeping one's own name is no theft.
    rename("a", "two").await.unwrap();
    counters.execute("a", Command::Close, Metadata::default()).await.unwrap();
    rename("c", "two").await.unwrap();
    check_log(&site.app.log).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_neighbour_spoils_nobody_else() {
    let site = TestSite::start().await;
    let counters = counters(&site.app.log);
    counters.execute("holder", Command::Rename("held".into()), Metadata::default()).await.unwrap();
    let results =
        join_all(
            (0..60).map(|nth| {
                let counters = &counters;
                let name = if nth % 3 == 0 { "held".to_owned() } else { format!("free{nth}") };
                async move {
                    counters.execute(&format!("c{nth}"), Command::Rename(name), Metadata::default()).await
                }
            }),
        )
        .await;
    for (nth, result) in results.iter().enumerate() {
        assert_eq!(result.is_ok(), nth % 3 != 0, "{nth}: {result:?}");
    }
    assert_eq!(check_log(&site.app.log).await, 41);
}

#[tokio::test]
async fn a_clock_that_steps_back_does_not_turn_the_log_around() {
    let site = TestSite::start().await;
    let counters = counters(&site.app.log);
    for _ in 0..3 {
        counters.execute("c", Command::Add(1), Metadata::default()).await.unwrap();
        site.clock.advance(TimeDelta::hours(-1));
    }
    assert_eq!(check_log(&site.app.log).await, 3);
}

#[tokio::test]
async fn a_command_that_changes_nothing_leaves_no_trace() {
    let site = TestSite::start().await;
    counters(&site.app.log).execute("c", Command::Nothing, Metadata::default()).await.unwrap();
    assert_eq!(check_log(&site.app.log).await, 0);
}

#[tokio::test]
async fn metadata_is_stored_with_the_event() {
    let site = TestSite::start().await;
    let metadata =
        Metadata { actor_id: Some(uuid::Uuid::nil()), request_id: Some("r1".into()), ..Metadata::default() };
    counters(&site.app.log).execute("c", Command::Add(1), metadata).await.unwrap();
    let stored: serde_json::Value =
        sqlx::query_scalar("SELECT metadata FROM events").fetch_one(&site.app.log.pool).await.unwrap();
    assert_eq!(stored, serde_json::json!({"actor_id": uuid::Uuid::nil(), "request_id": "r1"}));
}
