//! Measuring the read models, saying which versions this instance uses, showing them to others, and dropping those that
//! nobody uses.

use std::sync::Arc;

use tokio_cron_scheduler::{Job, JobSchedulerError};

use crate::http::Shared;
use crate::projections::engine::ReadModel;
use crate::projections::rebuild::drop_leftovers;
use crate::projections::{registry, standing};

/// The read models of this program; a folder that cannot be read would have kept it from starting.
fn ours() -> Vec<ReadModel> {
    ReadModel::all().unwrap_or_default()
}

/// Sets the gauges of the read models.
pub(super) async fn measure(site: &Shared) -> Result<(), sqlx::Error> {
    standing::measure(&site.reads, &ours()).await
}

/// The job that keeps the versions that are used, and no others.
pub(super) fn upkeep(site: &Shared) -> Result<Job, JobSchedulerError> {
    let kept = Arc::clone(site);
    Job::new_repeated_async(registry::SAY_EVERY, move |_, _| {
        let site = Arc::clone(&kept);
        Box::pin(async move {
            if let Err(error) = keep(&site).await {
                tracing::warn!(%error, "the upkeep of the read models failed; the next one tries again");
            }
        })
    })
}

/// One round: says what this instance uses, publishes what nobody does, drops what nobody uses.
///
/// # Errors
/// The database's error; the next round tries what this one did not come to.
pub async fn keep(site: &Shared) -> Result<(), sqlx::Error> {
    let models = ours();
    for schema in registry::still_used(&site.writes, &models).await? {
        tracing::error!(schema, "this program's version of a read model is gone: restart it");
    }
    let mut connection = site.writes.acquire().await?;
    // First, since what is dropped takes its views along.
    for model in &models {
        if let Err(error) = registry::publish_if_nobody_does(&mut connection, model).await {
            tracing::warn!(read_model = model.name, %error, "views for others could not be made; the next round tries again");
        }
    }
    for schema in registry::drop_unused(&mut connection, &models, registry::GRACE).await? {
        tracing::info!(schema, "dropped a version of a read model that nobody uses any more");
    }
    drop_leftovers(&mut connection).await.map(drop)
}
