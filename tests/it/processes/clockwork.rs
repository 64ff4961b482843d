//! What happens by the clock in started servers: days closed, the log signed, analysts watched.

use std::time::{Duration, Instant};

use chrono::NaiveDate;
use chrono_tz::Tz;
use sqlx::{Connection, Executor, PgConnection};
use tokio::task::spawn_blocking;
use zhanggui::analytics::role::ANALYST_ROLE;
use zhanggui::calendar::{Calendar, before};
use zhanggui::ports::Ports;

use super::server::{Folder, Server, program_on, run};
use crate::support::cluster;

/// The slowest of it happens once a minute.
const PATIENCE: Duration = Duration::from_secs(150);
/// How long between two looks.
const BREATH: Duration = Duration::from_millis(50);

/// Looks until a question is answered with yes.
async fn awaited(database: &mut PgConnection, question: &str) {
    let begun = Instant::now();
    while !sqlx::query_scalar::<_, bool>(question).fetch_one(&mut *database).await.unwrap() {
        assert!(begun.elapsed() < PATIENCE, "never: {question}");
        tokio::time::sleep(BREATH).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_close_each_missed_day_once_sign_the_log_and_end_analysts_that_hold_a_lock() {
    let (database, folder) = (cluster::database().await, Folder::new("clockwork"));
    let yesterday = before(Calendar::new(Tz::Asia__Shanghai).date(Ports::system().now()), 1);
    let last = before(yesterday, 2);
    let mut demo = program_on(&database, &folder.0);
    demo.args(["demo", "--people", "4", "--days", "3", "--until", &last.to_string()]);
    let made = spawn_blocking(move || run(&mut demo)).await.unwrap();
    assert!(made.status.success(), "{made:?}");
    let mut superuser = PgConnection::connect_with(&database.superuser_options()).await.unwrap();
    let (signed, closed) = (
        "SELECT EXISTS (SELECT FROM checkpoints)",
        "SELECT (payload->>'date')::date, count(*) FROM events WHERE event_type = 'statistics.day_closed' GROUP BY 1",
    );
    let days = async |database: &mut PgConnection| -> Vec<(NaiveDate, i64)> {
        sqlx::query_as(closed).fetch_all(database).await.unwrap()
    };
    assert!(days(&mut superuser).await.iter().all(|(date, _)| *date < last));
    assert!(!sqlx::query_scalar::<_, bool>(signed).fetch_one(&mut superuser).await.unwrap());

    let commands = [program_on(&database, &folder.0), program_on(&database, &folder.0)];
    let servers = spawn_blocking(|| commands.map(Server::start)).await.unwrap();
    let mut analyst = analyst_with_a_lock(&mut superuser, &database).await;
    let over = format!(
        "SELECT EXISTS (SELECT FROM events WHERE event_type = 'statistics.day_closed' AND payload->>'date' = '{yesterday}')"
    );
    awaited(&mut superuser, &over).await;
    let ended = "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711)";
    awaited(&mut superuser, ended).await;
    assert!(analyst.execute("SELECT 1").await.is_err(), "it let go by itself");
    awaited(&mut superuser, signed).await;
    let all = days(&mut superuser).await;
    for date in [last, before(yesterday, 1), yesterday] {
        assert!(all.contains(&(date, 1)), "{date}: {all:?}");
    }
    assert!(all.iter().all(|(_, times)| *times == 1), "{all:?}");
    for server in servers {
        assert_eq!(spawn_blocking(|| server.stop()).await.unwrap(), Some(0));
    }
}

/// An analyst's session that keeps others waiting.
async fn analyst_with_a_lock(superuser: &mut PgConnection, database: &cluster::TestDatabase) -> PgConnection {
    // The role is one for the whole cluster, and another test may be making it.
    let role = format!(
        "DO $$ BEGIN CREATE ROLE {ANALYST_ROLE} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         DO $$ BEGIN GRANT {ANALYST_ROLE} TO zhanggui_app; EXCEPTION WHEN OTHERS THEN NULL; END $$;
         GRANT CONNECT ON DATABASE {} TO {ANALYST_ROLE}",
        database.name()
    );
    superuser.execute(role.as_str()).await.unwrap();
    let options = database.superuser_options().username(ANALYST_ROLE);
    let mut analyst = PgConnection::connect_with(&options).await.unwrap();
    analyst.execute("SELECT pg_advisory_lock(4711)").await.unwrap();
    analyst
}
