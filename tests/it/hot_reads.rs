//! Connections for what is asked most: shared, put back as they are, and never with something left in them.

use std::time::Duration;

use futures_util::future::join_all;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::sync::Barrier;
use zhanggui::hot_reads::HotReads;

use crate::support::cluster;

const PATIENCE: Duration = Duration::from_mins(1);

async fn server_process(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(connection).await
}

fn open(options: &PgConnectOptions, most: u32) -> HotReads {
    HotReads::new(options, most, PATIENCE).unwrap()
}

#[tokio::test]
async fn a_connection_is_used_again_and_there_are_no_more_than_allowed() {
    let database = cluster::database().await;
    let reads = open(&database.app_options(), 2);
    let first = reads.ask(server_process).await.unwrap();
    assert_eq!(reads.ask(server_process).await.unwrap(), first);
    // Both at once, and then many who must wait for them.
    let both = Barrier::new(2);
    let together = async |connection: &mut PgConnection| {
        both.wait().await;
        server_process(connection).await
    };
    let (one, two) = tokio::join!(reads.ask(together), reads.ask(together));
    let known = [one.unwrap(), two.unwrap()];
    assert_ne!(known[0], known[1]);
    for process in join_all((0..20).map(|_| reads.ask(server_process))).await {
        assert!(known.contains(&process.unwrap()));
    }
}

#[tokio::test]
async fn what_was_not_answered_is_not_put_back() {
    let database = cluster::database().await;
    let reads = open(&database.app_options(), 1);
    let first = reads.ask(server_process).await.unwrap();
    // Somebody hangs up while the database is still at it.
    let endless =
        reads.ask(async |connection| sqlx::query("SELECT pg_sleep(3600)").execute(connection).await);
    assert!(tokio::time::timeout(Duration::from_millis(100), endless).await.is_err());
    let second = reads.ask(server_process).await.unwrap();
    assert_ne!(second, first);
    let wrong = reads.ask(async |connection| sqlx::query("SELECT 1/0").execute(connection).await);
    assert!(wrong.await.is_err());
    assert_ne!(reads.ask(server_process).await.unwrap(), second);
}

#[tokio::test]
async fn a_connection_whose_server_ended_costs_one_question_at_most() {
    let database = cluster::database().await;
    let reads = open(&database.app_options(), 1);
    let process = reads.ask(server_process).await.unwrap();
    let mut superuser = PgConnection::connect_with(&database.superuser_options()).await.unwrap();
    sqlx::query("SELECT pg_terminate_backend($1, 60000)")
        .bind(process)
        .execute(&mut superuser)
        .await
        .unwrap();
    let mut failed = 0;
    while reads.ask(server_process).await.is_err() {
        failed += 1;
    }
    assert!(failed <= 1, "{failed} questions were lost");
}

#[tokio::test]
async fn one_that_is_taken_is_waited_for_so_long_and_no_longer() {
    let database = cluster::database().await;
    let reads = HotReads::new(&database.app_options(), 1, Duration::from_millis(50)).unwrap();
    let taken = reads.ask(async |_| Ok(reads.ask(server_process).await)).await.unwrap();
    assert!(matches!(taken, Err(sqlx::Error::PoolTimedOut)), "{taken:?}");
    reads.close();
    assert!(matches!(reads.ask(server_process).await, Err(sqlx::Error::PoolClosed)));
}
