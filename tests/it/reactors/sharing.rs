//! Several instances on one log: nothing twice, nothing lost, and what a dead one had in hand is taken over.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use tokio::sync::{Barrier, Notify};
use zhanggui::eventstore::reactor::{LEASE, Outcome, Worked};

use super::{Row, answering, retry, rows, run, scripted};
use crate::eventstore::counter::Command;
use crate::support::site::TestSite;

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_share_the_work_and_do_nothing_twice() {
    let site = TestSite::start().await;
    run(&site, Command::Add(200)).await;
    // Neither goes on before both have something in hand.
    let both = Arc::new(Barrier::new(2));
    let instance = || {
        let (both, begun) = (Arc::clone(&both), AtomicUsize::new(0));
        scripted(&site, move |_| {
            let is_first = begun.fetch_add(1, Ordering::Relaxed) == 0;
            let both = Arc::clone(&both);
            async move {
                if is_first {
                    both.wait().await;
                }
                Outcome::Done
            }
        })
    };
    let ((one, mut seen_by_one), (other, mut seen_by_other)) = (instance(), instance());
    let (queued, queued_too) = tokio::join!(one.queue(), other.queue());
    assert_eq!(queued.unwrap() + queued_too.unwrap(), 200);
    let (worked, worked_too) = tokio::join!(one.work(), other.work());
    assert_eq!(worked.unwrap() + worked_too.unwrap(), Worked { done: 200, ..Worked::default() });
    let (mut all, others) = (seen_by_one.positions(), seen_by_other.positions());
    assert!(!all.is_empty() && !others.is_empty());
    all.extend(others);
    all.sort_unstable();
    assert_eq!(all, (1..=200).collect::<Vec<_>>());
    assert_eq!(rows(&site).await, []);
}

#[tokio::test]
async fn a_lease_that_ran_out_is_taken_over_and_the_late_result_does_not_count() {
    let site = TestSite::start().await;
    run(&site, Command::Add(1)).await;
    let go_on = Arc::new(Notify::new());
    let waiting = Arc::clone(&go_on);
    let (slow, mut seen_by_slow) = scripted(&site, move |_| {
        let waiting = Arc::clone(&waiting);
        async move {
            waiting.notified().await;
            Outcome::Done
        }
    });
    slow.queue().await.unwrap();
    let slow = tokio::spawn(async move { slow.work().await });
    assert_eq!(seen_by_slow.next().await.attempt, 1);
    let (quick, mut seen_by_quick) = answering(&site, retry());
    site.clock.advance(TimeDelta::from_std(LEASE).unwrap() - TimeDelta::microseconds(1));
    assert_eq!(quick.work().await.unwrap(), Worked::default());
    site.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(quick.work().await.unwrap(), Worked { retried: 1, ..Worked::default() });
    assert_eq!(seen_by_quick.next().await.attempt, 2);
    go_on.notify_one();
    assert_eq!(slow.await.unwrap().unwrap(), Worked { late: 1, ..Worked::default() });
    let left = Row {
        position: 1,
        state: "due".into(),
        attempts: 2,
        is_leased: false,
        last_error: Some("not now".into()),
    };
    assert_eq!(rows(&site).await, [left]);
}

#[tokio::test]
async fn what_a_dead_instance_had_in_hand_is_free_after_the_lease_and_parked_if_it_kills_every_time() {
    let site = TestSite::start().await;
    run(&site, Command::Add(1)).await;
    for attempt in 1..=3 {
        let (doomed, mut seen) = scripted(&site, |_| std::future::pending());
        doomed.queue().await.unwrap();
        let working = tokio::spawn(async move { doomed.work().await });
        assert_eq!(seen.next().await.attempt, attempt);
        working.abort();
        assert!(working.await.unwrap_err().is_cancelled());
        assert!(rows(&site).await[0].is_leased);
        site.clock.advance(TimeDelta::from_std(LEASE).unwrap());
    }
    let (reactors, mut seen) = answering(&site, Outcome::Done);
    assert_eq!(reactors.work().await.unwrap(), Worked { parked: 1, ..Worked::default() });
    assert_eq!(seen.all().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_backlog_is_worked_off_a_few_at_a_time() {
    let site = TestSite::start().await;
    for _ in 0..10 {
        run(&site, Command::Add(1_000)).await;
    }
    let (busy, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (busy_now, most_so_far) = (Arc::clone(&busy), Arc::clone(&most));
    let pool = site.app.log.pool.clone();
    let (reactors, _seen) = scripted(&site, move |task| {
        let (busy, most, pool) = (Arc::clone(&busy_now), Arc::clone(&most_so_far), pool.clone());
        async move {
            most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            if task.position % 1_000 == 0 {
                let sql = "SELECT count(*) FROM reactor_tasks WHERE lease_until IS NOT NULL";
                let taken: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
                assert!((1..=4).contains(&taken), "{taken}");
            }
            busy.fetch_sub(1, Ordering::SeqCst);
            Outcome::Done
        }
    });
    assert_eq!(reactors.queue().await.unwrap(), 10_000);
    assert_eq!(reactors.work().await.unwrap(), Worked { done: 10_000, ..Worked::default() });
    assert_eq!((rows(&site).await.len(), busy.load(Ordering::SeqCst)), (0, 0));
    assert!((1..=4).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}
