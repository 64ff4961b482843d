//! Ends what analysts' sessions do for too long; a limit that they set themselves is none.

use crate::analytics::role::{LONGEST, watch};
use crate::http::Shared;

/// Looks once.
///
/// # Errors
/// The database's error.
pub async fn run(site: &Shared) -> Result<(), sqlx::Error> {
    let ended = watch(&site.writes, LONGEST).await?;
    if ended > 0 {
        tracing::warn!(ended, "sessions of analysts were ended: they took too long or held a lock");
    }
    Ok(())
}
