//! The smallest aggregate that uses everything the store offers, for tests of the store alone.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use zhanggui::eventstore::store::Log;
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{ClaimChange, Commands, LoggedAggregate, Personal, Secret, Store};

/// Counts, under a name of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counter {
    pub(crate) count: i64,
    pub(crate) name: Personal<String>,
    pub(crate) secret: Secret<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// Adds, in as many events.
    Add(i64),
    /// Refused unless the count is this.
    AddIf(i64),
    /// Takes a name that no other counter has; gives up the one before.
    Rename(String),
    /// Gives up everything.
    Close,
    /// Replaces the secret.
    Hide(String),
    /// Does nothing.
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Event {
    #[serde(rename = "counter.added")]
    Added { by: i64 },
    #[serde(rename = "counter.renamed")]
    Renamed { name: Personal<String> },
    #[serde(rename = "counter.closed")]
    Closed,
    #[serde(rename = "counter.hidden")]
    Hidden { secret: Secret<String> },
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("not so many")]
    NotSoMany,
    #[error("taken: {0:?}")]
    Taken(Vec<String>),
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        serde_json::to_value(self).unwrap()["type"].as_str().unwrap().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Counter {
    const TYPE: &'static str = "counter";
    type Command = Command;
    type Event = Event;
    type Error = Refusal;
    type Services = ();

    async fn handle(&mut self, command: Command, (): &(), sink: &EventSink<Self>) -> Result<(), Refusal> {
        let events = match command {
            Command::Add(times) => vec![Event::Added { by: 1 }; usize::try_from(times).unwrap()],
            Command::AddIf(expected) if expected != self.count => return Err(Refusal::NotSoMany),
            Command::AddIf(_) => vec![Event::Added { by: 1 }],
            Command::Rename(name) => vec![Event::Renamed { name: Personal::new(name) }],
            Command::Close => vec![Event::Closed],
            Command::Hide(secret) => vec![Event::Hidden { secret: Secret::new("hidden", secret) }],
            Command::Nothing => Vec::new(),
        };
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Added { by } => self.count += by,
            Event::Renamed { name } => self.name = name,
            Event::Closed => *self = Self::default(),
            Event::Hidden { secret } => self.secret = secret,
        }
    }
}

impl LoggedAggregate for Counter {
    const STATE_VERSION: i32 = 1;

    fn claims(event: &Event) -> Vec<ClaimChange> {
        match event {
            Event::Renamed { name } => {
                let take = name.get().map(|name| ClaimChange::take("counter_name", name.as_str()));
                [ClaimChange::Release { kind: "counter_name" }].into_iter().chain(take).collect()
            }
            Event::Closed => vec![ClaimChange::ReleaseAll],
            Event::Added { .. } | Event::Hidden { .. } => Vec::new(),
        }
    }

    fn claims_taken(kinds: &[String]) -> Refusal {
        Refusal::Taken(kinds.to_vec())
    }
}

/// The store of counters on a log.
pub(crate) fn store(log: &Log) -> Store<Counter> {
    Store::new(log.clone(), Upcasters::default())
}

/// Commands on counters.
pub(crate) fn counters(log: &Log) -> Commands<Counter> {
    Commands::new(store(log), ())
}
