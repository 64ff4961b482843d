//! Logs that nobody lived through: generated events, appended in bulk, hashed as the writer hashes.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;
use zhanggui::eventstore::merkle::{Envelope, Frontier};

/// How many events are inserted at once.
const AT_ONCE: i64 = 4_096;
/// How many streams grow beside each other.
const ABREAST: i64 = 64;

/// The columns of some events.
#[derive(Default)]
struct Columns {
    positions: Vec<i64>,
    ids: Vec<Uuid>,
    streams: Vec<String>,
    sequences: Vec<i64>,
    payloads: Vec<String>,
    metadatas: Vec<String>,
    times: Vec<DateTime<Utc>>,
    leaves: Vec<Vec<u8>>,
}

/// An id that a number makes, in time's order.
fn id(kind: u64, number: i64) -> Uuid {
    let number = u64::try_from(number).unwrap_or(0);
    Uuid::from_u64_pair(0x0189_0000_0000_7000 | (kind << 4), 0x8000_0000_0000_0000 | number)
}

/// Stream and sequence of a position: in each block, some streams take turns until each has `length` events.
fn place(position: i64, length: i64) -> (i64, i64) {
    let block = ABREAST * length;
    let (block, within) = ((position - 1) / block, (position - 1) % block);
    (block * ABREAST + within % ABREAST, within / ABREAST + 1)
}

impl Columns {
    /// Position `position`, an event about as long as those of people and products are.
    fn add(&mut self, position: i64, length: i64, frontier: &mut Frontier) {
        let (stream, sequence) = place(position, length);
        let aggregate_id = id(1, stream).to_string();
        let actor = id(2, stream);
        let metadata = format!(
            "{{\"actor_id\":\"{actor}\",\"correlation_id\":\"{}\",\"request_id\":\"{0}\"}}",
            id(3, position)
        );
        let sealed = id(4, position).simple().to_string().repeat(4);
        let payload = format!(
            "{{\"image_url\":null,\"name\":{{\"$sealed\":\"{actor}.{sealed}\"}},\"number\":{position},\"price\":\"19.90\",\"title\":\"第 {position} 件商品\"}}"
        );
        let recorded_at = DateTime::from_timestamp_micros(1_700_000_000_000_000).unwrap_or_default()
            + TimeDelta::microseconds(position * 250);
        let envelope = Envelope {
            aggregate_id: &aggregate_id,
            aggregate_type: "made",
            event_id: id(5, position),
            event_type: "made.changed",
            event_version: "1",
            metadata: &metadata,
            payload: &payload,
            position,
            recorded_at,
            sequence,
        };
        let leaf = envelope.leaf();
        frontier.push(leaf);
        self.positions.push(position);
        self.ids.push(envelope.event_id);
        self.sequences.push(sequence);
        self.times.push(recorded_at);
        self.leaves.push(leaf.to_vec());
        self.streams.push(aggregate_id);
        self.payloads.push(payload);
        self.metadatas.push(metadata);
    }
}

/// Appends `amount` events to a log that is made of such events only; streams have `length` of them.
pub(crate) async fn append(database: &mut PgConnection, amount: i64, length: i64) -> Result<(), sqlx::Error> {
    let (mut last, bytes): (i64, Vec<u8>) =
        sqlx::query_as("SELECT position, frontier FROM log_head").fetch_one(&mut *database).await?;
    let until = last + amount;
    let size = u64::try_from(last).unwrap_or(0);
    let mut frontier =
        Frontier::from_bytes(size, &bytes).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    while last < until {
        let mut columns = Columns::default();
        for position in last + 1..=until.min(last + AT_ONCE) {
            columns.add(position, length, &mut frontier);
            last = position;
        }
        insert(&mut *database, &columns).await?;
    }
    sqlx::query("UPDATE log_head SET position = $1, frontier = $2, recorded_at = (SELECT recorded_at FROM events WHERE log = 0 AND position = $1)")
        .bind(until)
        .bind(frontier.to_bytes())
        .execute(database)
        .await
        .map(drop)
}

async fn insert(database: &mut PgConnection, columns: &Columns) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO events (position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, \
                             payload, metadata, recorded_at, leaf_hash) \
         SELECT p, i, 'made', a, s, 'made.changed', '1', y::jsonb, m::jsonb, t, l \
         FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::bytea[]) \
              AS e (p, i, a, s, y, m, t, l)",
    )
    .bind(&columns.positions)
    .bind(&columns.ids)
    .bind(&columns.streams)
    .bind(&columns.sequences)
    .bind(&columns.payloads)
    .bind(&columns.metadatas)
    .bind(&columns.times)
    .bind(&columns.leaves)
    .execute(database)
    .await
    .map(drop)
}
