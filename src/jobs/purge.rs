//! Sweeps what has expired: captchas, codes, counts of wrong passwords, kept answers, uses of old sessions.

use std::time::Duration;

use chrono::TimeDelta;

use crate::account::codes::LIFETIME;
use crate::eventstore::seal::destroy_brief_keys;
use crate::http::Shared;
use crate::projections::erasures;

/// Deletes everything that no longer matters. Each kind on its own, so that one that fails keeps none of the others;
/// first what somebody has a right to.
///
/// # Errors
/// The first of the database's.
pub async fn run(site: &Shared) -> Result<(), sqlx::Error> {
    let now = site.ports.now();
    site.limits.sweep();
    let mut outcome = forget_the_erased(site).await;
    // Codes that nobody used. An instance whose clock is behind may still accept one that has just expired here.
    let destroyed = destroy_brief_keys(&site.writes, now - LIFETIME - Duration::from_mins(1)).await;
    outcome = outcome.and(destroyed.map(drop));
    let session = TimeDelta::from_std(site.settings.session_absolute).unwrap_or(TimeDelta::days(30));
    let day = now - TimeDelta::days(1);
    for (statement, before) in [
        ("DELETE FROM idempotency_keys WHERE recorded_at < $1", day),
        ("DELETE FROM password_resets WHERE requested_at < $1", day),
        // An instance whose clock is behind still accepts what has just expired here.
        ("DELETE FROM captcha_uses WHERE expires_at < $1", now - TimeDelta::minutes(1)),
        // A day without a wrong password forgives; the window itself is a quarter of an hour.
        ("DELETE FROM login_attempts WHERE coalesce(recent[array_upper(recent, 1)], '-infinity') < $1", day),
        ("DELETE FROM session_activity WHERE last_seen_at < $1", now - session),
        // A host that nobody asked for a day, nor wanted quiet.
        ("DELETE FROM crawler_turns WHERE free_at < $1", day),
        // Codes that nobody would take were shown for a day, and so were items that could not be looked up; the codes
        // have long been worth nothing, and a product says itself why nothing is known of it, and can be refreshed.
        (
            "DELETE FROM reactor_tasks \
             WHERE reactor IN ('mail_code', 'text_code', 'fetch_product') AND state = 'parked' AND parked_at < $1",
            day,
        ),
    ] {
        let swept = sqlx::query(statement).bind(before).execute(&site.writes).await;
        outcome = outcome.and(swept.map(drop));
    }
    outcome
}

/// Drops from this process's memory who was erased lately, perhaps by another instance.
async fn forget_the_erased(site: &Shared) -> Result<(), sqlx::Error> {
    // Several rounds long, so that one that fails or comes late misses nobody.
    for aggregate_id in erasures::since(&site.reads, site.ports.now() - Duration::from_mins(10)).await? {
        site.accounts.forget(&aggregate_id);
    }
    Ok(())
}
