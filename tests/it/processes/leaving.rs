//! B5 with real clocks and two instances: within a minute nothing is left of who has left, in any place.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use zhanggui::projections::READ_MODELS;

use super::carriers::{Shopper, until_answered};
use super::server::{Folder, Server, client, login, program_on, run};
use crate::eventstore::append::check_log;
use crate::support::clock::ManualClock;
use crate::support::cluster;
use crate::support::site::{TestSite, given, schema_of, settings};

/// How long after leaving all is gone.
const A_MINUTE: Duration = Duration::from_mins(1);

/// The files below a folder.
pub(super) fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn within_a_minute_nothing_is_left_of_who_has_left_on_any_instance() {
    let (database, folder) = (cluster::database().await, Folder::new("leaving"));
    let start = || {
        let command = program_on(&database, &folder.0);
        async { spawn_blocking(|| Server::start(command)).await.unwrap() }
    };
    let (one, other) = tokio::join!(start(), start());
    let (leaver, stayer) = (Shopper::new(&one.url).await, Shopper::new(&other.url).await);
    let user_id = leaver.user_id(&other.url).await;
    let picture = leaver.draw(&one.url).await;
    stayer.draw(&other.url).await;
    let media = folder.0.join("data/media");
    assert_eq!((leaver.status(&other.url, &picture).await, files(&media)), (200, 4));
    // The other instance has the account in its memory, and a reset of the password in a table.
    leaver.ask(&other.url, "email").await.expect("acknowledged");
    let captcha = client().get(format!("{}/api/v1/captcha", other.url)).send().await.unwrap();
    let captcha: serde_json::Value = captcha.json().await.unwrap();
    let reset = json!({"identifier": leaver.person.username, "channel": "email",
                       "captcha_id": captcha["captcha_id"], "captcha_answer": captcha["value"]});
    let reset = client().post(format!("{}/api/v1/password-resets", other.url)).json(&reset).send().await;
    assert_eq!(reset.unwrap().status(), 202);

    let pool = sqlx::PgPool::connect_with(database.superuser_options()).await.unwrap();
    let [users, sessions] = ["user_lookup", "session_validity"].map(schema_of);
    let at_once = format!(
        "SELECT (SELECT count(*) FROM {users}.user_lookup WHERE user_id = '{user_id}') \
              + (SELECT count(*) FROM {sessions}.session_validity WHERE user_id = '{user_id}') \
              + (SELECT count(*) FROM sealing_keys WHERE aggregate_id = '{user_id}') \
              + (SELECT count(*) FROM claims WHERE aggregate_id = '{user_id}')"
    );
    let soon = format!(
        "SELECT (SELECT count(*) FROM idempotency_keys WHERE user_id = '{user_id}') \
              + (SELECT count(*) FROM password_resets WHERE user_id = '{user_id}')"
    );
    for held in [&at_once, &soon] {
        assert!(sqlx::query_scalar::<_, i64>(held).fetch_one(&pool).await.unwrap() >= 2, "{held}");
    }
    leaver.leave(&one.url).await;
    let left = Instant::now();
    assert_eq!(sqlx::query_scalar::<_, i64>(&at_once).fetch_one(&pool).await.unwrap(), 0);
    assert_eq!(leaver.status(&other.url, "/api/v1/me").await, 401);
    until_answered(&pool, &soon, 0).await;
    while leaver.status(&other.url, &picture).await != 404 || files(&media) != 2 {
        assert!(left.elapsed() < A_MINUTE, "the picture is still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(left.elapsed() < A_MINUTE, "{:?}", left.elapsed());

    for (name, _) in READ_MODELS {
        let rebuilt = run(program_on(&database, &folder.0).args(["projections", "rebuild", name]));
        assert_eq!(rebuilt.status.code(), Some(0), "{rebuilt:?}");
    }
    assert_eq!(sqlx::query_scalar::<_, i64>(&at_once).fetch_one(&pool).await.unwrap(), 0);
    assert_eq!(login(&client(), &other.url, &leaver.person).await, 401);
    assert_eq!(login(&client(), &one.url, &stayer.person).await, 200);
    let site = TestSite::on(database.clone(), settings(given()), ManualClock::new()).await;
    check_log(&site.app.log).await;
}
