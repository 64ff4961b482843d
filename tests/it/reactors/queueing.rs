//! From the log to tasks: every heard event once, and never back.

use futures_util::future::join_all;
use sqlx::{Connection, Executor, PgConnection};
use zhanggui::eventstore::reactor::{Outcome, Reactors, Worked};

use super::{NAME, answering, engine, position, rows, run};
use crate::eventstore::counter::Command;
use crate::support::site::TestSite;

#[tokio::test]
async fn every_heard_event_is_worked_on_once() {
    let site = TestSite::start().await;
    run(&site, Command::Add(3)).await;
    run(&site, Command::Close).await;
    run(&site, Command::Rename("somebody".into())).await;
    let (reactors, mut seen) = answering(&site, Outcome::Done);
    assert_eq!(reactors.queue().await.unwrap(), 4);
    assert_eq!(reactors.queue().await.unwrap(), 0);
    assert_eq!(reactors.work().await.unwrap(), Worked { done: 4, ..Worked::default() });
    assert_eq!(reactors.work().await.unwrap(), Worked::default());
    let tasks = seen.all();
    assert_eq!(tasks.iter().map(|task| task.position).collect::<Vec<_>>(), [1, 2, 3, 5]);
    assert_eq!((tasks[3].aggregate_id.as_str(), tasks[3].sequence, tasks[3].attempt), ("c", 5, 1));
    assert_eq!(rows(&site).await, []);
}

#[tokio::test]
async fn the_position_survives_a_restart_and_never_goes_back() {
    let site = TestSite::start().await;
    run(&site, Command::Add(2)).await;
    let (first, mut seen) = answering(&site, Outcome::Done);
    first.queue().await.unwrap();
    first.work().await.unwrap();
    assert_eq!(seen.positions(), [1, 2]);
    drop(first);
    run(&site, Command::Add(1)).await;
    run(&site, Command::Close).await;
    let (second, mut seen) = answering(&site, Outcome::Done);
    assert_eq!(second.queue().await.unwrap(), 1);
    // Past the event that is not heard as well.
    assert_eq!(position(&site).await, 4);
    second.work().await.unwrap();
    assert_eq!(seen.positions(), [3]);
    // A position ahead of the log, as after a database was put back, is left alone.
    sqlx::query("UPDATE reactors SET position = 9").execute(&site.app.log.pool).await.unwrap();
    assert_eq!((second.queue().await.unwrap(), position(&site).await), (0, 9));
}

#[tokio::test]
async fn a_reactor_that_is_not_to_hear_the_past_begins_with_the_next_event() {
    let site = TestSite::start().await;
    run(&site, Command::Add(5)).await;
    let (reactors, mut seen) =
        engine(&site, false, Box::new(|_| Box::pin(std::future::ready(Outcome::Done))));
    assert_eq!(reactors.queue().await.unwrap(), 0);
    run(&site, Command::Add(1)).await;
    assert_eq!(reactors.queue().await.unwrap(), 1);
    reactors.work().await.unwrap();
    assert_eq!(seen.positions(), [6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_queue_at_once_queue_nothing_twice_and_forget_nothing() {
    let site = TestSite::start().await;
    let engines: Vec<_> = (0..4).map(|_| answering(&site, Outcome::Done).0).collect();
    let mut queued = 0;
    for _ in 0..10 {
        run(&site, Command::Add(7)).await;
        for number in join_all(engines.iter().map(Reactors::queue)).await {
            queued += number.unwrap();
        }
    }
    queued += engines[0].queue().await.unwrap();
    assert_eq!((queued, rows(&site).await.len(), position(&site).await), (70, 70, 70));
}

#[tokio::test]
async fn while_another_instance_queues_it_is_not_waited_for() {
    let site = TestSite::start().await;
    let (reactors, _seen) = answering(&site, Outcome::Done);
    reactors.queue().await.unwrap();
    run(&site, Command::Add(1)).await;
    let mut other = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    let mut transaction = other.begin().await.unwrap();
    transaction
        .execute(format!("SELECT FROM reactors WHERE name = '{NAME}' FOR UPDATE").as_str())
        .await
        .unwrap();
    assert_eq!(reactors.queue().await.unwrap(), 0);
    transaction.rollback().await.unwrap();
    assert_eq!(reactors.queue().await.unwrap(), 1);
}
