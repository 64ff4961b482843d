//! Password resets as they look from outside: the same for a name that belongs to nobody.
//!
//! The account's own stream decides whether a code is sent and whether it is right. What can be seen of that
//! from outside (how long until the next one, how many tries are left, when it is over) is decided here, from a
//! row that every reset has, so that nothing of it tells whether there is an account. Names are kept as keyed
//! digests only.

use std::time::Duration;

use chrono::{DateTime, Utc};
use ring::hmac;
use sqlx::PgPool;
use uuid::Uuid;

use crate::account::Channel;
use crate::account::codes::{LIFETIME, RESEND_AFTER, SENDS_A_DAY, TRIES};
use crate::eventstore::seal::{MasterKey, SealError};

/// Knows the resets of one installation.
#[derive(Clone, Debug)]
pub struct PasswordResets {
    key: hmac::Key,
}

/// Whether another code may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// Yes, and it counts.
    Yes,
    /// The last one was asked for just now.
    TooSoon(Duration),
    /// As many were asked for as may be in a day.
    TooMany(Duration),
}

/// What comes of a try before anybody looks at the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It counts. `user_id` is nobody where nothing was sent.
    Counted {
        /// Whose reset it is.
        user_id: Option<Uuid>,
        /// How many tries are left after this one.
        remaining: u8,
    },
    /// The reset is past its time, or was done.
    Expired,
    /// There were as many tries as may be.
    TooMany(Duration),
    /// There is no such reset.
    Unknown,
}

impl PasswordResets {
    /// The resets of the installation with this master key.
    ///
    /// # Errors
    /// [`SealError`] when the derivation of the key fails.
    pub fn new(master: &MasterKey) -> Result<Self, SealError> {
        Ok(Self { key: master.digest_key("password resets")? })
    }

    /// What a name and a channel are known by.
    #[must_use]
    pub fn digest(&self, name: &str, channel: Channel) -> Vec<u8> {
        hmac::sign(&self.key, format!("{} {name}", channel.as_str()).as_bytes()).as_ref().to_vec()
    }

    /// Begins a reset, unless its name had one just now or too many today. Of two at the same time both may
    /// begin: what is sent is limited by the account itself.
    ///
    /// # Errors
    /// The database's error.
    pub async fn begin(
        &self,
        pool: &PgPool,
        reset_id: Uuid,
        digest: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Admitted, sqlx::Error> {
        let begun = sqlx::query(
            // What a clock says that was ahead for a while counts for nothing.
            "INSERT INTO password_resets (reset_id, digest, requested_at, expires_at) SELECT $1, $2, $3, $4 \
             WHERE NOT EXISTS (SELECT FROM password_resets \
                               WHERE digest = $2 AND requested_at > $5 AND requested_at <= $8) \
               AND (SELECT count(*) FROM password_resets WHERE digest = $2 AND requested_at > $6) < $7",
        )
        .bind(reset_id)
        .bind(digest)
        .bind(now)
        .bind(now + LIFETIME)
        .bind(now - RESEND_AFTER)
        .bind(now - Duration::from_hours(24))
        .bind(i64::try_from(SENDS_A_DAY).unwrap_or(i64::MAX))
        .bind(now + RESEND_AFTER)
        .execute(pool)
        .await?;
        if begun.rows_affected() == 1 {
            return Ok(Admitted::Yes);
        }
        let times: Vec<DateTime<Utc>> = sqlx::query_scalar(
            "SELECT requested_at FROM password_resets WHERE digest = $1 AND requested_at > $2 AND requested_at <= $4 \
             ORDER BY requested_at DESC LIMIT $3",
        )
        .bind(digest)
        .bind(now - Duration::from_hours(24))
        .bind(i64::try_from(SENDS_A_DAY).unwrap_or(i64::MAX))
        .bind(now + RESEND_AFTER)
        .fetch_all(pool)
        .await?;
        let until = |instant: DateTime<Utc>| (instant - now).to_std().unwrap_or_default();
        Ok(match (times.first(), times.last()) {
            (Some(newest), _) if *newest > now - RESEND_AFTER => {
                Admitted::TooSoon(until(*newest + RESEND_AFTER))
            }
            (_, Some(oldest)) => Admitted::TooMany(until(*oldest + Duration::from_hours(24))),
            // The one that stood in the way has just been swept.
            _ => Admitted::TooSoon(Duration::from_secs(1)),
        })
    }

    /// Says for whom a code was sent.
    ///
    /// # Errors
    /// The database's error.
    pub async fn belongs_to(
        &self,
        pool: &PgPool,
        reset_id: Uuid,
        user_id: Option<Uuid>,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE password_resets SET user_id = $2 WHERE reset_id = $1")
            .bind(reset_id)
            .bind(user_id)
            .execute(pool)
            .await?;
        Ok(())
    }

    /// Counts a try.
    ///
    /// # Errors
    /// The database's error.
    pub async fn try_once(
        &self,
        pool: &PgPool,
        reset_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Tried, sqlx::Error> {
        let counted: Option<(Option<Uuid>, i32)> = sqlx::query_as(
            "UPDATE password_resets SET tries = tries + 1 \
             WHERE reset_id = $1 AND tries < $2 AND expires_at > $3 RETURNING user_id, tries",
        )
        .bind(reset_id)
        .bind(i32::from(TRIES))
        .bind(now)
        .fetch_optional(pool)
        .await?;
        if let Some((user_id, tries)) = counted {
            let remaining = TRIES.saturating_sub(u8::try_from(tries).unwrap_or(TRIES));
            return Ok(Tried::Counted { user_id, remaining });
        }
        let expires_at: Option<DateTime<Utc>> =
            sqlx::query_scalar("SELECT expires_at FROM password_resets WHERE reset_id = $1")
                .bind(reset_id)
                .fetch_optional(pool)
                .await?;
        Ok(match expires_at {
            None => Tried::Unknown,
            Some(at) if at <= now => Tried::Expired,
            Some(at) => Tried::TooMany((at - now).to_std().unwrap_or_default()),
        })
    }

    /// Takes back a try that nobody could decide on.
    ///
    /// # Errors
    /// The database's error.
    pub async fn take_back(&self, pool: &PgPool, reset_id: Uuid) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE password_resets SET tries = tries - 1 WHERE reset_id = $1 AND tries > 0")
            .bind(reset_id)
            .execute(pool)
            .await?;
        Ok(())
    }

    /// Ends a reset that was done.
    ///
    /// # Errors
    /// The database's error.
    pub async fn done(&self, pool: &PgPool, reset_id: Uuid, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE password_resets SET expires_at = $2 WHERE reset_id = $1")
            .bind(reset_id)
            .bind(now)
            .execute(pool)
            .await?;
        Ok(())
    }
}
