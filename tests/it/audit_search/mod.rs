//! The audit's questions to the log: how they are answered, and whether replaying tells the truth.

mod bounded;
mod happenings;
mod histories;
mod lines;
mod plans;
mod told;

use sqlx::{Connection, PgConnection};
use zhanggui::audit::Reading;
use zhanggui::database::{as_service, upcasters};

use crate::support::cluster::TestDatabase;
use crate::support::site::TestSite;

/// The log of a site, as auditors read it.
fn reading(site: &TestSite) -> Reading {
    Reading { pool: site.app.site.reads.clone(), upcasters: upcasters() }
}

/// A log with as many events as `amount`, made as quickly as it goes: of 4 types, rarely others, by 1,000 accounts, two to
/// each request, every eighth caused by the one before. It proves nothing and cannot be appended to. Connected as the service.
async fn filled(database: &TestDatabase, amount: i64) -> PgConnection {
    let mut owner = PgConnection::connect_with(&database.owner_options()).await.unwrap();
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename = 'events' AND indexname LIKE 'events_by_%'",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(indexes.len(), 3);
    for (name, _) in &indexes {
        sqlx::raw_sql(&format!("DROP INDEX {name}")).execute(&mut owner).await.unwrap();
    }
    sqlx::query(FILL).bind(amount).execute(&mut owner).await.unwrap();
    let head = "UPDATE log_head SET position = $1, recorded_at = (SELECT recorded_at FROM events WHERE log = 0 AND position = $1)";
    sqlx::query(head).bind(amount).execute(&mut owner).await.unwrap();
    for (_, definition) in &indexes {
        sqlx::raw_sql(definition).execute(&mut owner).await.unwrap();
    }
    sqlx::raw_sql("VACUUM ANALYZE events").execute(&mut owner).await.unwrap();
    owner.close().await.unwrap();
    let options = as_service(&database.app_options()).options([("statement_timeout", "0")]);
    PgConnection::connect_with(&options).await.unwrap()
}

const FILL: &str = "
    INSERT INTO events (position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                        metadata, recorded_at, leaf_hash)
    SELECT n, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
           CASE WHEN n % 4 < 2 THEN 'account' ELSE 'product' END,
           '01900000-0000-7000-9000-' || lpad(to_hex(n % 5000), 12, '0'),
           n / 5000 + 1,
           CASE WHEN n % 30011 = 0 THEN 'account.erased' WHEN n % 30013 = 7 THEN 'product.deleted'
                ELSE (ARRAY['account.logged_in', 'account.logged_out', 'product.modified', 'product.info_recorded'])[n % 4 + 1]
           END,
           '1', jsonb_build_object('type', 'x', 'n', n),
           jsonb_strip_nulls(jsonb_build_object(
               'actor_id', CASE WHEN n % 8 <> 5 THEN '01900000-0000-7000-a000-' || lpad(to_hex(n * 7919 % 1000), 12, '0') END,
               'request_id', CASE WHEN n % 8 <> 5 THEN '01900000-0000-7000-b000-' || lpad(to_hex(n / 2), 12, '0') END,
               'correlation_id', '01900000-0000-7000-b000-' || lpad(to_hex(n / 2), 12, '0'),
               'causation_id', CASE WHEN n % 8 = 5 THEN '01900000-0000-7000-8000-' || lpad(to_hex(n - 1), 12, '0') END)),
           '2026-01-01'::timestamptz + n / 3 * interval '10 ms', decode(repeat('00', 32), 'hex')
    FROM generate_series(1, $1) n";
