//! Sweeps what has expired: used captchas, counts of wrong passwords, kept answers, uses of old sessions.

use chrono::TimeDelta;

use crate::http::Shared;

/// Deletes everything that no longer matters.
///
/// # Errors
/// The database's; what was deleted before it stays deleted.
pub async fn run(site: &Shared) -> Result<(), sqlx::Error> {
    let now = site.ports.now();
    let session = TimeDelta::from_std(site.settings.session_absolute).unwrap_or(TimeDelta::days(30));
    for (statement, before) in [
        // An instance whose clock is behind still accepts what has just expired here.
        ("DELETE FROM captcha_uses WHERE expires_at < $1", now - TimeDelta::minutes(1)),
        // A day without a wrong password forgives; the window itself is a quarter of an hour.
        (
            "DELETE FROM login_attempts WHERE recent = '{}' OR recent[array_length(recent, 1)] < $1",
            now - TimeDelta::days(1),
        ),
        ("DELETE FROM idempotency_keys WHERE recorded_at < $1", now - TimeDelta::days(1)),
        ("DELETE FROM session_activity WHERE last_seen_at < $1", now - session),
    ] {
        sqlx::query(statement).bind(before).execute(&site.writes).await?;
    }
    site.limits.sweep();
    Ok(())
}
