//! What goes wrong around the writer: lost connections, held locks, a full queue. Nothing is lost or doubled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use cqrs_es::AggregateError;
use futures_util::future::join_all;
use sqlx::{Connection, Executor, PgConnection};
use zhanggui::eventstore::{Append, AppendError, Metadata, NewEvent};

use super::append::check_log;
use super::counter::{Command, counters};
use crate::support::site::TestSite;

fn is_unavailable<E: std::error::Error>(error: &AggregateError<E>) -> bool {
    matches!(error, AggregateError::DatabaseConnectionError(_))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_again_and_again_loses_and_doubles_nothing() {
    let site = TestSite::start().await;
    let counters = Arc::new(counters(&site.app.log));
    let (stop, acknowledged, unknown) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
    let workers = (0..16).map(|worker| {
        let (counters, stop) = (Arc::clone(&counters), Arc::clone(&stop));
        let (acknowledged, unknown) = (Arc::clone(&acknowledged), Arc::clone(&unknown));
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                match counters.execute(&format!("c{worker}"), Command::Add(1), Metadata::default()).await {
                    Ok(_) => acknowledged.fetch_add(1, Ordering::Relaxed),
                    Err(error) if is_unavailable(&error) => unknown.fetch_add(1, Ordering::Relaxed),
                    // Cut off at each of its tries: surely not recorded.
                    Err(AggregateError::AggregateConflict) => 0,
                    Err(error) => panic!("{error}"),
                };
            }
        })
    });
    let workers: Vec<_> = workers.collect();
    let mut superuser = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    let cut = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()) t";
    for _ in 0..15 {
        let target = acknowledged.load(Ordering::Relaxed) + 20;
        let begun = Instant::now();
        while acknowledged.load(Ordering::Relaxed) < target {
            assert!(begun.elapsed() < Duration::from_secs(20), "the writer did not come back");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        superuser.execute(cut).await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    join_all(workers).await.into_iter().for_each(|worker| worker.unwrap());
    // The pool finds out by using them which of its connections were cut.
    for _ in 0..32 {
        drop(site.app.log.pool.execute("SELECT 1").await);
    }
    let events = check_log(&site.app.log).await;
    let (acknowledged, unknown) = (acknowledged.load(Ordering::Relaxed), unknown.load(Ordering::Relaxed));
    assert!(
        (acknowledged..=acknowledged + unknown).contains(&events),
        "{acknowledged} + {unknown}, {events} events"
    );
}

#[tokio::test]
async fn a_lock_that_is_held_makes_commands_fail_in_bounded_time_and_then_they_work_again() {
    let site = TestSite::start().await;
    let counters = counters(&site.app.log);
    let mut holder = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    let mut transaction = holder.begin().await.unwrap();
    transaction.execute("SELECT * FROM log_head FOR UPDATE").await.unwrap();
    let begun = Instant::now();
    let refused = counters.execute("c", Command::Add(1), Metadata::default()).await.unwrap_err();
    assert!(is_unavailable(&refused), "{refused}");
    assert!(begun.elapsed() < Duration::from_secs(20), "it took {:?}", begun.elapsed());
    transaction.rollback().await.unwrap();
    counters.execute("c", Command::Add(1), Metadata::default()).await.unwrap();
    assert_eq!(check_log(&site.app.log).await, 1);
}

fn append(stream: usize, sealed: &str) -> Append {
    let event = NewEvent {
        event_id: uuid::Uuid::from_u128(stream as u128),
        event_type: "counter.added".to_owned(),
        event_version: "1".to_owned(),
        sealed: sealed.to_owned(),
        open: None,
    };
    Append {
        aggregate_type: "counter",
        aggregate_id: format!("c{stream}"),
        after: 0,
        epoch: 0,
        events: vec![event],
        metadata: "{}".to_owned(),
        releases: Vec::new(),
        takes: Vec::new(),
        keys: Vec::new(),
        destroys: Vec::new(),
    }
}

#[tokio::test]
async fn beyond_the_queue_s_length_commands_are_refused_at_once() {
    let site = TestSite::start().await;
    let mut holder = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    let mut transaction = holder.begin().await.unwrap();
    transaction.execute("SELECT * FROM log_head FOR UPDATE").await.unwrap();
    let writer = &site.app.log.writer;
    let all = join_all((0..6000).map(|stream| writer.append(append(stream, r#"{"by":1}"#))));
    let release = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        transaction.rollback().await.unwrap();
    };
    let (answers, ()) = tokio::join!(all, release);
    let refused = answers.iter().filter(|answer| **answer == Err(AppendError::Overloaded)).count();
    let recorded = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(refused > 500 && recorded >= 4096, "{refused} refused, {recorded} recorded");
    assert_eq!(refused + recorded, 6000);
    assert_eq!(check_log(&site.app.log).await, i64::try_from(recorded).unwrap());
}

#[tokio::test]
async fn an_event_that_the_database_refuses_fails_alone() {
    let site = TestSite::start().await;
    let writer = &site.app.log.writer;
    let appends = (0..20).map(|stream| {
        let sealed = if stream == 7 { "this is no JSON" } else { r#"{"by":1}"# };
        writer.append(append(stream, sealed))
    });
    for (stream, answer) in join_all(appends).await.into_iter().enumerate() {
        assert_eq!(answer.is_ok(), stream != 7, "{stream}: {answer:?}");
        assert!(stream != 7 || matches!(answer, Err(AppendError::Failed(_))));
    }
    assert_eq!(check_log(&site.app.log).await, 19);
}

#[tokio::test]
async fn a_closed_writer_records_what_waits_and_takes_no_more() {
    let site = TestSite::start().await;
    let writer = site.app.log.writer.clone();
    let waiting = (0..50).map(|stream| writer.append(append(stream, r#"{"by":1}"#)));
    let waiting = join_all(waiting);
    let close = async { writer.close() };
    let (answers, ()) = tokio::join!(waiting, close);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let log = site.app.log.clone();
    assert_eq!(check_log(&log).await, 50);
    site.app.stop().await;
    assert!(matches!(writer.append(append(99, "{}")).await, Err(AppendError::Unavailable(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_command_that_nobody_waited_for_leaves_no_wrong_memory() {
    let site = TestSite::start().await;
    let counters = Arc::new(counters(&site.app.log));
    // The writer knows the head, so that the next append is under way at once.
    counters.create("other", Command::Add(1), Metadata::default()).await.unwrap();
    let mut holder = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    let mut transaction = holder.begin().await.unwrap();
    transaction.execute("SELECT * FROM log_head FOR UPDATE").await.unwrap();
    let creating = Arc::clone(&counters);
    let create =
        tokio::spawn(async move { creating.create("c", Command::Add(1), Metadata::default()).await });
    // Until the append waits for the lock.
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
                 AND wait_event_type = 'Lock' AND query LIKE '%append_events%')";
    let mut watcher = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut watcher).await.unwrap() {
        assert!(!create.is_finished(), "{:?}", create.await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    create.abort();
    transaction.rollback().await.unwrap();
    while sqlx::query_scalar::<_, i64>("SELECT position FROM log_head").fetch_one(&mut watcher).await.unwrap()
        < 2
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    counters.execute("c", Command::AddIf(1), Metadata::default()).await.unwrap();
    assert_eq!(check_log(&site.app.log).await, 3);
}

#[tokio::test]
async fn what_was_loaded_before_a_connection_was_lost_is_loaded_again() {
    let site = TestSite::start().await;
    let writer = &site.app.log.writer;
    writer.append(append(1, r#"{"by":1}"#)).await.unwrap();
    let mut superuser = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    superuser.execute(cut).await.unwrap();
    // The first append after the cut finds out; one that continues a stream is told to load it again.
    let next = Append { after: 1, aggregate_id: "c1".to_owned(), ..append(2, r#"{"by":1}"#) };
    assert_eq!(writer.append(next.clone()).await, Err(AppendError::Stale));
    assert_eq!(writer.append(Append { epoch: writer.epoch(), ..next }).await, Ok(2));
    assert_eq!(check_log(&site.app.log).await, 2);
}

#[tokio::test]
async fn a_persons_key_is_never_replaced() {
    let site = TestSite::start().await;
    let writer = &site.app.log.writer;
    let with_key = |after: i64| {
        let (_, key) = site.app.log.sealer.new_key(zhanggui::eventstore::seal::PERSON).unwrap();
        Append { after, keys: vec![key], ..append(1, r#"{"by":1}"#) }
    };
    writer.append(with_key(0)).await.unwrap();
    assert_eq!(writer.append(with_key(1)).await, Err(AppendError::Stale));
    assert_eq!(check_log(&site.app.log).await, 1);
}
