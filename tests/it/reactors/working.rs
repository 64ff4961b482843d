//! What becomes of a task: done, put off, parked, set free; and what a reactor gets to see of its event.

use std::time::Duration;

use chrono::TimeDelta;
use zhanggui::eventstore::reactor::standing::{list, parked, retry as set_free};
use zhanggui::eventstore::reactor::{Outcome, Worked};
use zhanggui::ports::Clock;

use super::{NAME, Row, answering, retry, rows, run, scripted};
use crate::eventstore::counter::{Command, Event};
use crate::support::site::TestSite;

fn due(attempts: i32, why: &str) -> Row {
    Row { position: 1, state: "due".into(), attempts, is_leased: false, last_error: Some(why.into()) }
}

#[tokio::test]
async fn a_failure_is_tried_again_later_and_parked_in_the_end() {
    let site = TestSite::start().await;
    run(&site, Command::Add(1)).await;
    let (reactors, mut seen) = answering(&site, retry());
    reactors.queue().await.unwrap();
    let retried = Worked { retried: 1, ..Worked::default() };
    let begun = site.clock.now();
    for attempt in [1_u32, 2] {
        assert_eq!(reactors.work().await.unwrap(), retried);
        assert_eq!(rows(&site).await, [due(i32::try_from(attempt).unwrap(), "not now")]);
        // Not before half of 2, then 4 seconds, and then at the latest.
        let whole = 2_i64.pow(attempt);
        site.clock.advance(TimeDelta::milliseconds(whole * 500 - 1));
        assert_eq!(reactors.work().await.unwrap(), Worked::default());
        site.clock.advance(TimeDelta::milliseconds(whole * 500 + 1));
    }
    assert_eq!(reactors.work().await.unwrap(), Worked { parked: 1, ..Worked::default() });
    assert_eq!(rows(&site).await, [Row { state: "parked".into(), ..due(3, "not now") }]);
    let tries = seen.all();
    assert_eq!(tries.iter().map(|task| task.attempt).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(tries.iter().all(|task| task.first_tried_at == begun && task.event_id == tries[0].event_id));
    site.clock.advance(TimeDelta::days(30));
    assert_eq!(reactors.work().await.unwrap(), Worked::default());
}

#[tokio::test]
async fn a_reactor_may_say_when_to_try_again() {
    let site = TestSite::start().await;
    run(&site, Command::Add(1)).await;
    let after = Some(Duration::from_mins(10));
    let (reactors, _seen) = answering(&site, Outcome::Retry { why: "rate".into(), after });
    reactors.queue().await.unwrap();
    reactors.work().await.unwrap();
    site.clock.advance(TimeDelta::seconds(599));
    assert_eq!(reactors.work().await.unwrap(), Worked::default());
    site.clock.advance(TimeDelta::seconds(1));
    assert_eq!(reactors.work().await.unwrap().retried, 1);
}

#[tokio::test]
async fn what_is_past_its_time_is_dropped() {
    let site = TestSite::start().await;
    run(&site, Command::Add(2)).await;
    let (reactors, _seen) = answering(&site, Outcome::Dropped("too old"));
    reactors.queue().await.unwrap();
    assert_eq!(reactors.work().await.unwrap(), Worked { dropped: 2, ..Worked::default() });
    assert_eq!(rows(&site).await, []);
}

#[tokio::test]
async fn a_parked_task_waits_until_it_is_set_free_and_remembers_its_first_try() {
    let site = TestSite::start().await;
    run(&site, Command::Add(2)).await;
    let park = Outcome::Park { why: "no balance".into(), alarm: true };
    let (reactors, mut seen) = answering(&site, park);
    reactors.queue().await.unwrap();
    assert_eq!(reactors.work().await.unwrap(), Worked { parked: 2, ..Worked::default() });
    // The metrics are the process's, which other tests share: at least ours are in them.
    assert!(site.app.site.metrics.render().contains("reactor_alarms_total{reactor=\"scripted\"}"));
    let (pool, first) = (&site.app.log.pool, site.clock.now());
    let waiting = parked(pool, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|task| task.position).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(
        (waiting[0].attempts, waiting[0].parked_at, waiting[0].why.as_str()),
        (1, first, "no balance")
    );
    seen.all();
    site.clock.advance(TimeDelta::hours(2));
    let now = site.clock.now();
    assert_eq!(set_free(pool, Some("another"), None, now).await.unwrap(), 0);
    assert_eq!(set_free(pool, Some(NAME), Some(2), now).await.unwrap(), 1);
    reactors.work().await.unwrap();
    let again = seen.all();
    assert_eq!((again.len(), again[0].position, again[0].attempt), (1, 2, 1));
    assert_eq!(again[0].first_tried_at, first);
    assert_eq!(set_free(pool, None, None, now).await.unwrap(), 2);
    let (reactors, _seen) = answering(&site, Outcome::Done);
    assert_eq!(reactors.work().await.unwrap(), Worked { done: 2, ..Worked::default() });
}

#[tokio::test]
async fn a_panic_is_a_failed_try_and_harms_no_neighbour() {
    let site = TestSite::start().await;
    run(&site, Command::Add(6)).await;
    let (reactors, mut seen) = scripted(&site, |task| {
        assert_ne!((task.position, task.attempt), (2, 1), "before there is a future");
        async move {
            assert_ne!((task.position, task.attempt), (3, 1), "while it works");
            Outcome::Done
        }
    });
    reactors.queue().await.unwrap();
    assert_eq!(reactors.work().await.unwrap(), Worked { done: 4, retried: 2, ..Worked::default() });
    assert_eq!(rows(&site).await[0].last_error.as_deref(), Some("it panicked"));
    site.clock.advance(TimeDelta::seconds(2));
    assert_eq!(reactors.work().await.unwrap(), Worked { done: 2, ..Worked::default() });
    assert_eq!(seen.positions(), [1, 2, 2, 3, 3, 4, 5, 6]);
}

/// The one test that takes its time: the limit of a try is in the machine's seconds.
#[tokio::test]
async fn a_try_that_takes_too_long_is_cut_off() {
    let site = TestSite::start().await;
    run(&site, Command::Add(1)).await;
    let (reactors, _seen) = scripted(&site, |_| std::future::pending());
    reactors.queue().await.unwrap();
    assert_eq!(reactors.work().await.unwrap(), Worked { retried: 1, ..Worked::default() });
    assert_eq!(rows(&site).await, [due(1, "it took too long")]);
}

#[tokio::test]
async fn a_reactor_reads_the_event_and_what_was_forgotten_reads_as_erased() {
    let site = TestSite::start().await;
    run(&site, Command::Rename("somebody".into())).await;
    run(&site, Command::Hide("old".into())).await;
    run(&site, Command::Hide("new".into())).await;
    let (reactors, mut seen) = answering(&site, retry());
    reactors.queue().await.unwrap();
    let mut read = async || {
        reactors.work().await.unwrap();
        let tasks = seen.all();
        assert!(tasks.iter().all(|task| !format!("{task:?}").contains("somebody")));
        let events = tasks.into_iter().map(|task| serde_json::from_value::<Event>(task.payload).unwrap());
        let value = |event| match event {
            Event::Renamed { name } => name.get().cloned(),
            Event::Hidden { secret } => secret.get().cloned(),
            other => panic!("{other:?}"),
        };
        events.map(value).collect::<Vec<_>>()
    };
    let known = |text: &str| Some(text.to_owned());
    assert_eq!(read().await, [known("somebody"), None, known("new")]);
    sqlx::query("DELETE FROM sealing_keys WHERE aggregate_id = 'c'")
        .execute(&site.app.log.pool)
        .await
        .unwrap();
    site.clock.advance(TimeDelta::seconds(2));
    assert_eq!(read().await, [None, None, None]);
}

#[tokio::test]
async fn the_list_says_where_each_reactor_stands() {
    let site = TestSite::start().await;
    run(&site, Command::Add(3)).await;
    let pool = &site.app.log.pool;
    let standing = async || {
        let all = list(pool, &["never_started"]).await.unwrap();
        all.into_iter()
            .filter(|one| ["never_started", NAME].contains(&one.name.as_str()))
            .map(|one| (one.name, one.position, [one.behind, one.due, one.retrying, one.parked]))
            .collect::<Vec<_>>()
    };
    assert_eq!(standing().await, [("never_started".to_owned(), None, [3, 0, 0, 0])]);
    let (reactors, _seen) = scripted(&site, |task| {
        std::future::ready(match task.position {
            1 => Outcome::Park { why: "never".into(), alarm: false },
            2 => retry(),
            _ => Outcome::Done,
        })
    });
    reactors.queue().await.unwrap();
    assert_eq!(standing().await[1], (NAME.to_owned(), Some(3), [0, 3, 0, 0]));
    reactors.work().await.unwrap();
    run(&site, Command::Add(2)).await;
    assert_eq!(standing().await[1], (NAME.to_owned(), Some(3), [2, 0, 1, 1]));
}
