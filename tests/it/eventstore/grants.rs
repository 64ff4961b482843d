//! The log is append-only for every role of ours, and neither the grants nor the trigger can be lifted by them.

use std::borrow::Cow;

use sqlx::{Connection, Executor, PgConnection};
use zhanggui::eventstore::Metadata;

use super::counter::{Command, counters};
use crate::support::site::TestSite;

const CHANGES: [&str; 5] = [
    "UPDATE events SET payload = '{}'",
    "DELETE FROM events",
    "TRUNCATE events",
    "DELETE FROM log_head",
    "TRUNCATE log_head CASCADE",
];

#[tokio::test]
async fn neither_the_service_nor_the_owner_can_change_the_log() {
    let site = TestSite::start().await;
    counters(&site.app.log).execute("c", Command::Add(1), Metadata::default()).await.unwrap();
    for options in [site.database.app_options(), site.database.owner_options()] {
        let mut connection = PgConnection::connect_with(&options).await.unwrap();
        for change in CHANGES {
            let refused = connection.execute(change).await.unwrap_err();
            let code = refused.as_database_error().and_then(|error| error.code().map(Cow::into_owned));
            assert_eq!(code.as_deref(), Some("42501"), "{change}: {refused}");
        }
    }
}

#[tokio::test]
async fn the_service_cannot_lift_its_bounds() {
    let site = TestSite::start().await;
    let mut connection = PgConnection::connect_with(&site.database.app_options()).await.unwrap();
    for attempt in [
        "ALTER TABLE events DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON events",
        "ALTER TABLE events OWNER TO zhanggui_app",
        "SET ROLE zhanggui_owner",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TABLE public.events2 (x int)",
    ] {
        assert!(connection.execute(attempt).await.is_err(), "{attempt} went through");
    }
    // PostgreSQL answers this with no more than a warning: what counts is that nothing was granted.
    connection.execute("GRANT UPDATE ON events TO zhanggui_app").await.unwrap();
    assert!(connection.execute("UPDATE events SET payload = '{}'").await.is_err());
}
