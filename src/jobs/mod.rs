//! What happens by the clock. Every instance runs every job; each is harmless when run twice.

pub mod close_day;
pub mod purge;
pub mod watch_analysts;

use std::sync::Arc;

use metrics::gauge;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use crate::http::Shared;
use crate::http::session::activity::FLUSH_EVERY;
use crate::projections::READ_MODELS;

/// Where the log ends, and how far each read model is: inline ones are there by construction.
async fn measure(site: &Shared) -> Result<(), sqlx::Error> {
    let head: i64 =
        sqlx::query_scalar("SELECT position FROM log_head WHERE log = 0").fetch_one(&site.reads).await?;
    #[expect(clippy::cast_precision_loss, reason = "positions stay far below 2^52")]
    let head = head as f64;
    gauge!("log_position").set(head);
    for name in READ_MODELS {
        gauge!("projection_position", "read_model" => *name).set(head);
    }
    Ok(())
}

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
            if let Err(error) = measure(&site).await {
                tracing::warn!(%error, "the log's position could not be measured");
            }
            site.metrics.run_upkeep();
        })
    })?;
    scheduler.add(flush).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

/// Closes days, first at once: a server that was down has missed some.
fn close_days(site: &Shared) -> Result<Job, JobSchedulerError> {
    let run = async |site: Shared| {
        if let Err(error) = close_day::run(&site).await {
            tracing::warn!(%error, "days could not be closed; the next run tries again");
        }
    };
    drop(tokio::spawn(run(Arc::clone(site))));
    let site = Arc::clone(site);
    // Every minute, at the 20th second: what was recorded late shows soon, too.
    Job::new_async("20 * * * * *", move |_, _| Box::pin(run(Arc::clone(&site))))
}
