//! What our store is held against: stock postgres-es, and the database's own limit.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventStore;
use postgres_es::PostgresEventRepository;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool};
use uuid::Uuid;
use zhanggui::adapters::embedded_postgres::create_database;
use zhanggui::ports::Ports;

use crate::common::Fault;
use crate::common::cluster::Cluster;
use crate::common::load::Worker;
use crate::note::{NOTED, Note, NoteCommand};
use crate::ours::metadata;

/// The table as postgres-es 0.5 ships it.
pub(crate) const STOCK_TABLE: &str = "CREATE TABLE events (
    aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint CHECK (sequence >= 0) NOT NULL,
    event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, sequence))";
/// Our table of events with its two indexes, and nothing else.
pub(crate) const LIMIT_TABLE: &str = "CREATE TABLE events (
    log smallint NOT NULL DEFAULT 0, position bigint NOT NULL, event_id uuid NOT NULL, aggregate_type text NOT NULL,
    aggregate_id text NOT NULL, sequence bigint NOT NULL, event_type text NOT NULL, event_version text NOT NULL,
    payload jsonb NOT NULL, metadata jsonb NOT NULL, recorded_at timestamptz NOT NULL, leaf_hash bytea NOT NULL,
    PRIMARY KEY (log, position), UNIQUE (aggregate_type, aggregate_id, sequence, log))";
/// Connections of stock postgres-es: each command needs one of its own to wait for the disk with.
const STOCK_POOL: u32 = 32;

/// Makes a database with this table and tells how to connect.
pub(crate) async fn database(cluster: &Cluster, name: &str, table: &str) -> Result<PgConnectOptions, Fault> {
    create_database(&cluster.superuser("postgres"), name).await?;
    let options = cluster.superuser(name);
    sqlx::raw_sql(table).execute(&mut options.connect().await?).await?;
    Ok(options)
}

type Framework = CqrsFramework<Note, PersistedEventStore<PostgresEventRepository, Note>>;

/// One who writes notes through stock postgres-es, each a new stream.
#[derive(Clone)]
pub(crate) struct Stock {
    framework: Arc<Framework>,
    ports: Ports,
    text: String,
}

/// The stock store; no ping before each use of a connection, which is more than its default does.
pub(crate) async fn stock_pool(options: PgConnectOptions) -> Result<PgPool, Fault> {
    let pool = PgPoolOptions::new().max_connections(STOCK_POOL).test_before_acquire(false);
    Ok(pool.connect_with(options).await?)
}

impl Stock {
    /// A worker whose notes hold so much text.
    pub(crate) fn new(pool: &PgPool, text: usize) -> Self {
        let store = PersistedEventStore::new_event_store(PostgresEventRepository::new(pool.clone()));
        let framework = Arc::new(CqrsFramework::new(store, Vec::new(), ()));
        Self { framework, ports: Ports::system(), text: "x".repeat(text) }
    }
}

impl Worker for Stock {
    async fn once(&mut self) -> Result<(), Fault> {
        let id = self.ports.id()?.to_string();
        let command = NoteCommand::Write { name: format!("note_{id}"), text: self.text.clone() };
        let metadata = metadata(&self.ports)?.into_map();
        self.framework.execute_with_metadata(&id, command, metadata).await?;
        Ok(())
    }
}

/// One who inserts `rows` events in one statement and one commit.
pub(crate) struct Limit {
    pool: PgPool,
    ports: Ports,
    rows: usize,
    text: String,
}

/// One connection.
pub(crate) async fn limit_pool(options: PgConnectOptions) -> Result<PgPool, Fault> {
    let pool = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
    Ok(pool.connect_with(options).await?)
}

impl Limit {
    /// The one worker.
    pub(crate) fn new(pool: &PgPool, rows: usize, text: usize) -> Self {
        Self { pool: pool.clone(), ports: Ports::system(), rows, text: "x".repeat(text) }
    }
}

impl Worker for Limit {
    async fn once(&mut self) -> Result<(), Fault> {
        let (mut events, mut streams, mut payloads) = (Vec::new(), Vec::new(), Vec::new());
        let (mut metadatas, mut times, mut leaves) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.rows {
            let (event, stream): (Uuid, Uuid) = (self.ports.id()?, self.ports.id()?);
            payloads.push(format!(r#"{{"name":"note_{stream}","text":"{}","type":"{NOTED}"}}"#, self.text));
            metadatas.push(serde_json::to_string(&metadata(&self.ports)?.into_map())?);
            let now: DateTime<Utc> = self.ports.now();
            times.push(now);
            leaves.push([event.as_bytes().as_slice(), stream.as_bytes()].concat());
            events.push(event);
            streams.push(stream.to_string());
        }
        sqlx::query(
            "INSERT INTO events (position, event_id, aggregate_type, aggregate_id, sequence, event_type, \
                                 event_version, payload, metadata, recorded_at, leaf_hash) \
             SELECT (SELECT coalesce(max(position), 0) FROM events WHERE log = 0) + e.nth, e.event_id, 'note', \
                    e.stream, 1, 'bench.noted', '1', e.payload::jsonb, e.metadata::jsonb, e.recorded_at, e.leaf \
             FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::bytea[]) \
                  WITH ORDINALITY AS e (event_id, stream, payload, metadata, recorded_at, leaf, nth)",
        )
        .bind(events)
        .bind(streams)
        .bind(payloads)
        .bind(metadatas)
        .bind(times)
        .bind(leaves)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
