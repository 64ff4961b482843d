//! Wrong passwords, counted across all instances, for names that exist and names that do not alike.
//!
//! An attempt is counted before its password is looked at, so that parallel guesses cannot outrun the
//! count; a right password clears it.

use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;
use sqlx::PgPool;

use crate::eventstore::seal::{MasterKey, SealError};

/// After so many wrong passwords in a row a login needs a captcha.
const FREE_TRIES: i32 = 3;
/// So many wrong passwords within [`WINDOW`] and no login is looked at.
const MOST_IN_WINDOW: u8 = 10;
/// The window of [`MOST_IN_WINDOW`].
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// What the count so far asks of the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Free,
    /// A captcha.
    NeedsCaptcha,
    /// To wait until then.
    WaitUntil(DateTime<Utc>),
}

/// The counts. The key of each is a keyed digest, so that the table names nobody.
#[derive(Clone, Debug)]
pub struct LoginAttempts {
    key: hmac::Key,
}

impl LoginAttempts {
    /// The counts of the installation with this master key.
    ///
    /// # Errors
    /// [`SealError`] when the derivation of the key fails.
    pub fn new(master: &MasterKey) -> Result<Self, SealError> {
        Ok(Self { key: master.digest_key("login attempts")? })
    }

    fn digest(&self, name: &str) -> Vec<u8> {
        hmac::sign(&self.key, name.as_bytes()).as_ref().to_vec()
    }

    /// How `name` (an account's id, or a name that belongs to none) stands.
    ///
    /// # Errors
    /// The database's error.
    pub async fn standing(
        &self,
        pool: &PgPool,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<Standing, sqlx::Error> {
        let row: Option<(i32, Vec<DateTime<Utc>>)> =
            sqlx::query_as("SELECT in_a_row, recent FROM login_attempts WHERE digest = $1")
                .bind(self.digest(name))
                .fetch_optional(pool)
                .await?;
        Ok(row.map_or(Standing::Free, |(in_a_row, recent)| standing(in_a_row, &recent, now)))
    }

    /// Counts an attempt as wrong until it proves right, in the same statement that looks whether it may be
    /// made: parallel attempts see each other. `solved` is whether a captcha was solved for it. Gives `Free`
    /// when it was counted, else why not.
    ///
    /// # Errors
    /// The database's error.
    pub async fn begin(
        &self,
        pool: &PgPool,
        name: &str,
        now: DateTime<Utc>,
        solved: bool,
    ) -> Result<Standing, sqlx::Error> {
        let counted = sqlx::query(
            "INSERT INTO login_attempts AS a (digest, in_a_row, recent) VALUES ($1, 1, ARRAY[$2]) \
             ON CONFLICT (digest) DO UPDATE SET in_a_row = a.in_a_row + 1, \
                 recent = ARRAY(SELECT t FROM unnest(a.recent) t WHERE t > $3 ORDER BY t) || $2 \
             WHERE (a.in_a_row < $4 OR $5) \
               AND (SELECT count(*) FROM unnest(a.recent) t WHERE t > $3) < $6",
        )
        .bind(self.digest(name))
        .bind(now)
        .bind(now - WINDOW)
        .bind(FREE_TRIES)
        .bind(solved)
        .bind(i64::from(MOST_IN_WINDOW))
        .execute(pool)
        .await?;
        if counted.rows_affected() == 1 {
            return Ok(Standing::Free);
        }
        // Somebody else was quicker; what they left may be gone again, and then a captcha is no great demand.
        Ok(match self.standing(pool, name, now).await? {
            Standing::Free => Standing::NeedsCaptcha,
            refused => refused,
        })
    }

    /// A right password: the count begins anew.
    ///
    /// # Errors
    /// The database's error.
    pub async fn clear(&self, pool: &PgPool, name: &str) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM login_attempts WHERE digest = $1")
            .bind(self.digest(name))
            .execute(pool)
            .await?;
        Ok(())
    }

    /// Takes back the newest attempt: it was never decided, for reasons of ours.
    ///
    /// # Errors
    /// The database's error.
    pub async fn take_back(&self, pool: &PgPool, name: &str) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE login_attempts SET in_a_row = greatest(in_a_row - 1, 0), \
                 recent = recent[:coalesce(array_length(recent, 1), 1) - 1] WHERE digest = $1",
        )
        .bind(self.digest(name))
        .execute(pool)
        .await?;
        Ok(())
    }
}

fn standing(in_a_row: i32, recent: &[DateTime<Utc>], now: DateTime<Utc>) -> Standing {
    let window: Vec<_> = recent.iter().filter(|time| **time > now - WINDOW).collect();
    match window.len().checked_sub(usize::from(MOST_IN_WINDOW)).and_then(|over| window.get(over)) {
        // As many as allowed are in the window: the first of those must leave it.
        Some(oldest) => Standing::WaitUntil(**oldest + WINDOW),
        None if in_a_row >= FREE_TRIES => Standing::NeedsCaptcha,
        None => Standing::Free,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_in_a_row_need_a_captcha_and_ten_in_the_window_a_wait() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let ago = |minutes| now - TimeDelta::minutes(minutes);
        assert_eq!(standing(2, &[ago(1), ago(2)], now), Standing::Free);
        assert_eq!(standing(3, &[ago(60), ago(50), ago(40)], now), Standing::NeedsCaptcha);
        let ten: Vec<_> = (1..=10).rev().map(ago).collect();
        assert_eq!(standing(10, &ten, now), Standing::WaitUntil(ago(10) + WINDOW));
        let one_has_left: Vec<_> = (7..=16).rev().map(ago).collect();
        assert_eq!(standing(10, &one_has_left, now), Standing::NeedsCaptcha);
    }
}
