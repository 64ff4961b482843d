//! Appending: gapless order, one answer for each command, claims decided with the event.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::AggregateError;
use futures_util::future::join_all;
use zhanggui::eventstore::Metadata;
use zhanggui::eventstore::merkle::{Envelope, Frontier};
use zhanggui::eventstore::store::Log;

use super::counter::{Command, Refusal, counters};
use crate::support::site::TestSite;

/// Checks the whole log: positions and sequences without gaps, times in order, every leaf hash and the head.
pub(crate) async fn check_log(log: &Log) -> i64 {
    type Row = (
        i64,
        uuid::Uuid,
        String,
        String,
        i64,
        String,
        String,
        serde_json::Value,
        serde_json::Value,
        DateTime<Utc>,
        Vec<u8>,
    );
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, \
         metadata, recorded_at, leaf_hash FROM events ORDER BY position",
    )
    .fetch_all(&log.pool)
    .await
    .unwrap();
    let mut frontier = Frontier::default();
    let mut streams: std::collections::HashMap<(String, String), i64> = std::collections::HashMap::new();
    let (mut last_time, mut ids) = (DateTime::UNIX_EPOCH, HashSet::new());
    for (
        nth,
        (
            position,
            event_id,
            aggregate_type,
            aggregate_id,
            sequence,
            event_type,
            event_version,
            payload,
            metadata,
            recorded_at,
            leaf,
        ),
    ) in rows.iter().enumerate()
    {
        assert_eq!(*position, i64::try_from(nth).unwrap() + 1, "a gap in the positions");
        let last = streams.entry((aggregate_type.clone(), aggregate_id.clone())).or_default();
        *last += 1;
        assert_eq!(*sequence, *last, "a gap in stream {aggregate_id}");
        assert!(*recorded_at >= last_time, "time runs backwards at {position}");
        last_time = *recorded_at;
        assert!(ids.insert(event_id), "event id {event_id} stands twice");
        let envelope = Envelope {
            aggregate_id,
            aggregate_type,
            event_id: *event_id,
            event_type,
            event_version,
            metadata: &serde_json_canonicalizer::to_string(metadata).unwrap(),
            payload: &serde_json_canonicalizer::to_string(payload).unwrap(),
            position: *position,
            recorded_at: *recorded_at,
            sequence: *sequence,
        };
        assert_eq!(envelope.leaf().as_slice(), leaf, "leaf {position} is not that of its event");
        frontier.push(envelope.leaf());
    }
    let (position, stored): (i64, Vec<u8>) =
        sqlx::query_as("SELECT position, frontier FROM log_head").fetch_one(&log.pool).await.unwrap();
    assert_eq!((position, stored), (i64::try_from(rows.len()).unwrap(), frontier.to_bytes()));
    position
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_commands_of_two_instances_leave_one_gapless_order() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let instances = [counters(&site.app.log), counters(&other.app.log)];
    let commands = (0..200_usize).map(|nth| {
        let counters = &instances[nth % 2];
        async move {
            counters
                .execute(&format!("c{}", nth % 40), Command::Add(1 + nth as i64 % 3), Metadata::default())
                .await
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
    // `here` still remembers a count of 1: the append refuses, the command is decided anew.
    here.execute("c", Command::AddIf(2), Metadata::default()).await.unwrap_err();
    here.execute("c", Command::Add(1), Metadata::default()).await.unwrap();
    let refused = there.execute("c", Command::AddIf(2), Metadata::default()).await;
    assert!(refused.is_ok() || matches!(refused, Err(AggregateError::UserError(Refusal::NotSoMany))));
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
