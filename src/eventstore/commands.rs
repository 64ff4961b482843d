//! Running commands: cqrs-es's framework on our store, with conflicts tried again.

use std::time::Duration;

use cqrs_es::{AggregateError, CqrsFramework};

use super::LoggedAggregate;
use super::metadata::Metadata;
use super::store::Store;
use crate::ports::Ports;

/// How often a command that keeps losing races is decided in all.
const TRIES: u32 = 4;

/// Runs commands on the streams of one aggregate type: cqrs-es's framework with no queries, and with
/// conflicts tried again.
pub struct Commands<A: LoggedAggregate> {
    framework: CqrsFramework<A, Store<A>>,
    store: Store<A>,
    ports: Ports,
}

impl<A: LoggedAggregate> std::fmt::Debug for Commands<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Commands({})", A::TYPE)
    }
}

impl<A: LoggedAggregate<Command: Clone + Send>> Commands<A> {
    /// Commands on `store`, decided with `services`.
    #[must_use]
    pub fn new(store: Store<A>, services: A::Services) -> Self {
        let ports = store.log.ports.clone();
        Self { framework: CqrsFramework::new(store.clone(), Vec::new(), services), store, ports }
    }

    /// Decides and records the first command of a stream whose id was just made up: it is not looked for.
    ///
    /// # Errors
    /// As [`Commands::execute`].
    pub async fn create(
        &self,
        aggregate_id: &str,
        command: A::Command,
        metadata: Metadata,
    ) -> Result<(), AggregateError<A::Error>> {
        self.store.expect_new(aggregate_id);
        self.execute(aggregate_id, command, metadata).await
    }

    /// Does the work of loading a stream that was used lately, for a name that belongs to nobody, so that time
    /// does not tell the two apart.
    ///
    /// # Errors
    /// The infrastructure's errors.
    pub async fn look_nowhere(&self) -> Result<(), AggregateError<A::Error>> {
        let nowhere = self.ports.id().map_err(|error| AggregateError::UnexpectedError(Box::new(error)))?;
        self.store.look_nowhere(&nowhere.to_string()).await
    }

    /// Decides and records one command. When it returns, the events are durable and every inline read
    /// model shows them.
    ///
    /// # Errors
    /// The aggregate's refusal; [`AggregateError::AggregateConflict`] when the command lost against
    /// concurrent ones four times in a row; the infrastructure's errors.
    pub async fn execute(
        &self,
        aggregate_id: &str,
        command: A::Command,
        metadata: Metadata,
    ) -> Result<(), AggregateError<A::Error>> {
        let metadata = metadata.into_map();
        let mut tries = 1;
        loop {
            let result =
                self.framework.execute_with_metadata(aggregate_id, command.clone(), metadata.clone()).await;
            match result {
                Err(AggregateError::AggregateConflict) if tries < TRIES => {
                    // Up to 8, 16, 32 ms: long enough for the winner's commit, different for each loser.
                    let [chance] = self.ports.random::<1>().unwrap_or([128]);
                    tokio::time::sleep(Duration::from_micros(u64::from(chance) * 31) * 2_u32.pow(tries - 1))
                        .await;
                    tries += 1;
                }
                result => return result,
            }
        }
    }
}
