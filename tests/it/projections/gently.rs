//! What a build takes of the processors: what others leave over, but for its last step, for which others wait.

use std::fs;
use std::time::Duration;

use sqlx::{Connection, Executor, PgConnection};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use zhanggui::projections::engine::{Kind, ReadModel};
use zhanggui::projections::rebuild::{Built, RebuildError, When};

use super::catch_up::{PATIENCE, add, site_with, tally, total};
use crate::support::site::TestSite;

/// How ready a process or a thread is to let others go first, as in nice(1), by its folder in /proc.
fn niceness(folder: &str) -> i32 {
    let stat = fs::read_to_string(format!("{folder}/stat")).expect("it is there");
    // The name, in brackets, may have spaces; the priority is the 17th field after it.
    let (_, after) = stat.rsplit_once(')').expect("a name");
    after.split_whitespace().nth(16).expect("a priority").parse().expect("a number")
}

/// The threads of this process that build.
fn threads() -> Vec<String> {
    let folders = fs::read_dir("/proc/self/task").expect("this is Linux");
    let folders = folders.map(|entry| entry.expect("can be read").path());
    let builds = folders.filter(|folder| {
        // Threads of other tests come and go.
        fs::read_to_string(folder.join("comm")).is_ok_and(|name| name.trim() == "rebuild")
    });
    builds.map(|folder| folder.to_str().expect("numbers").to_owned()).collect()
}

/// Begins a build whose last step waits for what a vacuum holds, on the connection that is given.
async fn held(
    site: &TestSite,
    model: &ReadModel,
) -> (PgConnection, JoinHandle<Result<Option<Built>, RebuildError>>) {
    let mut holding = PgConnection::connect_with(&site.database.app_options()).await.unwrap();
    let lock = format!("BEGIN; LOCK TABLE {}.tally IN SHARE UPDATE EXCLUSIVE MODE", model.schema());
    holding.execute(lock.as_str()).await.unwrap();
    let (builder, model) = (site.builder(), model.clone());
    (holding, tokio::spawn(async move { builder.rebuild(&model, When::Always).await }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_lets_others_go_first_and_its_last_step_does_not_keep_them_waiting() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    add(&counters, "c", 10).await;
    let (mut holding, building) = held(&site, &model).await;
    let processes = "SELECT pid, wait_event_type IS NOT DISTINCT FROM 'Lock' FROM pg_stat_activity \
                     WHERE datname = current_database() AND application_name = 'zhanggui rebuild'";
    let waits = async {
        loop {
            let found: Vec<(i32, bool)> =
                sqlx::query_as(processes).fetch_all(&site.app.site.reads).await.unwrap();
            if found.iter().any(|(_, waits)| *waits) {
                return found;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    let found = timeout(PATIENCE, waits).await.expect("the last step waits");
    let mut seen: Vec<(i32, bool)> =
        found.iter().map(|(pid, waits)| (niceness(&format!("/proc/{pid}")), *waits)).collect();
    let threads: Vec<i32> = threads().iter().map(|folder| niceness(folder)).collect();
    holding.execute("COMMIT").await.unwrap();
    building.await.unwrap().unwrap().unwrap();
    let own = niceness("/proc/self");
    seen.sort_unstable();
    assert_eq!(seen, [(0, true), (10, false), (10, false)]);
    assert!(!threads.is_empty() && threads.iter().all(|nice| *nice == own + 10), "{threads:?} in {own}");
    assert_eq!(total(&site, &model).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_nobody_awaits_any_more_ends() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    add(&counters, "c", 10).await;
    let (mut holding, building) = held(&site, &model).await;
    let count = "SELECT count(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND application_name = 'zhanggui rebuild'";
    let until = async |wanted: i64| {
        while sqlx::query_scalar::<_, i64>(count).fetch_one(&site.app.site.reads).await.unwrap() != wanted {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, until(3)).await.expect("its last step is under way");
    building.abort();
    assert!(building.await.expect_err("it was stopped").is_cancelled());
    timeout(PATIENCE, until(0)).await.expect("its connections end");
    holding.execute("COMMIT").await.unwrap();
    // The live one is untouched, and the next build clears up.
    add(&counters, "c", 1).await;
    assert_eq!(total(&site, &model).await, 11);
    site.builder().rebuild(&model, When::Always).await.unwrap().unwrap();
    assert_eq!(total(&site, &model).await, 11);
}
