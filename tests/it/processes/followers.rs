//! Processes that move a read model on, frozen and killed at random: every event is in it once, and soon.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::PgConnectOptions;
use zhanggui::app::App;
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::ports::Ports;
use zhanggui::projections::catch_up::CatchUp;
use zhanggui::projections::engine::Kind;

use crate::projections::catch_up::{add, head, instance, pool, reached, site_with, tally, total};
use crate::support::site::{TestSite, given, settings};

/// Makes this test program one of the followers: the database's URL.
const ROLE: &str = "ZHANGGUI_TEST_FOLLOWER";
/// How long it may take until another instance has taken over.
const TAKEN_OVER: Duration = Duration::from_secs(10);

/// No test by itself: what each process runs until it is killed. Without its variable there is nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_follower() {
    let Ok(url) = std::env::var(ROLE) else { return };
    let options: PgConnectOptions = url.parse().unwrap();
    let app = App::build(settings(given()), &options, Ports::system()).await.unwrap();
    let me = Ports::system().id().unwrap();
    let model = tally(Kind::CatchUp);
    let follower = CatchUp::new(app.log.pool.clone(), &app.log.sealer, &Upcasters::default(), me, [model]);
    let _running = follower.start(app.listening.clone());
    println!("follows as {me}");
    std::future::pending::<()>().await;
}

struct Follower {
    child: Child,
    me: String,
}

impl Follower {
    fn start(site: &TestSite) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["processes::followers::a_follower", "--exact", "--nocapture"])
            .env(ROLE, site.database.url())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = lines.map_while(Result::ok);
        let me = said.find_map(|line| line.split("follows as ").nth(1).map(str::to_owned)).unwrap();
        Self { child, me: me.trim().to_owned() }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn owner(site: &TestSite) -> Option<String> {
    let sql = "SELECT owner::text FROM read_models WHERE name = 'tally'";
    sqlx::query_scalar(sql).fetch_one(&site.app.log.pool).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_frozen_owners_are_replaced_in_time_and_write_nothing_when_they_wake() {
    let model = tally(Kind::CatchUp);
    let (site, counters) = site_with(&model).await;
    // Knows how far it is, and takes no turn.
    let watching = instance(&site, &model).await;
    let mut random = StdRng::seed_from_u64(5);
    let mut followers = vec![Follower::start(&site), Follower::start(&site)];
    let mut added = 0;
    for round in 0..6 {
        let begun = Instant::now();
        // Events come all the time, so that a step is under way.
        let adding = async {
            for nth in 0..60 {
                add(&counters, &format!("c{}", nth % 5), 5).await;
            }
        };
        let harming = async {
            tokio::time::sleep(Duration::from_millis(random.random_range(0..80))).await;
            let owner = owner(&site).await;
            let place =
                followers.iter().position(|follower| Some(&follower.me) == owner.as_ref()).unwrap_or(0);
            followers[place].signal(if round % 2 == 0 { Signal::KILL } else { Signal::STOP });
            place
        };
        let ((), place) = tokio::join!(adding, harming);
        added += 300;
        while !is_shown(&site, &watching).await {
            assert!(begun.elapsed() < TAKEN_OVER, "nobody took over in {:?}", begun.elapsed());
        }
        assert_eq!(total(&site, &model).await, added, "round {round}");
        if round % 2 == 0 {
            followers[place] = Follower::start(&site);
        } else {
            // It wakes up with what it had in hand.
            followers[place].signal(Signal::CONT);
        }
    }
    drop(followers);
    let last = instance(&site, &model).await;
    let running = last.start(pool(&site).await);
    add(&counters, "c", 1).await;
    reached(&last, &site).await;
    assert_eq!(total(&site, &model).await, added + 1);
    running.stop().await;
}

/// Whether the tally shows the whole log, after a little while at the most.
async fn is_shown(site: &TestSite, watching: &CatchUp) -> bool {
    let head = head(site).await;
    tokio::time::timeout(Duration::from_millis(100), watching.reached("tally", head)).await.is_ok()
}
