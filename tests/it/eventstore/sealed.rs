//! What lies in the tables is unreadable without the keys, and forgotten with them.

use cqrs_es::{AggregateContext, EventStore};
use sqlx::{Connection, PgConnection};
use zhanggui::eventstore::{Metadata, Personal};

use super::append::check_log;
use super::counter::{Command, counters, store};
use crate::support::client::Person;
use crate::support::site::TestSite;

/// Everything in every table but the read models, as text.
async fn dump(site: &TestSite) -> String {
    let mut connection = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let mut text = String::new();
    for table in tables {
        let rows: Vec<String> = sqlx::query_scalar(&format!("SELECT t::text FROM public.{table} t"))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        text.push_str(&rows.join("\n"));
    }
    text
}

#[tokio::test]
async fn nothing_personal_or_secret_lies_open_outside_the_read_models() {
    let site = TestSite::start().await;
    let mut client = site.client();
    client.headers.push(("user-agent", "VerySpecialBrowser/1".to_owned()));
    let person = Person::new();
    client.register(&person).await;
    client.login(&person).await;
    client.try_login(&person.email, "a wrong password").await;
    let dump = dump(&site).await.to_lowercase();
    assert!(dump.contains("account.registered"));
    for value in
        [&person.username, &person.email, &person.phone, &person.phone[3..].to_owned(), &person.password]
    {
        assert!(!dump.contains(&value.to_lowercase()), "{value} lies open");
    }
    for value in ["veryspecialbrowser", "argon2id", "\\x617267"] {
        assert!(!dump.contains(value), "{value} lies open");
    }
}

#[tokio::test]
async fn a_replaced_secret_loses_its_key_and_the_log_still_verifies() {
    let site = TestSite::start().await;
    let counters = counters(&site.app.log);
    let keys = "SELECT count(*) FROM sealing_keys WHERE aggregate_id = 'c'";
    for secret in ["one", "two", "three"] {
        counters.execute("c", Command::Hide(secret.into()), Metadata::default()).await.unwrap();
    }
    // One for the person, one for the newest secret.
    let count: i64 = sqlx::query_scalar(keys).fetch_one(&site.app.log.pool).await.unwrap();
    assert_eq!(count, 2);
    let events = store(&site.app.log).load_events("c").await.unwrap();
    let readable: Vec<_> = events
        .iter()
        .map(|event| match &event.payload {
            super::counter::Event::Hidden { secret } => secret.get().cloned(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(readable, [None, None, Some("three".to_owned())]);
    check_log(&site.app.log).await;
}

#[tokio::test]
async fn without_its_key_a_person_reads_as_erased_and_the_stream_still_loads() {
    let site = TestSite::start().await;
    let counters = counters(&site.app.log);
    counters.execute("c", Command::Rename("somebody".into()), Metadata::default()).await.unwrap();
    counters.execute("c", Command::Add(2), Metadata::default()).await.unwrap();
    sqlx::query("DELETE FROM sealing_keys WHERE aggregate_id = 'c'")
        .execute(&site.app.log.pool)
        .await
        .unwrap();
    let mut context = store(&site.app.log).load_aggregate("c").await.unwrap();
    assert_eq!((context.aggregate().name.clone(), context.aggregate().count), (Personal::erased(), 2));
    check_log(&site.app.log).await;
}
