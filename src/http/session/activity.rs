//! When sessions were last used: every request counts at once in memory, and is written in batches.
//!
//! A write per request would cost more than the request. What is lost when the process is killed is the
//! last [`FLUSH_EVERY`]: a session may then expire that much too early.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// How often the batch is written.
pub const FLUSH_EVERY: Duration = Duration::from_secs(10);

/// Last uses that are not written yet.
#[derive(Debug, Default)]
pub struct Activity(Mutex<HashMap<Vec<u8>, DateTime<Utc>>>);

impl Activity {
    /// A session was used.
    pub fn touch(&self, digest: &[u8], now: DateTime<Utc>) {
        if let Ok(mut seen) = self.0.lock() {
            match seen.get_mut(digest) {
                Some(last) => *last = now.max(*last),
                None => drop(seen.insert(digest.to_vec(), now)),
            }
        }
    }

    /// When a session was last used on this instance, if that is not written yet.
    #[must_use]
    pub fn last_seen(&self, digest: &[u8]) -> Option<DateTime<Utc>> {
        self.0.lock().ok()?.get(digest).copied()
    }

    /// Writes what is not written yet, in one statement.
    ///
    /// # Errors
    /// The database's error; nothing is lost then, the next flush tries again.
    pub async fn flush(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let batch = self.0.lock().map(|mut seen| std::mem::take(&mut *seen)).unwrap_or_default();
        if batch.is_empty() {
            return Ok(());
        }
        let (digests, times): (Vec<Vec<u8>>, Vec<DateTime<Utc>>) = batch.into_iter().unzip();
        let written = sqlx::query(
            "INSERT INTO session_activity (session_digest, last_seen_at) \
             SELECT * FROM unnest($1::bytea[], $2::timestamptz[]) AS t (digest, seen) ORDER BY digest \
             ON CONFLICT (session_digest) DO UPDATE \
             SET last_seen_at = greatest(session_activity.last_seen_at, excluded.last_seen_at)",
        )
        .bind(&digests)
        .bind(&times)
        .execute(pool)
        .await;
        if written.is_err() {
            for (digest, time) in digests.iter().zip(times) {
                self.touch(digest, time);
            }
        }
        written.map(drop)
    }
}
