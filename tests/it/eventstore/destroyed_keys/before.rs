//! A program from before read models had versions appends by another call, and is told so: it would feed none of them.

use sqlx::{Connection, Executor, PgConnection};
use zhanggui::eventstore::merkle::{Envelope, Frontier};
use zhanggui::ports::Clock;

use super::registered;
use crate::eventstore::append::check_log;
use crate::support::site::TestSite;

#[tokio::test]
async fn a_program_of_before_is_refused_and_leaves_the_log_as_it_is() {
    let site = TestSite::start().await;
    let (id, _) = registered(&site).await;
    let pool = &site.app.log.pool;
    let (seen, frontier): (i64, Vec<u8>) =
        sqlx::query_as("SELECT position, frontier FROM log_head").fetch_one(pool).await.unwrap();
    let (event_id, now) = (site.app.site.ports.id().unwrap(), site.clock.now());
    let payload = "{\"type\":\"account.avatar_removed\"}";
    let leaf = Envelope {
        aggregate_id: &id,
        aggregate_type: "account",
        event_id,
        event_type: "account.avatar_removed",
        event_version: "1",
        metadata: "{}",
        payload,
        position: seen + 1,
        recorded_at: now,
        sequence: 2,
    }
    .leaf();
    let mut head = Frontier::from_bytes(u64::try_from(seen).unwrap(), &frontier).unwrap();
    head.push(leaf);
    let (_, stored) = site.app.log.sealer.new_key("password").unwrap();
    let mut connection = PgConnection::connect_with(&site.database.app_options()).await.unwrap();
    connection.execute("SET ROLE zhanggui_app").await.unwrap();
    // Arguments and types of the first version: no key without its wrapping.
    let refused = sqlx::query_scalar::<_, String>(
        "SELECT outcome FROM append_events($1, $2, ARRAY[0], ARRAY[$3], ARRAY['account'], ARRAY[$4], ARRAY[2::bigint], \
         ARRAY['account.avatar_removed'], ARRAY['1'], ARRAY[$5], ARRAY['{}'], ARRAY[$6], ARRAY[$7], '{}', '{}', \
         '{}', '{}', '{}', '{}', '{}', ARRAY[$4], ARRAY['password'], ARRAY[$8], ARRAY[$9], \
         '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
    )
    .bind(seen)
    .bind(head.to_bytes())
    .bind(event_id)
    .bind(&id)
    .bind(payload)
    .bind(now)
    .bind(leaf.as_slice())
    .bind(stored.key_id)
    .bind(stored.wrapped)
    .fetch_one(&mut connection)
    .await
    .unwrap_err();
    // No such function.
    assert_eq!(
        refused.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref(),
        Some("42883"),
        "{refused}"
    );
    check_log(&site.app.log).await;
    let now: i64 = sqlx::query_scalar("SELECT position FROM log_head").fetch_one(pool).await.unwrap();
    assert_eq!(now, seen);
}
