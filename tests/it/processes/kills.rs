//! `kill -9` at random moments under load: whatever was acknowledged is there, once, and proved.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::server::{Folder, Server, client, login, program, program_on, register};
use crate::eventstore::append::check_log;
use crate::projections::rebuild::check_rebuilt_equals_live;
use crate::support::client::Person;
use crate::support::site::{TestSite, given, settings};
use crate::support::{clock::ManualClock, cluster};

/// Registers people with 8 connections until the server is gone; whoever was acknowledged is added to `known`.
async fn load(url: String, known: Arc<Mutex<Vec<Person>>>) {
    let client = client();
    let worker = || async {
        loop {
            let person = Person::new();
            match register(&client, &url, &person).await {
                Some(_) => known.lock().unwrap().push(person),
                None => return,
            }
        }
    };
    futures_util::future::join_all((0..8).map(|_| worker())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_under_load_lose_nothing_that_was_acknowledged() {
    let database = cluster::database().await;
    let folder = Folder::new("kills");
    let known = Arc::new(Mutex::new(Vec::new()));
    for round in 0..20_u64 {
        let command = program_on(&database, &folder.0);
        let server = tokio::task::spawn_blocking(|| Server::start(command)).await.unwrap();
        let before = known.lock().unwrap().len();
        let load = tokio::spawn(load(server.url.clone(), Arc::clone(&known)));
        // At another moment each time, but never before something was acknowledged.
        while known.lock().unwrap().len() < before + 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(round * 37 % 200)).await;
        tokio::task::spawn_blocking(|| server.kill()).await.unwrap();
        load.await.unwrap();
    }
    let site = TestSite::on(database, settings(given()), ManualClock::new()).await;
    let events = check_log(&site.app.log).await;
    let known = known.lock().unwrap().clone();
    assert!(events >= i64::try_from(known.len()).unwrap());
    for person in &known {
        let found: i64 = sqlx::query_scalar("SELECT count(*) FROM user_lookup WHERE username = $1")
            .bind(&person.username)
            .fetch_one(&site.app.site.reads)
            .await
            .unwrap();
        assert_eq!(found, 1, "{} was acknowledged", person.username);
    }
    // Somebody from the first and from the last round can log in.
    for person in [known.first().unwrap(), known.last().unwrap()] {
        site.client().login(person).await;
    }
    check_rebuilt_equals_live(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_with_its_own_database_starts_again_without_help() {
    let folder = Folder::new("embedded-kill");
    let client = client();
    let mut people = Vec::new();
    for _ in 0..3 {
        let command = program(&folder.0);
        let server = tokio::task::spawn_blocking(|| Server::start(command)).await.unwrap();
        let person = Person::new();
        register(&client, &server.url, &person).await.unwrap();
        people.push(person);
        for person in &people {
            assert_eq!(login(&client, &server.url, person).await, 200);
        }
        tokio::task::spawn_blocking(|| server.kill()).await.unwrap();
    }
    let command = program(&folder.0);
    let server = tokio::task::spawn_blocking(|| Server::start(command)).await.unwrap();
    for person in &people {
        assert_eq!(login(&client, &server.url, person).await, 200);
    }
    assert_eq!(tokio::task::spawn_blocking(|| server.stop()).await.unwrap(), Some(0));
}
