//! What somebody with every right on the database may do to events: each is found, and its place is named.

use super::{Scene, attack};

const CHANGED: &str = "the event is not the one whose leaf hash lies beside it: its payload, its metadata, its time or its place was changed";

/// What verification says after one statement of an attacker.
async fn after(sql: &str) -> String {
    let mut scene = Scene::signed().await;
    let report = scene.verify(super::Trusting::default()).await.unwrap();
    assert_eq!((report.events, report.checkpoints, report.streams), (650, 3, 138));
    let mut attacker = scene.attacker().await;
    attack(&mut attacker, sql).await;
    scene.fault().await
}

#[tokio::test]
async fn a_changed_byte_of_a_payload_is_found() {
    let fault =
        after("UPDATE events SET payload = jsonb_set(payload, '{price}', '\"19.91\"') WHERE position = 417");
    assert_eq!(fault.await, format!("position 417: {CHANGED}"));
}

#[tokio::test]
async fn a_changed_byte_of_metadata_is_found() {
    let fault =
        after("UPDATE events SET metadata = jsonb_set(metadata, '{request_id}', '\"x\"') WHERE position = 1");
    assert_eq!(fault.await, format!("position 1: {CHANGED}"));
}

#[tokio::test]
async fn a_changed_time_is_found() {
    let fault =
        after("UPDATE events SET recorded_at = recorded_at + interval '1 microsecond' WHERE position = 650");
    assert_eq!(fault.await, format!("position 650: {CHANGED}"));
}

#[tokio::test]
async fn a_number_in_another_form_of_the_same_value_is_found() {
    for number in ["417.0", "417.0000000000000000001", "416.9999999999999999999"] {
        let sql = format!(
            "UPDATE events SET payload = jsonb_set(payload, '{{number}}', '{number}') WHERE position = 417"
        );
        let fault = after(&sql).await;
        assert!(fault.starts_with("position 417: the event cannot be read, so it was altered"), "{fault}");
    }
    let fault =
        after("UPDATE events SET metadata = metadata || '{\"actor_id\": 5.0}' WHERE position = 3").await;
    assert!(fault.starts_with("position 3: the event cannot be read, so it was altered"), "{fault}");
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_stops_nothing_but_the_verification() {
    let deep = format!("'{}{}'", "[".repeat(200), "]".repeat(200));
    for sql in [
        format!("UPDATE events SET payload = {deep} WHERE position = 417"),
        "ALTER TABLE events DROP CONSTRAINT events_leaf_hash_check; UPDATE events SET leaf_hash = '\\x00' WHERE position = 417".to_owned(),
        "ALTER TABLE events ALTER leaf_hash DROP NOT NULL; UPDATE events SET leaf_hash = NULL WHERE position = 417".to_owned(),
        "ALTER TABLE events ALTER payload DROP NOT NULL; UPDATE events SET payload = NULL WHERE position = 417".to_owned(),
        "ALTER TABLE events DROP CONSTRAINT finite_time; UPDATE events SET recorded_at = 'infinity' WHERE position = 417".to_owned(),
        "ALTER TABLE events DROP CONSTRAINT finite_time; UPDATE events SET recorded_at = '-infinity' WHERE position = 417".to_owned(),
        "UPDATE events SET recorded_at = '290000-01-01' WHERE position = 417".to_owned(),
    ] {
        let fault = after(&sql).await;
        assert!(fault.starts_with("position 417: the event cannot be read, so it was altered"), "{sql}: {fault}");
    }
    for sql in [
        "UPDATE checkpoints SET made_at = 'infinity' WHERE size = 300",
        "UPDATE log_keys SET created_at = '-infinity'",
        "UPDATE log_head SET recorded_at = 'infinity'",
    ] {
        let fault = after(sql).await;
        assert!(fault.starts_with("what lies beside the events cannot be read"), "{sql}: {fault}");
    }
}

#[tokio::test]
async fn another_type_of_an_event_is_found() {
    let fault = after("UPDATE events SET event_type = 'made.unchanged' WHERE position = 256");
    assert_eq!(fault.await, format!("position 256: {CHANGED}"));
}

#[tokio::test]
async fn a_changed_event_with_a_leaf_hash_that_fits_is_found_by_the_root() {
    let mut scene = Scene::signed().await;
    let mut attacker = scene.attacker().await;
    attack(
        &mut attacker,
        "UPDATE events SET payload = jsonb_set(payload, '{price}', '\"0.01\"') WHERE position = 417",
    )
    .await;
    super::forged::rehash(&mut attacker, 417, 417).await;
    // Between the checkpoints of 300 and 600; the tiles, which nobody touched, say which 256 it is among.
    let fault = scene.fault().await;
    assert!(
        fault.starts_with(
            "positions 301 to 512: the events do not have the root of the checkpoint of size 600"
        ),
        "{fault}"
    );
}

#[tokio::test]
async fn the_newest_event_cannot_be_deleted() {
    let fault = after("DELETE FROM events WHERE position = 650").await;
    assert_eq!(
        fault,
        "position 650: is missing: the head of the log says that there are 650 events, and there are 649: the newest were removed"
    );
}

#[tokio::test]
async fn a_head_that_was_set_back_with_it_does_not_help() {
    let mut scene = Scene::signed().await;
    let mut attacker = scene.attacker().await;
    super::forged::truncate(&mut attacker, 640).await;
    assert_eq!(
        scene.fault().await,
        "position 641: is missing: the log ends with 640 events, but a checkpoint of 650 was signed: the newest were removed"
    );
}

#[tokio::test]
async fn an_event_in_the_middle_cannot_be_deleted() {
    let fault = after("DELETE FROM events WHERE position = 333").await;
    assert_eq!(fault, "position 333: is missing: position 334 follows");
}

#[tokio::test]
async fn many_events_cannot_be_deleted() {
    let fault = after("DELETE FROM events WHERE position BETWEEN 30 AND 640").await;
    assert_eq!(fault, "position 30: is missing: position 641 follows");
}

#[tokio::test]
async fn the_oldest_event_cannot_be_deleted() {
    let fault = after("DELETE FROM events WHERE position = 1").await;
    assert_eq!(fault, "position 1: is missing: position 2 follows");
}

#[tokio::test]
async fn an_event_cannot_be_inserted_at_the_end() {
    let copy = "INSERT INTO events SELECT log, 651, gen_random_uuid(), aggregate_type, 'new', 1, event_type, event_version, \
                payload, metadata, recorded_at, leaf_hash FROM events WHERE position = 650";
    let mut scene = Scene::signed().await;
    let mut attacker = scene.attacker().await;
    attack(&mut attacker, copy).await;
    super::forged::rehash(&mut attacker, 651, 651).await;
    assert_eq!(
        scene.fault().await,
        "position 651: the head of the log says that there are 650 events: this one was added past the program"
    );
}

#[tokio::test]
async fn an_event_cannot_be_inserted_in_the_middle() {
    let mut scene = Scene::signed().await;
    let mut attacker = scene.attacker().await;
    attack(
        &mut attacker,
        "UPDATE events SET position = position + 1000000 WHERE position >= 200; \
         UPDATE events SET position = position - 999999 WHERE position > 1000000; \
         INSERT INTO events SELECT log, 200, gen_random_uuid(), aggregate_type, 'new', 1, event_type, event_version, \
         payload, metadata, recorded_at, leaf_hash FROM events WHERE position = 199; \
         UPDATE log_head SET position = 651",
    )
    .await;
    super::forged::rehash(&mut attacker, 200, 200).await;
    // The new one is whole in itself; the one that had its place is not at home in the next.
    assert_eq!(scene.fault().await, format!("position 201: {CHANGED}"));
}

#[tokio::test]
async fn an_event_cannot_be_inserted_beside_the_log() {
    for (log, position, constraint) in
        [(1, 1, "one_log"), (-1, 700, "one_log"), (0, 0, "events_position_check")]
    {
        let mut scene = Scene::signed().await;
        let mut attacker = scene.attacker().await;
        let insert = format!(
            "INSERT INTO events SELECT {log}, {position}, gen_random_uuid(), aggregate_type, aggregate_id, sequence + 1, \
             event_type, event_version, payload, metadata, recorded_at, leaf_hash FROM events WHERE position = 650"
        );
        let refused = sqlx::raw_sql(&insert).execute(&mut attacker).await.unwrap_err().to_string();
        assert!(refused.contains(constraint), "{refused}");
        // Put back, and said to have been true all along, so that no planner looks for what it forbids.
        let forbids = if log == 0 { "position > 0" } else { "log = 0" };
        attack(
            &mut attacker,
            &format!(
                "ALTER TABLE events DROP CONSTRAINT {constraint}; {insert}; \
                 ALTER TABLE events ADD CONSTRAINT {constraint} CHECK ({forbids}) NOT VALID; \
                 UPDATE pg_constraint SET convalidated = true WHERE conname = '{constraint}'"
            ),
        )
        .await;
        let fault = scene.fault().await;
        let place = format!("an event lies outside of what is proved, in log {log} at position {position}: ");
        assert!(fault.starts_with(&place) && fault.contains("of stream made/"), "{fault}");
    }
}

#[tokio::test]
async fn two_events_cannot_change_places() {
    let fault = after(
        "UPDATE events SET position = 1000000 WHERE position = 100; UPDATE events SET position = 100 WHERE position = 101; \
         UPDATE events SET position = 101 WHERE position = 1000000",
    );
    assert_eq!(fault.await, format!("position 100: {CHANGED}"));
}

#[tokio::test]
async fn two_events_of_a_stream_cannot_change_places_with_their_hashes() {
    let mut scene = Scene::signed().await;
    let mut attacker = scene.attacker().await;
    // In made logs the next event of a stream comes 64 positions later.
    attack(
        &mut attacker,
        "UPDATE events SET position = 1000000 WHERE position = 100; UPDATE events SET position = 100 WHERE position = 164; \
         UPDATE events SET position = 164 WHERE position = 1000000",
    )
    .await;
    super::forged::rehash(&mut attacker, 100, 164).await;
    let fault = scene.fault().await;
    assert!(fault.starts_with("position 100: sequence 3 of stream made/"), "{fault}");
    assert!(fault.ends_with("where 2 should follow"), "{fault}");
}

#[tokio::test]
async fn a_stream_that_skips_and_a_time_that_runs_back_are_found_with_hashes_that_fit() {
    for (sql, expected) in [
        ("UPDATE events SET sequence = 9 WHERE position = 500", "sequence 9 of stream"),
        (
            "UPDATE events SET recorded_at = '2001-01-01T00:00:00Z' WHERE position = 500",
            "recorded at 2001-01-01T00:00:00.000000Z, before the event in front of it",
        ),
    ] {
        let mut scene = Scene::signed().await;
        let mut attacker = scene.attacker().await;
        attack(&mut attacker, sql).await;
        super::forged::rehash(&mut attacker, 500, 500).await;
        let fault = scene.fault().await;
        assert!(fault.starts_with("position 500: ") && fault.contains(expected), "{fault}");
    }
}

#[tokio::test]
async fn a_head_or_a_checkpoint_that_was_changed_is_found() {
    for (sql, expected) in [
        (
            "UPDATE log_head SET frontier = overlay(frontier PLACING '\\x00'::bytea FROM 1)",
            "the head of the log has another root than its events",
        ),
        (
            "UPDATE log_head SET recorded_at = now()",
            "the head of the log has another time than its last event",
        ),
        (
            "UPDATE checkpoints SET root = overlay(root PLACING '\\x0000'::bytea FROM 5) WHERE size = 600",
            "positions 301 to 600: the events do not have the root of the checkpoint of size 600",
        ),
        (
            "UPDATE checkpoint_signatures SET signature = overlay(signature PLACING '\\x0000'::bytea FROM 5) WHERE size = 600",
            "the checkpoint of size 600: the signature by zhanggui/",
        ),
        (
            "DELETE FROM checkpoint_signatures WHERE size = 300",
            "the checkpoint of size 300 is not signed by a key that you trust",
        ),
        (
            "UPDATE checkpoints SET origin = 'other' WHERE size = 300",
            "the checkpoint of size 300: the signature by zhanggui/",
        ),
    ] {
        let fault = after(sql).await;
        assert!(fault.starts_with(expected), "{sql}: {fault}");
    }
}
