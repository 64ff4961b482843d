//! An aggregate that decides nothing: events are recorded as they are told.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zhanggui::eventstore::{ClaimChange, LoggedAggregate};

/// An event as it stands in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Told(Value);

impl Told {
    /// An event of this name with these fields.
    pub(crate) fn new(name: &str, fields: &Value) -> Self {
        let mut event = fields.clone();
        event["type"] = json!(name);
        Self(event)
    }
}

impl DomainEvent for Told {
    fn event_type(&self) -> String {
        self.0["type"].as_str().unwrap().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

/// Records whatever it is told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Teller;

#[derive(Debug, thiserror::Error)]
#[error("never refused")]
pub(crate) struct Never;

impl Aggregate for Teller {
    const TYPE: &'static str = "teller";
    type Command = Vec<Told>;
    type Event = Told;
    type Error = Never;
    type Services = ();

    async fn handle(&mut self, events: Vec<Told>, (): &(), sink: &EventSink<Self>) -> Result<(), Never> {
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, _: Told) {}
}

impl LoggedAggregate for Teller {
    const STATE_VERSION: i32 = 1;

    fn claims(_: &Told) -> Vec<ClaimChange> {
        Vec::new()
    }

    fn claims_taken(_: &[String]) -> Never {
        Never
    }
}
