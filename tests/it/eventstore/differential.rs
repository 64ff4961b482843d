//! Against stock postgres-es: the same commands through both give the same events, and stock reads our table.

use std::sync::atomic::{AtomicU32, Ordering};

use cqrs_es::CqrsFramework;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use postgres_es::PostgresEventRepository;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::postgres::PgPoolOptions;
use zhanggui::eventstore::Metadata;

use super::counter::{Command, Counter, counters};
use crate::support::site::TestSite;

const STOCK: &str = "CREATE TABLE stock_events (
    aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint CHECK (sequence >= 0) NOT NULL,
    event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL,
    timestamp timestamptz DEFAULT (CURRENT_TIMESTAMP), PRIMARY KEY (aggregate_type, aggregate_id, sequence))";

fn commands() -> impl Strategy<Value = Vec<(u8, Command)>> {
    let command = prop_oneof![
        (0_i64..4).prop_map(Command::Add),
        (0_i64..6).prop_map(Command::AddIf),
        Just(Command::Close),
        Just(Command::Nothing),
    ];
    prop::collection::vec((0_u8..3, command), 0..25)
}

#[test]
fn the_same_commands_give_the_same_events_as_stock_and_stock_reads_ours() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let site = runtime.block_on(TestSite::start());
    let pool = runtime.block_on(async {
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .connect_with(site.database.owner_options())
            .await
            .unwrap();
        sqlx::query(STOCK).execute(&pool).await.unwrap();
        pool
    });
    let repository =
        || PostgresEventRepository::new(pool.clone()).with_tables("stock_events", "stock_snapshots");
    let stock =
        CqrsFramework::<Counter, _>::new(PersistedEventStore::new_event_store(repository()), vec![], ());
    let ours = counters(&site.app.log);
    let next = AtomicU32::new(0);
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    runner
        .run(&commands(), |commands| {
            let case = next.fetch_add(1, Ordering::Relaxed);
            runtime.block_on(async {
                for (stream, command) in commands {
                    let id = format!("{case}-{stream}");
                    let by_stock = stock.execute(&id, command.clone()).await;
                    let by_us = ours.execute(&id, command, Metadata::default()).await;
                    prop_assert_eq!(
                        by_stock.map_err(|error| error.to_string()),
                        by_us.map(drop).map_err(|error| error.to_string())
                    );
                }
                for stream in 0..3 {
                    let id = format!("{case}-{stream}");
                    let expected = repository().get_events::<Counter>(&id).await.unwrap();
                    let read_by_stock =
                        PostgresEventRepository::new(pool.clone()).get_events::<Counter>(&id).await.unwrap();
                    prop_assert_eq!(expected, read_by_stock);
                }
                Ok(())
            })
        })
        .unwrap();
}

#[tokio::test]
async fn stock_cannot_write_our_table() {
    let site = TestSite::start().await;
    let pool = PgPoolOptions::new().connect_with(site.database.app_options()).await.unwrap();
    let store = PersistedEventStore::new_event_store(PostgresEventRepository::new(pool));
    let stock = CqrsFramework::<Counter, _>::new(store, vec![], ());
    let refused = stock.execute("c", Command::Add(1)).await.unwrap_err().to_string();
    assert!(refused.contains("position"), "{refused}");
}
