//! A stream of events has no end of its own: it must not hold up the end of the process.

use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use serde_json::json;

use super::server::{Folder, Server, client, program_on, register};
use crate::support::client::Person;
use crate::support::cluster;

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_store_does_not_hold_up_the_stop() {
    let database = cluster::database().await;
    let folder = Folder::new("watched");
    let command = program_on(&database, &folder.0);
    let server = tokio::task::spawn_blocking(|| Server::start(command)).await.unwrap();
    let (client, url, person) = (client(), server.url.clone(), Person::new());
    register(&client, &url, &person).await.unwrap();
    let body = json!({"username": person.username, "password": person.password});
    let login = client.post(format!("{url}/api/v1/login")).json(&body).send().await.unwrap();
    let cookies = login.headers().get_all(SET_COOKIE).iter();
    let cookies: Vec<_> = cookies.map(|line| line.to_str().unwrap().split(';').next().unwrap()).collect();
    let cookies = cookies.join("; ");
    let opened = client.post(format!("{url}/api/v1/store")).header(COOKIE, &cookies);
    assert_eq!(opened.json(&json!({"name": "好店"})).send().await.unwrap().status(), 201);
    let events = client.get(format!("{url}/api/v1/store/events")).header(COOKIE, &cookies);
    let mut stream = events.send().await.unwrap();
    assert_eq!(stream.headers()[CONTENT_TYPE], "text/event-stream");
    let first = stream.chunk().await.unwrap().unwrap();
    assert!(str::from_utf8(&first).unwrap().contains("event: ready"), "{first:?}");
    let begun = Instant::now();
    let status = tokio::task::spawn_blocking(|| server.stop()).await.unwrap();
    assert_eq!(status, Some(0));
    // Requests in flight may take twenty.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(stream.chunk().await.unwrap(), None, "the stream was cut off and not ended");
}
