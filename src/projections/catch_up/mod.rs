//! Catching up: read models that follow the log after the append, each moved on by one instance at a time.
//!
//! A read model's row in `read_models` holds its *position* (every event up to there is in its rows) and its *owner*
//! with a lease. The owner reads the heard events after the position, runs the read model's statements over them and
//! moves the position, all in one transaction (`step`). The transaction begins by locking the row where it still
//! names this owner and this position, so a former owner that was frozen and wakes up writes nothing. When an owner
//! is gone, another instance has its place after [`LEASE`] and a second.
//!
//! An event that the statements cannot take stops the read model right before it, whatever stands around it; it is
//! never passed over. It goes on when an operator says so ([`resume`]), after a restart, or with other SQL, which is
//! built anew. [`CatchUp::reached`] waits until a read model shows a position.

mod owner;
mod run;
mod step;

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

pub use owner::resume;
pub use run::Running;

use self::step::Stepped;
use super::apply::Poison;
use super::engine::{Kind, ReadModel};
use crate::eventstore::heard::Reader;
use crate::eventstore::seal::Sealer;
use crate::eventstore::upcast::Upcasters;
use crate::eventstore::writer::listeners::Listeners;

/// How long a read model belongs to the instance that moved it on last.
pub const LEASE: Duration = Duration::from_secs(5);
/// The channel on which every step tells how far the read model is: its schema and the position.
const CHANNEL: &str = "read_models";

/// Why a read model did not reach the end of the log.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The database's error.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// An event stopped it.
    #[error("read model {name} has stopped: {poison}")]
    Stopped {
        /// The read model.
        name: &'static str,
        /// Which event, and why.
        poison: Poison,
    },
    /// There is no read model of this name that catches up.
    #[error("no read model {0} catches up here")]
    Unknown(String),
}

/// Some read models that this instance moves on when it is its turn. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CatchUp(Arc<Engine>);

#[derive(Debug)]
struct Engine {
    pool: PgPool,
    /// This instance.
    me: Uuid,
    followed: Vec<Arc<Followed>>,
}

/// A read model that catches up.
#[derive(Debug)]
struct Followed {
    model: ReadModel,
    schema: String,
    reader: Reader,
    listeners: Listeners,
    /// The highest position that this instance has seen or heard of.
    reached: watch::Sender<i64>,
}

impl CatchUp {
    /// Those of `models` that catch up, in an instance of this id.
    #[must_use]
    pub fn new(
        pool: PgPool,
        sealer: &Sealer,
        upcasters: &Upcasters,
        me: Uuid,
        models: impl IntoIterator<Item = ReadModel>,
    ) -> Self {
        let catching_up = models.into_iter().filter(|model| model.kind == Kind::CatchUp);
        let followed = catching_up.map(|model| {
            let schema = model.schema();
            let reader =
                Reader { sealer: sealer.clone(), upcasters: upcasters.clone(), heard: model.heard() };
            let (listeners, reached) = (model.listeners(&schema), watch::Sender::new(0));
            Arc::new(Followed { model, schema, reader, listeners, reached })
        });
        Self(Arc::new(Engine { pool, me, followed: followed.collect() }))
    }

    /// Moves every read model on to where the log ends now, waiting its turn where another instance is at it.
    ///
    /// # Errors
    /// [`CatchUpError`] of the first that does not get there.
    pub async fn work_off(&self) -> Result<(), CatchUpError> {
        for followed in &self.0.followed {
            let mut limit = step::PAGE;
            loop {
                match self.0.step(followed, &mut limit).await? {
                    Stepped::More => (),
                    Stepped::AtHead => break,
                    Stepped::Stopped(poison) => {
                        return Err(CatchUpError::Stopped { name: followed.model.name, poison });
                    }
                    Stepped::NotOurs => {
                        if self.0.is_at_head(followed).await? {
                            break;
                        }
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            }
        }
        Ok(())
    }

    /// Waits until the read model shows every event up to `position`, whichever instance moves it on. Waits for ever
    /// for one that has stopped: whoever asks sets the limit.
    ///
    /// # Errors
    /// [`CatchUpError`].
    pub async fn reached(&self, name: &str, position: i64) -> Result<(), CatchUpError> {
        let followed = self.0.followed.iter().find(|followed| followed.model.name == name);
        let followed = followed.ok_or_else(|| CatchUpError::Unknown(name.to_owned()))?;
        let mut seen = followed.reached.subscribe();
        self.0.is_at_head(followed).await?;
        // The sender is ours: it cannot be gone.
        let _gone = seen.wait_for(|reached| *reached >= position).await;
        Ok(())
    }
}

impl Followed {
    /// Remembers how far it is.
    fn saw(&self, position: i64) {
        self.reached.send_if_modified(|reached| {
            let is_further = position > *reached;
            *reached = position.max(*reached);
            is_further
        });
    }
}
