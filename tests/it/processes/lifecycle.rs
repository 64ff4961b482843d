//! Starting and stopping: orderly ends, and never two servers on one data folder.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::{Folder, Server, client, program, program_on, register, run};
use crate::support::client::Person;
use crate::support::cluster;

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_data_folder_has_one_server_and_the_database_stops_with_it() {
    let folder = Folder::new("lifecycle");
    let command = program(&folder.0);
    let server = tokio::task::spawn_blocking(|| Server::start(command)).await.unwrap();
    register(&client(), &server.url, &Person::new()).await.unwrap();
    let second = run(program(&folder.0).arg("serve"));
    assert_eq!(second.status.code(), Some(1));
    let refusal = said(&second);
    assert!(refusal.contains("another zhanggui") && refusal.lines().count() == 1, "{refusal}");
    // Another subcommand joins the running database and leaves it running.
    let listed = run(program(&folder.0).args(["projections", "list"]));
    assert!(String::from_utf8_lossy(&listed.stdout).contains("user_lookup"), "{}", said(&listed));
    let rebuilt = run(program(&folder.0).args(["projections", "rebuild", "user_lookup"]));
    assert!(String::from_utf8_lossy(&rebuilt.stdout).contains("rebuilt from 1 events"), "{}", said(&rebuilt));
    assert_eq!(client().get(format!("{}/readyz", server.url)).send().await.unwrap().status(), 200);
    let pid = folder.0.join("data/pg/postmaster.pid");
    assert!(pid.exists());
    assert_eq!(tokio::task::spawn_blocking(|| server.stop()).await.unwrap(), Some(0));
    assert!(!pid.exists(), "the database is still running");
    let key = folder.0.join("data/master.key");
    assert!(!key.exists(), "a key was made although one was given");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_in_flight_are_finished_when_the_server_is_asked_to_stop() {
    let database = cluster::database().await;
    let folder = Folder::new("graceful");
    let mut command = program_on(&database, &folder.0);
    // Slow enough to be still hashing when the signal comes.
    command.env("ZHANGGUI_ARGON2_MEMORY_KIB", "65536").env("ZHANGGUI_ARGON2_ITERATIONS", "8");
    let server = tokio::task::spawn_blocking(|| Server::start(command)).await.unwrap();
    let (client, url, person) = (client(), server.url.clone(), Person::new());
    let slow = tokio::spawn(async move { register(&client, &url, &person).await });
    // Until the captcha is used up the request has not reached the hash.
    let pool = sqlx::PgPool::connect_with(database.superuser_options()).await.unwrap();
    let begun = Instant::now();
    while sqlx::query_scalar::<_, i64>("SELECT count(*) FROM captcha_uses").fetch_one(&pool).await.unwrap()
        == 0
    {
        assert!(begun.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let status = tokio::task::spawn_blocking(|| server.stop()).await.unwrap();
    assert!(slow.await.unwrap().is_some(), "the request was cut off");
    assert_eq!(status, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn half_sent_requests_are_not_waited_for_without_end() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let database = cluster::database().await;
    let folder = Folder::new("half-sent");
    let command = program_on(&database, &folder.0);
    let server = tokio::task::spawn_blocking(|| Server::start(command)).await.unwrap();
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
        slow.push(stream);
    }
    assert_eq!(client().get(format!("{}/healthz", server.url)).send().await.unwrap().status(), 200);
    for mut stream in slow {
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "a half-sent request was still waited for");
    }
    assert_eq!(tokio::task::spawn_blocking(|| server.stop()).await.unwrap(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_holds_no_connection() {
    let folder = Folder::new("slow-body");
    let database = cluster::database().await;
    let command = program_on(&database, &folder.0);
    let server = tokio::task::spawn_blocking(|| Server::start(command)).await.unwrap();
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let mut slow = TcpStream::connect(&address).await.unwrap();
    let head = "POST /api/v1/register HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut told = Vec::new();
    // To its end: an answer, and the connection closed.
    let ended = tokio::time::timeout(Duration::from_secs(20), slow.read_to_end(&mut told)).await;
    assert!(ended.is_ok(), "{}", String::from_utf8_lossy(&told));
    assert!(told.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&told));
}
