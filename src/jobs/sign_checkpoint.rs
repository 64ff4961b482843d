//! Signs the log every minute in which it has gone on.

use metrics::{counter, gauge};

use crate::audit::checkpoints::SignError;
use crate::http::Shared;

/// Makes a checkpoint if there is news. What the log's owner must look at is counted.
///
/// # Errors
/// [`SignError`].
pub async fn run(site: &Shared) -> Result<(), SignError> {
    let made = async { site.checkpoints.make(&mut *site.writes.acquire().await?).await }.await;
    match &made {
        Ok(newest) => {
            #[expect(clippy::cast_precision_loss, reason = "sizes stay far below 2^52")]
            gauge!("checkpoint_size").set(newest.checkpoint.size as f64);
        }
        // A database that is away is nobody's doing.
        Err(SignError::Database(_)) => {}
        Err(_) => counter!("checkpoint_refusals_total").increment(1),
    }
    made.map(drop)
}
