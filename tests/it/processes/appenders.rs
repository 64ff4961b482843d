//! Two processes append at random to the same streams: one gapless order, nothing lost, read models right.

use std::process::{Command, Stdio};
use std::sync::Arc;

use cqrs_es::AggregateError;
use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::postgres::PgConnectOptions;
use zhanggui::account::{Account, AccountServices};
use zhanggui::app::App;
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Commands, Metadata, Store};
use zhanggui::ports::Ports;

use crate::eventstore::append::check_log;
use crate::eventstore::counter::{self, counters};
use crate::projections::rebuild::{Step, Trusting, check_rebuilt_equals_live, command_at};
use crate::support::site::{TestSite, given, settings};

/// Makes this test program one of the two processes: the database's URL and a seed.
const ROLE: &str = "ZHANGGUI_TEST_APPENDER";
/// Events that the two processes append together, at least.
const EVENTS: i64 = 20_000;

/// One worker: random commands on counters and accounts, until it has appended its share.
async fn work(app: &App, accounts: &Commands<Account>, seed: u64, share: i64) -> i64 {
    let counters = counters(&app.log);
    let mut random = StdRng::seed_from_u64(seed);
    let (mut appended, mut last_session) = (0, format!("{seed:064x}"));
    while appended < share {
        let stream = random.random_range(0..200_u32);
        if random.random_bool(0.7) {
            let times = random.random_range(1..6);
            if counters
                .execute(&format!("c{stream}"), counter::Command::Add(times), Metadata::default())
                .await
                .is_ok()
            {
                appended += times;
            }
        } else {
            let step = match random.random_range(0..4) {
                0 => Step::Register,
                1 | 2 => Step::Login,
                _ => Step::Logout(0),
            };
            let opened = format!("{:064x}", random.random::<u128>());
            let session = if matches!(step, Step::Login) { &opened } else { &last_session };
            let Some(command) = command_at(app.site.ports.now(), stream as usize, session, &step) else {
                continue;
            };
            let id = uuid::Uuid::from_u128(u128::from(stream)).to_string();
            match accounts.execute(&id, command, Metadata::default()).await {
                Ok(_) if matches!(step, Step::Login) => last_session = opened,
                // How many events a login or a logout makes is not told: the parent looks at the log.
                Ok(_) | Err(AggregateError::UserError(_) | AggregateError::AggregateConflict) => (),
                Err(other) => panic!("{other}"),
            }
        }
    }
    appended
}

/// No test by itself: what the two processes run. Without its variable there is nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_processes() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let (seed, url) = role.split_once(' ').unwrap();
    let options: PgConnectOptions = url.parse().unwrap();
    let app = App::build(settings(given()), &options, Ports::system()).await.unwrap();
    let services = AccountServices { hasher: Arc::new(Trusting) };
    let accounts = Commands::new(Store::new(app.log.clone(), Upcasters::default()), services);
    let seed: u64 = seed.parse().unwrap();
    let workers = (0..32).map(|worker| work(&app, &accounts, seed * 1000 + worker, EVENTS / 64));
    let appended: i64 = join_all(workers).await.into_iter().sum();
    println!("appended={appended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_append_twenty_thousand_events() {
    let site = TestSite::start().await;
    let start = |seed: u32| {
        Command::new(std::env::current_exe().unwrap())
            .args(["processes::appenders::one_of_two_processes", "--exact", "--nocapture"])
            .env(ROLE, format!("{seed} {}", site.database.url()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children = [start(1), start(2)];
    let mut acknowledged = 0;
    for child in children {
        let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}");
        let count = text.split("appended=").nth(1).and_then(|rest| rest.lines().next()).unwrap();
        acknowledged += count.trim().parse::<i64>().unwrap();
    }
    let counted: i64 = sqlx::query_scalar("SELECT count(*) FROM events WHERE aggregate_type = 'counter'")
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap();
    assert_eq!(counted, acknowledged, "a command was lost or recorded twice");
    assert!(check_log(&site.app.log).await >= EVENTS);
    check_rebuilt_equals_live(&site).await;
}
