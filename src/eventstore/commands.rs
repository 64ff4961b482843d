//! Running commands: load, decide, append, and once more when another command was faster.

use std::collections::HashMap;
use std::time::Duration;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{AggregateContext, AggregateError, EventStore};

use super::LoggedAggregate;
use super::metadata::Metadata;
use super::store::Store;
use crate::ports::Ports;

/// How often a command that keeps losing races is decided in all.
const TRIES: u32 = 4;

/// Runs commands on the streams of one aggregate type, with conflicts tried again.
///
/// It does what cqrs-es's framework does without queries, and also tells which events were decided: a wrong
/// code, for example, is no refusal (that would leave no trace to count) but an event.
pub struct Commands<A: LoggedAggregate> {
    services: A::Services,
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
        Self { services, store, ports }
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
    ) -> Result<Vec<A::Event>, AggregateError<A::Error>> {
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

    /// Decides and records one command, and gives the events it made. When it returns, they are durable and
    /// every inline read model shows them.
    ///
    /// # Errors
    /// The aggregate's refusal; [`AggregateError::AggregateConflict`] when the command lost against
    /// concurrent ones four times in a row; the infrastructure's errors.
    pub async fn execute(
        &self,
        aggregate_id: &str,
        command: A::Command,
        metadata: Metadata,
    ) -> Result<Vec<A::Event>, AggregateError<A::Error>> {
        let metadata = metadata.into_map();
        let mut tries = 1;
        loop {
            match self.decide_once(aggregate_id, command.clone(), metadata.clone()).await {
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

    async fn decide_once(
        &self,
        aggregate_id: &str,
        command: A::Command,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<A::Event>, AggregateError<A::Error>> {
        let mut context = self.store.load_aggregate(aggregate_id).await?;
        let sink = EventSink::default();
        let decided = context.aggregate().handle(command, &self.services, &sink).await;
        decided.map_err(AggregateError::UserError)?;
        let committed = self.store.commit(sink.collect().await, context, metadata).await?;
        Ok(committed.into_iter().map(|envelope| envelope.payload).collect())
    }

    /// Drops what is in memory of a stream, for a person who is to be forgotten everywhere.
    pub fn forget(&self, aggregate_id: &str) {
        self.store.forget(aggregate_id);
    }

    /// The aggregate as its events left it, for reading.
    ///
    /// # Errors
    /// The infrastructure's errors.
    pub async fn state(&self, aggregate_id: &str) -> Result<A, AggregateError<A::Error>> {
        Ok(self.store.load_aggregate(aggregate_id).await?.aggregate().clone())
    }
}
