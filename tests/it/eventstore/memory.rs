//! Loading: from memory, from a snapshot and from the events it is the same state.

use std::time::Duration;

use cqrs_es::{AggregateContext, EventStore};
use zhanggui::eventstore::Metadata;

use super::counter::{Command, Counter, counters, store};
use crate::support::site::TestSite;

async fn load(site: &TestSite, id: &str) -> Counter {
    store(&site.app.log).load_aggregate(id).await.unwrap().aggregate().clone()
}

/// Waits until the snapshot, which is written in the background, is there.
async fn snapshot_at(site: &TestSite, sequence: i64) -> serde_json::Value {
    let sql = "SELECT state FROM aggregate_snapshots WHERE aggregate_id = 'c' AND sequence = $1";
    for _ in 0..500 {
        if let Some(state) =
            sqlx::query_scalar(sql).bind(sequence).fetch_optional(&site.app.log.pool).await.unwrap()
        {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no snapshot of {sequence} events came");
}

#[tokio::test]
async fn a_long_stream_gets_a_sealed_snapshot_and_loads_the_same() {
    let site = TestSite::start().await;
    let counters = counters(&site.app.log);
    counters.execute("c", Command::Rename("somebody".into()), Metadata::default()).await.unwrap();
    counters.execute("c", Command::Add(99), Metadata::default()).await.unwrap();
    let state = snapshot_at(&site, 100).await;
    assert!(!state.to_string().contains("somebody"), "{state}");
    counters.execute("c", Command::Add(3), Metadata::default()).await.unwrap();
    let loaded = load(&site, "c").await;
    assert_eq!((loaded.count, loaded.name.get().unwrap().as_str()), (102, "somebody"));
    // It was the snapshot: one that lies shows.
    sqlx::query("UPDATE aggregate_snapshots SET sequence = 101").execute(&site.app.log.pool).await.unwrap();
    assert_eq!(load(&site, "c").await.count, 101);
    // A snapshot of another state version is ignored.
    sqlx::query("UPDATE aggregate_snapshots SET code_version = 0").execute(&site.app.log.pool).await.unwrap();
    assert_eq!(load(&site, "c").await, loaded);
}

#[tokio::test]
async fn a_snapshot_that_may_hold_a_replaced_secret_is_deleted_with_it() {
    let site = TestSite::start().await;
    let counters = counters(&site.app.log);
    counters.execute("c", Command::Hide("old".into()), Metadata::default()).await.unwrap();
    counters.execute("c", Command::Add(99), Metadata::default()).await.unwrap();
    snapshot_at(&site, 100).await;
    counters.execute("c", Command::Hide("new".into()), Metadata::default()).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM aggregate_snapshots")
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
    assert_eq!(load(&site, "c").await.secret.get().unwrap(), "new");
}
