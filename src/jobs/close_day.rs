//! Closes each local day once it is over, and revises closed days that turned out otherwise.
//!
//! Every instance asks; the log decides, so a day is closed once. A server that was down closes the days it missed, in
//! order. What is counted is the log itself, up to a position that stands beside the numbers.

use chrono::{NaiveDate, TimeDelta};
use cqrs_es::AggregateError;

use crate::calendar::after;
use crate::eventstore::Metadata;
use crate::http::Shared;
use crate::projections::{daily_stats, recount};
use crate::statistics::{Cause, CloseDay, Closed, ReviseDay, STREAM, Statistics, StatisticsError};

/// How long after its end a day is closed: what began before midnight may be recorded a little later.
pub const GRACE: TimeDelta = TimeDelta::seconds(15);

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
    while let Some(date) = next(site).await? {
        let day = site.settings.calendar.day(date);
        let now = site.ports.now();
        if now < day.end + GRACE {
            break;
        }
        let count = recount::day(&site.reads, date, day.start, None).await?;
        let timezone = site.settings.calendar.timezone().to_owned();
        let command = CloseDay { date, timezone, ends_at: day.end, now, count };
        match site.statistics.execute(STREAM, command.into(), Metadata::default()).await {
            Ok(_) => {
                tracing::info!(%date, registrations = count.registrations, active_users = count.active_users, "day closed");
                ran.closed.push(date);
            }
            // Another instance was quicker.
            Err(AggregateError::UserError(
                StatisticsError::AlreadyClosed | StatisticsError::OutOfOrder(_),
            )) => {}
            Err(error) => return Err(error.into()),
        }
    }
    revise(site, &mut ran).await?;
    Ok(ran)
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
        let start = site.settings.calendar.start(date);
        let count = recount::day(&site.reads, date, start, None).await?;
        // Counted again as far as it was counted then, it is the same, unless the counting itself is another.
        let again = recount::day(&site.reads, date, start, Some(closed.position)).await?;
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
