//! What happens by the clock. Every instance runs every job; each is harmless when run twice.

pub mod close_day;
pub mod purge;
pub mod read_models;
pub mod sign_checkpoint;
pub mod watch_analysts;

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use crate::audit::search;
use crate::http::Shared;
use crate::http::session::activity::FLUSH_EVERY;

/// Starts the jobs; dropping or shutting down the scheduler ends them.
///
/// # Errors
/// The scheduler's, for a schedule it cannot read.
pub async fn start(site: &Shared) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    let purged = Arc::clone(site);
    // Every minute, at the 30th second.
    let purge = Job::new_async("30 * * * * *", move |_, _| {
        let site = Arc::clone(&purged);
        Box::pin(async move {
            if let Err(error) = purge::run(&site).await {
                tracing::warn!(%error, "the purge failed; the next one tries again");
            }
        })
    })?;
    scheduler.add(purge).await?;
    scheduler.add(close_days(site)?).await?;
    let signed = Arc::clone(site);
    // Every minute, at its beginning.
    let sign = Job::new_async("0 * * * * *", move |_, _| {
        let site = Arc::clone(&signed);
        Box::pin(async move {
            if let Err(error) = sign_checkpoint::run(&site).await {
                tracing::error!(%error, "no checkpoint of the log was signed; the next minute tries again");
            }
        })
    })?;
    scheduler.add(sign).await?;
    let flushed = Arc::clone(site);
    let flush = Job::new_repeated_async(FLUSH_EVERY, move |_, _| {
        let site = Arc::clone(&flushed);
        Box::pin(async move {
            if let Err(error) = site.activity.flush(&site.writes).await {
                tracing::warn!(%error, "session activity could not be written; the next flush tries again");
            }
            if let Err(error) = watch_analysts::run(&site).await {
                tracing::warn!(%error, "analysts' sessions could not be looked at");
            }
            if let Err(error) = read_models::measure(&site).await {
                tracing::warn!(%error, "the read models could not be measured");
            }
            if let Err(error) = search::summarise(&site.writes).await {
                tracing::warn!(%error, "the newest events were not summarised; auditors wait a little longer");
            }
            site.metrics.run_upkeep();
        })
    })?;
    scheduler.add(flush).await?;
    scheduler.add(read_models::upkeep(site)?).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

/// Closes days, first at once: a server that was down has missed some. After a long stop that may take minutes, in which
/// no second run begins.
fn close_days(site: &Shared) -> Result<Job, JobSchedulerError> {
    let run = async |site: Shared, turn: Arc<Mutex<()>>| {
        let Ok(_turn) = turn.try_lock() else { return };
        if let Err(error) = close_day::run(&site).await {
            tracing::warn!(%error, "days could not be closed; the next run tries again");
        }
    };
    let (site, turn) = (Arc::clone(site), Arc::new(Mutex::new(())));
    drop(tokio::spawn(run(Arc::clone(&site), Arc::clone(&turn))));
    // Every minute, at the 20th second: what was recorded late shows soon, too.
    Job::new_async("20 * * * * *", move |_, _| Box::pin(run(Arc::clone(&site), Arc::clone(&turn))))
}
