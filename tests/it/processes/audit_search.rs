//! `zhanggui audit events|state|diff` beside a running server, and looking behind the veil from the command line.

use std::process::Output;

use serde_json::Value;
use sqlx::PgPool;
use tokio::task::spawn_blocking;

use super::carriers::Shopper;
use super::server::{Folder, Server, program_on, run};
use crate::support::cluster;

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_searched_replayed_and_compared_from_the_command_line() {
    let (database, folder) = (cluster::database().await, Folder::new("audit"));
    let command = program_on(&database, &folder.0);
    let server = spawn_blocking(|| Server::start(command)).await.unwrap();
    let shopper = Shopper::new(&server.url).await;
    let person = &shopper.person;
    let call = |arguments: &[&str]| told(&run(program_on(&database, &folder.0).args(arguments)));
    let audit = |arguments: &[&str]| call(&[&["audit"], arguments].concat());
    let done = |arguments: &[&str]| {
        let (status, out, error) = audit(arguments);
        assert_eq!((status, error.as_str()), (Some(0), ""), "{arguments:?}");
        out
    };

    let lines = done(&["events", "--json"]);
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0]["event_type"], "account.registered");
    assert_eq!(events[0]["payload"]["email"], "‹sealed›");
    let id = events[0]["aggregate_id"].as_str().unwrap();
    // Of one type: that the person is active today is recorded beside these questions.
    let login = ["--event-type", "account.logged_in", "--aggregate-id", id];
    let newest = done(&[&["events", "--json", "--newest-first", "--limit", "1"], &login[..]].concat());
    let expected = events.iter().rfind(|event| event["event_type"] == "account.logged_in");
    assert_eq!(Some(&serde_json::from_str::<Value>(&newest).unwrap()), expected);
    let table = done(&["events", "--event-type", "account.registered", "--to", "2999-01-01T00:00:00+08:00"]);
    assert_eq!(table.lines().count(), 2, "{table}");
    for shown in ["POSITION", "account.registered", id, "email=‹sealed›", "password_hash=‹secret›"] {
        assert!(table.contains(shown), "{shown}: {table}");
    }
    assert_eq!(done(&["events", "--actor-id", "nobody"]).lines().count(), 1, "the headings");

    let state: Value =
        serde_json::from_str(&done(&["state", "account", id, "--sequence", "1", "--json"])).unwrap();
    assert_eq!((&state["point"]["sequence"], &state["state"]["email"]), (&1.into(), &"‹sealed›".into()));
    let table = done(&["state", "account", id]);
    assert!(table.contains("/username") && table.contains("‹sealed›"), "{table}");
    let diff: Value =
        serde_json::from_str(&done(&["diff", "account", id, "--from-sequence", "1", "--json"])).unwrap();
    assert!(diff["changes"].as_array().unwrap().iter().any(|change| change["path"] == "/login_time"));
    assert!(done(&["diff", "account", id, "--to-position", "1"]).contains("before its first event"));

    let name = person.username.as_str();
    let (status, out, error) = audit(&["state", "account", id, "--reveal", "--as", name]);
    assert_eq!((status, out.as_str(), error.lines().count()), (Some(1), "", 1), "{error}");
    assert!(error.contains("shown to auditors and admins only"), "{error}");
    assert_eq!(call(&["user", "grant", name, "auditor"]).0, Some(0));
    for arguments in [
        &["state", "account", id, "--reveal", "--as", name, "--json"][..],
        &["events", "--aggregate-id", id, "--reveal", "--as", &person.email],
        &["diff", "account", id, "--reveal", "--as", &person.phone],
    ] {
        assert!(done(arguments).contains(&person.email), "{arguments:?}");
    }
    let pool = PgPool::connect_with(database.superuser_options()).await.unwrap();
    let looks: Vec<(String, Value)> = sqlx::query_as(
        "SELECT metadata->>'actor_id', payload->'shown' FROM events WHERE event_type = 'account.revealed' ORDER BY position",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let look = |shown: &str| (id.to_owned(), Value::from(shown));
    assert_eq!(looks, [look("state"), look("events"), look("difference")]);

    refused(audit, id, name);
}

/// What cannot be answered (1) and what cannot be asked (2).
fn refused(audit: impl Fn(&[&str]) -> (Option<i32>, String, String), id: &str, name: &str) {
    for (arguments, expected) in [
        (&["state", "emperor", id][..], 1),
        (&["diff", "account", "nobody"], 1),
        (&["state", "account", id, "--sequence", "-1"], 2),
        (&["state", "account", id, "--sequence", "1", "--position", "1"], 2),
        (&["events", "--from", "yesterday"], 2),
        (&["events", "--reveal"], 2),
        (&["events", "--as", name], 2),
        (&["events", "--limit", "0"], 2),
    ] {
        let (status, out, error) = audit(arguments);
        assert_eq!((status, out.as_str()), (Some(expected), ""), "{arguments:?}: {error}");
        assert!(!error.is_empty(), "{arguments:?}");
    }
}
