//! Closes each local day once it is over, and revises closed days that turned out otherwise.
//!
//! Every instance asks; the log decides, so a day is closed once. A server that was down closes the days it missed, in
//! order. What is counted is the log itself, up to a position that stands beside the numbers.

use chrono::{NaiveDate, TimeDelta};
use cqrs_es::AggregateError;
use sqlx::Executor;

use crate::calendar::{after, before};
use crate::eventstore::Metadata;
use crate::http::Shared;
use crate::projections::{daily_stats, recount};
use crate::statistics::{Cause, CloseDay, Closed, Count, ReviseDay, STREAM, Statistics, StatisticsError};

/// How long after its end a day is closed: what began before midnight may be recorded a little later.
pub const GRACE: TimeDelta = TimeDelta::seconds(15);

/// Lets a count take longer than a reader may: there may be much to count after a long stop.
const PATIENCE: &str = "SET LOCAL statement_timeout = '10min'";

/// Why days could not be closed now.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// The database's.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The command's: the infrastructure's errors, or a refusal that nobody expects.
    #[error(transparent)]
    Command(#[from] AggregateError<StatisticsError>),
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// The days that this instance closed, in order.
    pub closed: Vec<NaiveDate>,
    /// The closed days that it counted otherwise.
    pub revised: Vec<NaiveDate>,
}

/// Closes every day that is over, in order, then revises those that turned out otherwise.
///
/// # Errors
/// [`CloseError`]; what was closed before stays closed.
pub async fn run(site: &Shared) -> Result<Ran, CloseError> {
    let mut ran = Ran::default();
    while let Some(range) = missed(site).await? {
        for (date, count) in count(site, range, None).await? {
            close(site, date, count, &mut ran).await?;
        }
    }
    revise(site, &mut ran).await?;
    Ok(ran)
}

async fn close(site: &Shared, date: NaiveDate, count: Count, ran: &mut Ran) -> Result<(), CloseError> {
    let timezone = site.settings.calendar.timezone().to_owned();
    let ends_at = site.settings.calendar.day(date).end;
    let command = CloseDay { date, timezone, ends_at, now: site.ports.now(), count };
    match site.statistics.execute(STREAM, command.into(), Metadata::default()).await {
        Ok(_) => {
            tracing::info!(%date, registrations = count.registrations, active_users = count.active_users, "day closed");
            ran.closed.push(date);
        }
        // Another instance was quicker.
        Err(AggregateError::UserError(StatisticsError::AlreadyClosed | StatisticsError::OutOfOrder(_))) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The days that are over and not closed, from the first to the last.
async fn missed(site: &Shared) -> Result<Option<(NaiveDate, NaiveDate)>, CloseError> {
    let Some(first) = next(site).await? else { return Ok(None) };
    // A day that is over for long enough ended before this instant.
    let last = before(site.settings.calendar.date(site.ports.now() - GRACE), 1);
    Ok((first <= last).then_some((first, last)))
}

/// What the log says of some days, all of them counted in one pass over it.
async fn count(
    site: &Shared,
    range: (NaiveDate, NaiveDate),
    until: Option<i64>,
) -> Result<Vec<(NaiveDate, Count)>, sqlx::Error> {
    let mut transaction = site.reads.begin().await?;
    transaction.execute(PATIENCE).await?;
    let start = site.settings.calendar.start(range.0);
    let counted = recount::days(&mut *transaction, range, start, until).await?;
    transaction.commit().await?;
    Ok(counted)
}

async fn count_one(site: &Shared, date: NaiveDate, until: Option<i64>) -> Result<Count, sqlx::Error> {
    let counted = count(site, (date, date), until).await?;
    counted.first().map(|(_, count)| *count).ok_or(sqlx::Error::RowNotFound)
}

/// The day to be closed next; none in a log in which nothing has ever happened.
async fn next(site: &Shared) -> Result<Option<NaiveDate>, CloseError> {
    if let Some(last) = state(site).await?.last_closed() {
        return Ok(Some(after(last, 1)));
    }
    let first = sqlx::query_scalar("SELECT recorded_at FROM events WHERE log = 0 AND position = 1")
        .fetch_optional(&site.reads)
        .await?;
    Ok(first.map(|at| site.settings.calendar.date(at)))
}

async fn state(site: &Shared) -> Result<Statistics, AggregateError<StatisticsError>> {
    site.statistics.state(STREAM).await
}

/// Counts anew the closed days of which the read model knows otherwise.
async fn revise(site: &Shared, ran: &mut Ran) -> Result<(), CloseError> {
    let statistics = state(site).await?;
    let Some((oldest, _)) = statistics.days().next() else { return Ok(()) };
    for date in daily_stats::open_to_question(&site.reads, oldest).await? {
        let Some(Closed { count: closed, .. }) = statistics.closed(date) else { continue };
        let count = count_one(site, date, None).await?;
        // Counted again as far as it was counted then, it is the same, unless the counting itself is another.
        let again = count_one(site, date, Some(closed.position)).await?;
        let cause = if again.agrees_with(&closed) { Cause::LateEvent } else { Cause::Corrected };
        let command = ReviseDay { date, cause, count };
        let events = site.statistics.execute(STREAM, command.into(), Metadata::default()).await?;
        if !events.is_empty() {
            tracing::warn!(%date, ?cause, "a closed day was revised");
            ran.revised.push(date);
        }
    }
    Ok(())
}
