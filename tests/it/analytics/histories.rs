//! Whatever happens: closed numbers equal a recount of the log, and read models equal the plain definitions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use zhanggui::account::{AccountServices, EraseAccount, Password};
use zhanggui::calendar::{after, week};
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Commands, Metadata, Store};
use zhanggui::projections::daily_stats;
use zhanggui::statistics::STREAM;

use super::{close, come, move_to, register, register_on, shown, today};
use crate::projections::rebuild::{Trusting, check_rebuilt_equals_live};
use crate::support::site::TestSite;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    Register,
    /// One of those who registered comes.
    Come(u8),
    /// The same, told by a clock that is some days behind.
    ComeLate(u8, u8),
    RegisterLate(u8),
    Forget(u8),
    /// Days go by, and the job runs or does not.
    Pass(u8, bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Register),
        9 => (0_u8..9).prop_map(Step::Come),
        1 => (0_u8..9, 1_u8..4).prop_map(|(who, days)| Step::ComeLate(who, days)),
        1 => (1_u8..4).prop_map(Step::RegisterLate),
        1 => (0_u8..9).prop_map(Step::Forget),
        // Often a day, sometimes more than a week or a month.
        6 => (prop_oneof![4 => 1_u8..3, 2 => 5_u8..12, 1 => 27_u8..34], any::<bool>()).prop_map(|(days, runs)| Step::Pass(days, runs)),
    ];
    prop::collection::vec(step, 1..50)
}

/// The log, read plainly: who registered when, and who came when.
#[derive(Debug, Default)]
struct Read {
    registered: BTreeMap<String, NaiveDate>,
    came: BTreeMap<NaiveDate, BTreeSet<String>>,
}

impl Read {
    async fn of(site: &TestSite) -> Self {
        let rows: Vec<(String, String, Value)> = sqlx::query_as(
            "SELECT event_type, aggregate_id, payload FROM events WHERE event_type IN ('account.registered', 'account.active')",
        )
        .fetch_all(&site.app.log.pool)
        .await
        .unwrap();
        let mut read = Self::default();
        for (event_type, id, payload) in rows {
            let date = payload["date"].as_str().unwrap().parse().unwrap();
            if event_type == "account.active" {
                assert!(read.came.entry(date).or_default().insert(id), "somebody is counted twice on {date}");
            } else {
                read.registered.insert(id, date);
            }
        }
        read
    }

    fn registrations(&self, date: NaiveDate) -> i64 {
        i64::try_from(self.registered.values().filter(|day| **day == date).count()).unwrap()
    }

    /// Different people in the days that end with `date`.
    fn active(&self, date: NaiveDate, days: i64) -> i64 {
        let within = self.came.iter().filter(|(day, _)| (0..days).contains(&(date - **day).num_days()));
        i64::try_from(within.flat_map(|(_, people)| people).collect::<BTreeSet<_>>().len()).unwrap()
    }

    fn newcomers(&self, date: NaiveDate) -> i64 {
        let came = self.came.get(&date).cloned().unwrap_or_default();
        let is_first = |id: &&String| self.came.range(..date).all(|(_, people)| !people.contains(*id));
        i64::try_from(came.iter().filter(is_first).count()).unwrap()
    }

    fn retained(&self, cohort: NaiveDate, nth: u64) -> i64 {
        let wanted = after(cohort, 7 * nth);
        let of_cohort = |id: &&String| week(self.registered[*id]) == cohort;
        let came = self.came.iter().filter(|(day, _)| week(**day) == wanted);
        let people: BTreeSet<_> = came.flat_map(|(_, people)| people).filter(of_cohort).collect();
        i64::try_from(people.len()).unwrap()
    }
}

struct Play<'a> {
    site: &'a TestSite,
    erasing: Commands<zhanggui::account::Account>,
    next: &'a AtomicU32,
    people: Vec<String>,
}

impl Play<'_> {
    async fn step(&mut self, step: &Step) {
        let (site, date) = (self.site, today(self.site));
        let known = |who: &u8| self.people.get(usize::from(*who) % self.people.len().max(1)).cloned();
        match step {
            Step::Register => {
                let id = register(site, self.next.fetch_add(1, Ordering::Relaxed)).await;
                self.people.push(id);
            }
            Step::RegisterLate(days) => {
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                let late = zhanggui::calendar::before(date, u64::from(*days));
                self.people.push(register_on(site, number, late).await);
            }
            Step::Come(who) => {
                if let Some(id) = known(who) {
                    come(site, &id, date).await;
                }
            }
            Step::ComeLate(who, days) => {
                if let Some(id) = known(who) {
                    come(site, &id, zhanggui::calendar::before(date, u64::from(*days))).await;
                }
            }
            Step::Forget(who) => {
                if let Some(id) = known(who) {
                    let command = EraseAccount { password: Password::new("any") };
                    // Refused for whoever is forgotten already.
                    drop(self.erasing.execute(&id, command.into(), Metadata::default()).await);
                }
            }
            Step::Pass(days, runs) => {
                move_to(site, after(date, u64::from(*days)), 3_600);
                if *runs {
                    close(site).await;
                }
            }
        }
    }
}

async fn check(site: &TestSite) {
    let read = Read::of(site).await;
    let state = site.app.site.statistics.state(STREAM).await.unwrap();
    for (date, closed) in state.days() {
        let counted = (closed.count.registrations, closed.count.active_users);
        assert_eq!(counted, (read.registrations(date), read.active(date, 1)), "{date}");
    }
    let last = today(site);
    let first = read.registered.values().min().copied().unwrap_or(last);
    for day in daily_stats::days(&site.app.site.reads, (first, last)).await.unwrap() {
        let date = day.date;
        assert_eq!(day.registrations, read.registrations(date), "registrations on {date}");
        assert_eq!(day.active_users, read.active(date, 1), "active on {date}");
        assert_eq!(day.new_users, read.newcomers(date), "new on {date}");
        assert_eq!(day.returning_users, day.active_users - day.new_users, "returning on {date}");
        assert_eq!(day.weekly_active_users, read.active(date, 7), "weekly on {date}");
        assert_eq!(day.monthly_active_users, read.active(date, 30), "monthly on {date}");
        assert_eq!(
            day.revision > 0,
            state.last_closed().is_some_and(|closed| date <= closed) && date >= state_first(site).await
        );
    }
    let weeks = (week(first), week(last));
    for row in daily_stats::retention(&site.app.site.reads, weeks, week(last)).await.unwrap() {
        let people = read.retained(row.cohort, u64::try_from(row.week).unwrap());
        assert_eq!(row.people, people, "cohort {} in week {}", row.cohort, row.week);
        let registrations = read.registered.values().filter(|date| week(**date) == row.cohort).count();
        assert_eq!(row.registrations, i64::try_from(registrations).unwrap());
    }
    check_rebuilt_equals_live(site).await;
}

/// The first day that was closed.
async fn state_first(site: &TestSite) -> NaiveDate {
    let first: Option<String> = sqlx::query_scalar(
        "SELECT min(payload->>'date') FROM events WHERE event_type = 'statistics.day_closed'",
    )
    .fetch_one(&site.app.log.pool)
    .await
    .unwrap();
    first.map_or(NaiveDate::MAX, |date| date.parse().unwrap())
}

#[test]
fn what_is_closed_and_shown_equals_a_plain_reading_of_the_log() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let next = AtomicU32::new(1);
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    runner
        .run(&steps(), |steps| {
            runtime.block_on(async {
                let site = TestSite::start().await;
                let services = AccountServices { hasher: std::sync::Arc::new(Trusting) };
                let store = Store::new(site.app.log.clone(), Upcasters::default());
                let erasing = Commands::new(store, services);
                let mut play = Play { site: &site, erasing, next: &next, people: Vec::new() };
                for step in &steps {
                    play.step(step).await;
                }
                close(&site).await;
                shown(&site).await;
                check(&site).await;
            });
            Ok(())
        })
        .unwrap();
}
