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

/// How ready a process or a thread is to let others go first, as in nice(1), by its folder in /proc; none if it is gone.
fn niceness(folder: &str) -> Option<i32> {
    let stat = fs::read_to_string(format!("{folder}/stat")).ok()?;
    // The name, in brackets, may have spaces; the niceness is the 17th field after it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(16)?.parse().ok()
}

/// That of the threads of this process that build, also for other tests.
fn threads() -> Vec<i32> {
    let folders = fs::read_dir("/proc/self/task").expect("this is Linux");
    let folders = folders.map(|entry| entry.expect("can be read").path());
    let builds = folders
        .filter(|folder| fs::read_to_string(folder.join("comm")).is_ok_and(|name| name.trim() == "rebuild"));
    builds.filter_map(|folder| niceness(folder.to_str()?)).collect()
}

/// The processes of the server that build here, and whether each waits for a lock.
const PROCESSES: &str = "SELECT pid, wait_event_type IS NOT DISTINCT FROM 'Lock' FROM pg_stat_activity \
                         WHERE datname = current_database() AND application_name = 'zhanggui rebuild'";

pub(super) async fn processes(site: &TestSite) -> Vec<(i32, bool)> {
    sqlx::query_as(PROCESSES).fetch_all(&site.app.site.reads).await.unwrap()
}

/// Waits until it is so.
pub(super) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waits = async {
        while !is_so().await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, waits).await.expect(what);
}

/// Waits until so many of the processes that build wait for locks.
pub(super) async fn until_waiting(site: &TestSite, amount: usize) {
    let waiting = async || processes(site).await.iter().filter(|(_, waits)| *waits).count();
    until("builds wait for locks", async || waiting().await == amount).await;
}

pub(super) type Building = JoinHandle<Result<Option<Built>, RebuildError>>;

/// Rebuilds it while the test goes on.
pub(super) fn begin(site: &TestSite, model: &ReadModel) -> Building {
    let (builder, model) = (site.builder(), model.clone());
    tokio::spawn(async move { builder.rebuild(&model, When::Always).await })
}

/// Begins a build whose last step waits for what a vacuum holds, on the connection that is given. One that somebody began by
/// hand does not give way.
pub(super) async fn held(site: &TestSite, model: &ReadModel) -> (PgConnection, Building) {
    let mut vacuum = PgConnection::connect_with(&site.database.app_options()).await.unwrap();
    let lock = format!("BEGIN; LOCK TABLE {}.tally IN SHARE UPDATE EXCLUSIVE MODE", model.schema());
    vacuum.execute(lock.as_str()).await.unwrap();
    let building = begin(site, model);
    until_waiting(site, 1).await;
    (vacuum, building)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_lets_others_go_first_and_its_last_step_does_not_keep_them_waiting() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    add(&counters, "c", 10).await;
    let (mut vacuum, building) = held(&site, &model).await;
    let of = |pid: i32| niceness(&format!("/proc/{pid}"));
    let mut seen: Vec<(Option<i32>, bool)> =
        processes(&site).await.into_iter().map(|(pid, waits)| (of(pid), waits)).collect();
    let others: i32 =
        sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&site.app.site.reads).await.unwrap();
    let (own, server) = (niceness("/proc/self").unwrap(), of(others).unwrap());
    assert!(!threads().is_empty());
    // A thread has its name before it has stepped back.
    let have_stepped_back = || threads().iter().all(|nice| *nice == (own + 10).min(19));
    until("the threads of builds step back", async || have_stepped_back()).await;
    vacuum.execute("COMMIT").await.unwrap();
    building.await.unwrap().unwrap().unwrap();
    seen.sort_unstable();
    let gentle = Some((server + 10).min(19));
    assert_eq!(seen, [(Some(server), true), (gentle, false), (gentle, false)]);
    assert_eq!(total(&site, &model).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_build_loses_its_lock_in_the_last_step_the_next_one_waits_for_it() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    add(&counters, "c", 10).await;
    let (mut vacuum, first) = held(&site, &model).await;
    // It waits for the lock that the first one still has.
    let second = begin(&site, &model);
    until_waiting(&site, 2).await;
    let known: Vec<i32> = processes(&site).await.into_iter().map(|(pid, _)| pid).collect();
    let tries_anew =
        async || processes(&site).await.iter().any(|(pid, waits)| *waits && !known.contains(pid));
    until("the last step is tried once more, which takes two seconds from now", tries_anew).await;
    let superuser = sqlx::PgPool::connect_with(site.database.superuser_options()).await.unwrap();
    for (pid, _) in processes(&site).await.iter().filter(|(_, waits)| !waits) {
        sqlx::query("SELECT pg_terminate_backend($1)").bind(pid).execute(&superuser).await.unwrap();
    }
    let on_the_row = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
                      AND query LIKE 'DELETE FROM read_model_builds%' AND wait_event_type = 'Lock')";
    let is_on_the_row =
        async || sqlx::query_scalar::<_, bool>(on_the_row).fetch_one(&superuser).await.unwrap();
    until("the second waits until the first is done", is_on_the_row).await;
    vacuum.execute("COMMIT").await.unwrap();
    // Its tables were whole, and what it committed is done.
    first.await.unwrap().unwrap().unwrap();
    second.await.unwrap().unwrap().unwrap();
    add(&counters, "c", 1).await;
    assert_eq!(total(&site, &model).await, 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_nobody_awaits_any_more_ends() {
    let model = tally(Kind::Inline);
    let (site, counters) = site_with(&model).await;
    add(&counters, "c", 10).await;
    let (mut vacuum, building) = held(&site, &model).await;
    building.abort();
    assert!(building.await.expect_err("it was stopped").is_cancelled());
    until("its connections end", async || processes(&site).await.is_empty()).await;
    vacuum.execute("COMMIT").await.unwrap();
    // The live one is untouched, and the next build clears up.
    add(&counters, "c", 1).await;
    assert_eq!(total(&site, &model).await, 11);
    site.builder().rebuild(&model, When::Always).await.unwrap().unwrap();
    assert_eq!(total(&site, &model).await, 11);
}
