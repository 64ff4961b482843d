//! The key that signs: handed in by the settings, or made here once and kept, wrapped by the master key.

use std::fmt;

use sqlx::{Postgres, Transaction};

use super::SignError;
use crate::audit::keys::{self, LogKey};
use crate::audit::note::{Kind, SignerKey};
use crate::eventstore::seal::{Cipher, MasterKey, SealError};
use crate::ports::Ports;

/// The first byte of a wrapped key, so that another way of wrapping can be told apart later.
const WRAPPING: u8 = 1;

/// Keys that the settings hand in, as the 32 bytes they are made of.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct GivenKeys(pub Vec<[u8; 32]>);

impl fmt::Debug for GivenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GivenKeys({} hidden)", self.0.len())
    }
}

/// Finds, makes and keeps the key that signs.
#[derive(Clone, Debug)]
pub(super) struct SigningKeys {
    wrapping: std::sync::Arc<Cipher>,
    given: GivenKeys,
    origin: Option<String>,
    ports: Ports,
}

impl SigningKeys {
    pub(super) fn new(
        master: &MasterKey,
        given: GivenKeys,
        origin: Option<String>,
        ports: Ports,
    ) -> Result<Self, SealError> {
        let wrapping = std::sync::Arc::new(master.cipher("log signing key")?);
        Ok(Self { wrapping, given, origin, ports })
    }

    /// The key that signs today; made if the log has none yet. The caller holds the lock.
    pub(super) async fn active(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
    ) -> Result<SignerKey, SignError> {
        let Some(newest) = keys::all(&mut *transaction).await?.pop() else {
            let origin = match &self.origin {
                Some(origin) => origin.clone(),
                None => format!("zhanggui/{}", hex::encode(self.random::<8>()?)),
            };
            let key = match self.given.0.first() {
                Some(seed) => named(&origin, *seed)?,
                None => named(&origin, self.random()?)?,
            };
            self.keep(transaction, 1, &key, 0).await?;
            return Ok(key);
        };
        let signed = &newest.verifier.name;
        if let Some(given) = self.origin.as_ref().filter(|given| *given != signed) {
            return Err(SignError::OtherOrigin { given: given.clone(), signed: signed.clone() });
        }
        self.find(transaction, &newest).await
    }

    fn random<const N: usize>(&self) -> Result<[u8; N], SignError> {
        Ok(self.ports.random().map_err(SealError::from)?)
    }

    async fn find(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        key: &LogKey,
    ) -> Result<SignerKey, SignError> {
        let name = &key.verifier.name;
        let is_it = |signer: &SignerKey| signer.verifier() == key.verifier;
        for seed in &self.given.0 {
            let signer = named(name, *seed)?;
            if is_it(&signer) {
                return Ok(signer);
            }
        }
        let wrapped: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT wrapped FROM log_key_secrets WHERE log = 0 AND number = $1")
                .bind(key.number)
                .fetch_optional(&mut **transaction)
                .await?;
        let seed = match wrapped.as_deref() {
            Some([WRAPPING, sealed @ ..]) => self.wrapping.open(&context(&key.verifier.public), sealed),
            _ => None,
        };
        let seed: Option<[u8; 32]> = seed.and_then(|seed| seed.try_into().ok());
        let signer = seed.map(|seed| named(name, seed)).transpose()?;
        signer.filter(is_it).ok_or_else(|| SignError::NoKey(key.verifier.to_string()))
    }

    /// The key after `old`: one that is given and was never used, or, where the old one was made here, a new one.
    pub(super) async fn successor(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        old: &SignerKey,
    ) -> Result<SignerKey, SignError> {
        let name = old.verifier().name;
        let used = keys::all(&mut *transaction).await?;
        for seed in &self.given.0 {
            let signer = named(&name, *seed)?;
            if used.iter().all(|key| key.verifier != signer.verifier()) {
                return Ok(signer);
            }
        }
        if self.given.0.contains(old.seed()) {
            return Err(SignError::NoSuccessor);
        }
        named(&name, self.random()?)
    }

    /// Keeps a key that begins to sign at `size`; the private half only where it is not given.
    pub(super) async fn keep(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        number: i32,
        key: &SignerKey,
        size: u64,
    ) -> Result<(), SignError> {
        let verifier = key.verifier();
        sqlx::query("INSERT INTO log_keys (number, name, public_key, first_size, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(number)
            .bind(&verifier.name)
            .bind(verifier.public.as_slice())
            .bind(i64::try_from(size).unwrap_or(i64::MAX))
            .bind(self.ports.now())
            .execute(&mut **transaction)
            .await?;
        if self.given.0.contains(key.seed()) {
            return Ok(());
        }
        let sealed = self.wrapping.seal(&self.ports, &context(&verifier.public), key.seed())?;
        sqlx::query("INSERT INTO log_key_secrets (number, wrapped) VALUES ($1, $2)")
            .bind(number)
            .bind([&[WRAPPING], sealed.as_slice()].concat())
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}

/// What a wrapped key is bound to: its public half.
fn context(public: &[u8; 32]) -> Vec<u8> {
    [b"log signing key ".as_slice(), public].concat()
}

fn named(origin: &str, seed: [u8; 32]) -> Result<SignerKey, SignError> {
    SignerKey::new(origin, Kind::Log, seed).map_err(|_| SignError::BadOrigin(origin.to_owned()))
}
