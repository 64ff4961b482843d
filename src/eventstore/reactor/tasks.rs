//! The statements on `reactors` and `reactor_tasks`: look, queue, take under a lease, write what came of it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{FromRow, PgPool};

use super::{LEASE, Reactor};
use crate::eventstore::feed::Recorded;

/// How many positions are queued in one transaction.
const SPAN: i64 = 5_000;

/// The longest reason that is kept, in characters.
const LONGEST_WHY: usize = 500;

/// What there is to do for a reactor.
#[derive(Debug, FromRow)]
pub(super) struct Seen {
    /// The log goes on after what is queued.
    pub(super) is_behind: bool,
    /// A task is due and nobody's.
    pub(super) has_due: bool,
}

/// What there is to do for each of `names`, in their order. All that an idle engine asks.
pub(super) async fn look(
    pool: &PgPool,
    names: &[&str],
    now: DateTime<Utc>,
) -> Result<Vec<Seen>, sqlx::Error> {
    sqlx::query_as(
        "SELECT coalesce(r.position < h.position, true) AS is_behind, \
                EXISTS (SELECT FROM reactor_tasks t WHERE t.reactor = w.name AND t.state = 'due' \
                        AND t.due_at <= $2 AND (t.lease_until IS NULL OR t.lease_until <= $2)) AS has_due \
         FROM unnest($1::text[]) WITH ORDINALITY AS w (name, nth) \
         JOIN log_head h ON h.log = 0 LEFT JOIN reactors r ON r.name = w.name ORDER BY w.nth",
    )
    .bind(names)
    .bind(now)
    .fetch_all(pool)
    .await
}

/// What one page of queueing came to.
#[derive(Debug, FromRow)]
pub(super) struct Page {
    /// New tasks.
    pub(super) queued: i64,
    /// The log goes on after this page.
    pub(super) has_more: bool,
}

/// Queues the next page of the log for `reactor`; nothing while another instance does.
pub(super) async fn queue_page(
    pool: &PgPool,
    reactor: &dyn Reactor,
    now: DateTime<Utc>,
) -> Result<Page, sqlx::Error> {
    // Due at once by our clock, not by the event's: that one may have been written by a clock that runs ahead.
    sqlx::query_as("SELECT queued, has_more FROM queue_tasks($1, $2, $3, $4, $5)")
        .bind(reactor.name())
        .bind(reactor.hears())
        .bind(reactor.starts_from_the_beginning())
        .bind(SPAN)
        .bind(now)
        .fetch_one(pool)
        .await
}

/// A task that this instance has taken, with its event as it lies in the log.
#[derive(Debug, FromRow)]
pub(super) struct Claimed {
    pub(super) attempts: i32,
    pub(super) first_tried_at: DateTime<Utc>,
    pub(super) tried_before: bool,
    lease_until: DateTime<Utc>,
    #[sqlx(flatten)]
    pub(super) event: Recorded,
}

/// Takes up to `limit` due tasks for the time of a lease, those that wait longest first.
pub(super) async fn claim(
    pool: &PgPool,
    reactor: &str,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>, sqlx::Error> {
    sqlx::query_as(
        "WITH free AS (SELECT position, first_tried_at IS NOT NULL AS tried_before FROM reactor_tasks \
                       WHERE reactor = $1 AND state = 'due' AND due_at <= $2 \
                         AND (lease_until IS NULL OR lease_until <= $2) \
                       ORDER BY due_at, position LIMIT $3 FOR UPDATE SKIP LOCKED), \
              taken AS (UPDATE reactor_tasks t SET attempts = attempts + 1, lease_until = $4, \
                               first_tried_at = coalesce(first_tried_at, $2) \
                        FROM free WHERE t.reactor = $1 AND t.position = free.position \
                        RETURNING t.position, t.attempts, t.first_tried_at, t.lease_until, free.tried_before) \
         SELECT t.attempts, t.first_tried_at, t.lease_until, t.tried_before, e.position, e.event_id, e.recorded_at, \
                e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.event_version, e.payload, e.metadata \
         FROM taken t JOIN events e ON e.log = 0 AND e.position = t.position",
    )
    .bind(reactor)
    .bind(now)
    .bind(limit)
    .bind(later(now, LEASE))
    .fetch_all(pool)
    .await
}

/// What is to be written about a try that has ended.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The task is no more.
    Finished,
    /// It was not its turn: that was no try.
    NotYet { at: DateTime<Utc> },
    /// It is tried again.
    Again { at: DateTime<Utc>, why: String },
    /// It waits for an operator.
    Parked { at: DateTime<Utc>, why: String },
}

/// The task and try that a verdict is about: it counts only while nobody else has taken the task since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Try<'a> {
    pub(super) reactor: &'a str,
    pub(super) position: i64,
    attempts: i32,
    lease_until: DateTime<Utc>,
}

impl<'a> Try<'a> {
    pub(super) const fn of(reactor: &'a str, claimed: &Claimed) -> Self {
        let Claimed { attempts, lease_until, .. } = *claimed;
        Self { reactor, position: claimed.event.position, attempts, lease_until }
    }
}

/// Writes the verdict; gives whether it still counted.
pub(super) async fn settle(pool: &PgPool, tried: Try<'_>, verdict: &Verdict) -> Result<bool, sqlx::Error> {
    let (begin, argument) = match verdict {
        Verdict::Finished => ("DELETE FROM reactor_tasks", None),
        Verdict::NotYet { at } => (
            "UPDATE reactor_tasks SET due_at = $5, last_error = nullif($6, ''), lease_until = NULL, \
             attempts = attempts - 1, first_tried_at = CASE WHEN attempts > 1 THEN first_tried_at END",
            Some((*at, &String::new())),
        ),
        Verdict::Again { at, why } => {
            ("UPDATE reactor_tasks SET due_at = $5, last_error = $6, lease_until = NULL", Some((*at, why)))
        }
        Verdict::Parked { at, why } => (
            "UPDATE reactor_tasks SET state = 'parked', parked_at = $5, last_error = $6, lease_until = NULL",
            Some((*at, why)),
        ),
    };
    let statement = format!(
        "{begin} WHERE reactor = $1 AND position = $2 AND state = 'due' AND attempts = $3 AND lease_until = $4"
    );
    let mut query = sqlx::query(&statement)
        .bind(tried.reactor)
        .bind(tried.position)
        .bind(tried.attempts)
        .bind(tried.lease_until);
    if let Some((at, why)) = argument {
        query = query.bind(at).bind(why.chars().take(LONGEST_WHY).collect::<String>());
    }
    Ok(query.execute(pool).await?.rows_affected() > 0)
}

/// `now` and as long after it, or a day where that is absurdly long.
pub(super) fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    now + TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX).min(TimeDelta::days(1))
}
