//! The function by which a program from before the destroyed keys appends: still there, and still does the same.

use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;
use zhanggui::eventstore::merkle::{Envelope, Frontier};
use zhanggui::ports::Clock;

use super::{registered, slots};
use crate::eventstore::append::check_log;
use crate::support::site::TestSite;

#[tokio::test]
async fn a_program_of_before_can_go_on_calling_the_function_as_it_did() {
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
    let (key, stored) = site.app.log.sealer.new_key("password").unwrap();
    let mut connection = PgConnection::connect_with(&site.database.app_options()).await.unwrap();
    connection.execute("SET ROLE zhanggui_app").await.unwrap();
    // Arguments and types of the first version: no key without its wrapping.
    let outcome: String = sqlx::query_scalar(
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
    .unwrap();
    assert_eq!(outcome, "appended");
    check_log(&site.app.log).await;
    assert_eq!(slots(&site, &id).await, ["password", "person"]);
    let sql = "SELECT key_id FROM sealing_keys WHERE aggregate_id = $1 AND slot = 'password'";
    let replaced: Uuid = sqlx::query_scalar(sql).bind(&id).fetch_one(pool).await.unwrap();
    assert_eq!(replaced, key.id);
}
