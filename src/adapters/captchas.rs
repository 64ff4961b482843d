//! Captchas that any instance can draw and check, and that are checked once.
//!
//! Nothing is stored until a captcha is answered. Its id is a `UUIDv7` whose time is the moment of issue
//! and whose last 48 bits are a keyed digest of the rest, so that ids cannot be made up; the answer and
//! the drawing's seed are keyed digests of the id. An answer, right or wrong, writes the id into
//! `captcha_uses` until it would have expired; whoever comes second is refused.

use std::time::Duration;

use chrono::{DateTime, Utc};
use ring::hmac;
use sqlx::PgPool;
use uuid::Uuid;

use super::captcha_image;
use crate::eventstore::seal::{MasterKey, SealError};
use crate::ports::{NoEntropy, Ports};

/// How long a captcha can be answered.
pub const LIFETIME: Duration = Duration::from_mins(5);
/// How far ahead of ours another instance's clock may be.
const SKEW_MS: i64 = 5_000;
/// Bytes of the id that the keyed digest covers; the rest is the digest.
const SIGNED: usize = 10;

/// A captcha that may still be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captcha {
    /// Its id.
    pub id: Uuid,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
}

/// Issues, draws and checks captchas.
#[derive(Clone, Debug)]
pub struct Captchas {
    key: hmac::Key,
    ports: Ports,
}

impl Captchas {
    /// Captchas of the installation with this master key.
    ///
    /// # Errors
    /// [`SealError`] when the derivation of the key fails.
    pub fn new(master: &MasterKey, ports: Ports) -> Result<Self, SealError> {
        Ok(Self { key: master.digest_key("captcha")?, ports })
    }

    /// A new captcha.
    ///
    /// # Errors
    /// [`NoEntropy`] when the operating system gives no random bytes.
    pub fn issue(&self) -> Result<Captcha, NoEntropy> {
        let mut bytes = *self.ports.id()?.as_bytes();
        let tag = self.digest("id", bytes.get(..SIGNED).unwrap_or(&[]));
        // The variant bits of a UUID (RFC 9562, 4.1) are in byte 8, which the digest covers.
        if let (Some(place), Some(tag)) = (bytes.get_mut(SIGNED..), tag.as_ref().get(..16 - SIGNED)) {
            place.copy_from_slice(tag);
        }
        let id = Uuid::from_bytes(bytes);
        Ok(Captcha { id, expires_at: expiry(id) })
    }

    fn digest(&self, purpose: &str, bytes: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(purpose.as_bytes());
        context.update(bytes);
        context.sign()
    }

    /// The captcha of an id that we issued and that has not expired.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Captcha> {
        let id = Uuid::parse_str(id).ok()?;
        let (signed, tag) = id.as_bytes().split_at_checked(SIGNED)?;
        let expected = self.digest("id", signed);
        // A guess hits one in 2^48; the time that a comparison takes gives nothing away that matters.
        if expected.as_ref().get(..tag.len()) != Some(tag) {
            return None;
        }
        let (now, expires_at) = (self.ports.now(), expiry(id));
        let issued = expires_at - LIFETIME;
        let from_the_future = issued.timestamp_millis() > now.timestamp_millis() + SKEW_MS;
        (now < expires_at && !from_the_future).then_some(Captcha { id, expires_at })
    }

    /// The characters that the image of `captcha` shows.
    #[must_use]
    pub fn answer(&self, captcha: &Captcha) -> String {
        captcha_image::answer(first(self.digest("answer", captcha.id.as_bytes()).as_ref()))
    }

    /// The image: always the same for one captcha, so that asking again gives a machine nothing to average.
    ///
    /// # Errors
    /// [`captcha_image::DrawError`] when the drawing fails, which is a defect.
    pub fn draw(&self, captcha: &Captcha) -> Result<Vec<u8>, captcha_image::DrawError> {
        captcha_image::draw(&self.answer(captcha), first(self.digest("seed", captcha.id.as_bytes()).as_ref()))
    }

    /// Lets a captcha that was answered right be answered again: what it was solved for failed for our reasons.
    ///
    /// # Errors
    /// The database's error; the captcha then stays used up.
    pub async fn give_back(&self, pool: &PgPool, id: &str) -> Result<(), sqlx::Error> {
        if let Some(captcha) = self.find(id) {
            sqlx::query("DELETE FROM captcha_uses WHERE captcha_id = $1")
                .bind(captcha.id)
                .execute(pool)
                .await?;
        }
        Ok(())
    }

    /// Checks an answer, upper or lower case. Whatever the outcome, the captcha cannot be answered again.
    ///
    /// # Errors
    /// The database's error; the captcha may then be used up.
    pub async fn check(&self, pool: &PgPool, id: &str, answer: &str) -> Result<bool, sqlx::Error> {
        let Some(captcha) = self.find(id) else { return Ok(false) };
        let used = sqlx::query(
            "INSERT INTO captcha_uses (captcha_id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(captcha.id)
        .bind(captcha.expires_at)
        .execute(pool)
        .await?;
        let first_use = used.rows_affected() == 1;
        Ok(first_use && answer.trim().eq_ignore_ascii_case(&self.answer(&captcha)))
    }
}

/// The first bytes of a digest.
fn first<const N: usize>(digest: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    for (to, from) in bytes.iter_mut().zip(digest) {
        *to = *from;
    }
    bytes
}

fn expiry(id: Uuid) -> DateTime<Utc> {
    let (seconds, nanos) = id.get_timestamp().map_or((0, 0), |time| time.to_unix());
    let issued = DateTime::from_timestamp(i64::try_from(seconds).unwrap_or(0), nanos).unwrap_or_default();
    issued + LIFETIME
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn captchas() -> Captchas {
        Captchas::new(&MasterKey::parse(&"07".repeat(32)).unwrap(), Ports::system()).unwrap()
    }

    #[test]
    fn what_was_issued_is_found_by_every_instance_and_drawn_the_same() {
        let (one, other) = (captchas(), captchas());
        let issued = one.issue().unwrap();
        assert_eq!(issued.id.get_version_num(), 7);
        assert_eq!(other.find(&issued.id.to_string()), Some(issued.clone()));
        assert_eq!(one.draw(&issued).unwrap(), other.draw(&issued).unwrap());
    }

    #[test]
    fn an_expired_one_is_not_found() {
        let captchas = captchas();
        let old = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let mut bytes = *uuid::Builder::from_unix_timestamp_millis(
            u64::try_from(old.timestamp_millis()).unwrap(),
            &[1; 10],
        )
        .as_uuid()
        .as_bytes();
        let tag = captchas.digest("id", &bytes[..SIGNED]);
        bytes[SIGNED..].copy_from_slice(&tag.as_ref()[..6]);
        assert_eq!(captchas.find(&Uuid::from_bytes(bytes).to_string()), None);
    }

    proptest! {
        #[test]
        fn made_up_ids_are_not_found(bytes: [u8; 16], text: String) {
            let captchas = captchas();
            prop_assert_eq!(captchas.find(&Uuid::from_bytes(bytes).to_string()), None);
            prop_assert_eq!(captchas.find(&text), None);
        }

        #[test]
        fn a_changed_bit_is_found_out(bit in 0_usize..128) {
            let captchas = captchas();
            let mut bytes = *captchas.issue().unwrap().id.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(captchas.find(&Uuid::from_bytes(bytes).to_string()), None);
        }
    }
}
