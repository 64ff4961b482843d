//! Making checkpoints: which key signs, that only an extension of what was signed is signed, and the turn of keys.
//!
//! Whoever makes one holds a lock that all instances share, so that no size is signed twice and no key turns meanwhile.
//! Before a root is signed it is computed from the tiles and the leaves, compared with the head of the log, and proved
//! to begin with what was signed last: a log that somebody rewrote gets no new signature.

mod rotation;
pub mod signing_key;
pub mod stored;

use sqlx::{Acquire, PgConnection, Postgres, Transaction};

use self::signing_key::{GivenKeys, SigningKeys};
use self::stored::Stored;
use super::checkpoint::Checkpoint;
use super::note::{Line, SignerKey};
use crate::eventstore::merkle::proof::{Span, consistency, is_consistent};
use crate::eventstore::merkle::stored::{roots, write_tiles};
use crate::eventstore::merkle::{BadFrontier, Frontier, Hash};
use crate::eventstore::seal::{MasterKey, SealError};
use crate::ports::Ports;

/// The lock that whoever signs holds.
const SIGNING: i64 = 0x7a68_616e_6773;

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The database.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The master key, or chance.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The head holds no frontier.
    #[error(transparent)]
    Frontier(#[from] BadFrontier),
    /// The key is not here.
    #[error(
        "key {0} of the log is not here: ZHANGGUI_LOG_SIGNING_KEY does not give it, and with this master key none opens that was made here"
    )]
    NoKey(String),
    /// Another name than the log has.
    #[error(
        "ZHANGGUI_LOG_ORIGIN is {given}, but this log has been signed as {signed}, and a log never changes its name"
    )]
    OtherOrigin {
        /// What is set.
        given: String,
        /// What the log is called.
        signed: String,
    },
    /// No key may have the name.
    #[error("ZHANGGUI_LOG_ORIGIN {0:?} cannot be a log's name: no blanks, no plus sign")]
    BadOrigin(String),
    /// No other key is given than those that were used.
    #[error(
        "the key that signs was handed in, so its successor must be, too: give both in ZHANGGUI_LOG_SIGNING_KEY, with a comma"
    )]
    NoSuccessor,
    /// The head and the events do not agree.
    #[error(
        "the head of the log says {size} events with another root than they have: nothing is signed; `zhanggui audit verify` says more"
    )]
    HeadDiffers {
        /// Where the head says the log ends.
        size: u64,
    },
    /// The log was rewritten, or cut.
    #[error(
        "the log of {size} events does not begin with the {signed} that were signed: nothing is signed; `zhanggui audit verify` says more"
    )]
    NotAnExtension {
        /// The size that was signed last.
        signed: u64,
        /// The size now.
        size: u64,
    },
}

/// Makes checkpoints and turns keys. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    keys: SigningKeys,
    ports: Ports,
}

impl Checkpoints {
    /// With the keys that are given, or those that were made here and lie in the database.
    ///
    /// # Errors
    /// [`SealError`] when the derivation fails.
    pub fn new(
        master: &MasterKey,
        given: GivenKeys,
        origin: Option<String>,
        ports: Ports,
    ) -> Result<Self, SealError> {
        Ok(Self { keys: SigningKeys::new(master, given, origin, ports.clone())?, ports })
    }

    /// The newest checkpoint; a new one where the log has gone on.
    ///
    /// # Errors
    /// [`SignError`].
    pub async fn make(&self, database: &mut PgConnection) -> Result<Stored, SignError> {
        let (size, _) = head(&mut *database).await?;
        // Outside the transaction below: after a long pause this takes many of its own.
        write_tiles(&mut *database, size).await?;
        let mut transaction = begin(database).await?;
        let key = self.keys.active(&mut transaction).await?;
        let made = self.sign(&mut transaction, &key).await?;
        transaction.commit().await?;
        Ok(made)
    }

    /// The newest checkpoint that covers `size` events; made if there is none. None if the log has fewer.
    ///
    /// # Errors
    /// [`SignError`].
    pub async fn at_least(
        &self,
        database: &mut PgConnection,
        size: u64,
    ) -> Result<Option<Stored>, SignError> {
        match stored::newest(&mut *database).await? {
            Some(newest) if newest.checkpoint.size >= size => Ok(Some(newest)),
            _ => Ok(Some(self.make(database).await?).filter(|made| made.checkpoint.size >= size)),
        }
    }

    /// Whether the private key of the log is here, and belongs to the public one in the table.
    ///
    /// # Errors
    /// [`SignError::NoKey`] when it is not.
    pub async fn check_key(&self, database: &mut PgConnection) -> Result<(), SignError> {
        let mut transaction = begin(database).await?;
        self.keys.active(&mut transaction).await?;
        Ok(transaction.rollback().await?)
    }

    /// Signs the log as it is, unless the newest checkpoint is of it.
    async fn sign(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        key: &SignerKey,
    ) -> Result<Stored, SignError> {
        let (size, root) = head(&mut *transaction).await?;
        if let Some(newest) = stored::newest(&mut *transaction).await? {
            let signed = newest.checkpoint.size;
            if signed == size && newest.checkpoint.root == root {
                return Ok(newest);
            }
            let proof = consistency(signed, size).ok_or(SignError::NotAnExtension { signed, size })?;
            let proof = computed(&mut *transaction, &proof, size).await?;
            if !is_consistent(signed, size, &newest.checkpoint.root, &root, &proof) {
                return Err(SignError::NotAnExtension { signed, size });
            }
        }
        let whole = computed(&mut *transaction, &[Span { from: 0, to: size }], size).await?;
        if whole != [root] {
            return Err(SignError::HeadDiffers { size });
        }
        let checkpoint = Checkpoint { origin: key.verifier().name, size, root };
        let made_at = self.ports.now();
        let line = self.line(key, &checkpoint);
        stored::keep(transaction, &checkpoint, made_at, &line).await?;
        Ok(Stored { checkpoint, made_at, lines: vec![line] })
    }

    fn line(&self, key: &SignerKey, checkpoint: &Checkpoint) -> Line {
        let time = self.ports.now().timestamp();
        key.sign(&checkpoint.to_string(), u64::try_from(time).unwrap_or(0))
    }
}

/// A transaction that holds the lock.
async fn begin(database: &mut PgConnection) -> Result<Transaction<'_, Postgres>, sqlx::Error> {
    let mut transaction = database.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(SIGNING).execute(&mut *transaction).await?;
    Ok(transaction)
}

/// The size and the root of the log, as its head says.
async fn head(database: &mut PgConnection) -> Result<(u64, Hash), SignError> {
    let (position, frontier): (i64, Vec<u8>) =
        sqlx::query_as("SELECT position, frontier FROM log_head WHERE log = 0").fetch_one(database).await?;
    let size = u64::try_from(position).unwrap_or(0);
    Ok((size, Frontier::from_bytes(size, &frontier)?.root()))
}

/// Roots from tiles and leaves; a leaf that is missing is a head that says too much.
async fn computed(database: &mut PgConnection, spans: &[Span], size: u64) -> Result<Vec<Hash>, SignError> {
    match roots(database, spans).await {
        Err(sqlx::Error::RowNotFound) => Err(SignError::HeadDiffers { size }),
        found => Ok(found?),
    }
}
