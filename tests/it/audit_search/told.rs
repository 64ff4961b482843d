//! An aggregate that decides nothing: what is tested is what follows from its events.

use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use zhanggui::database::upcasters;
use zhanggui::eventstore::store::Log;
use zhanggui::eventstore::{ClaimChange, Commands, DestroyedKeys, LoggedAggregate, Store};

use crate::support::site::TestSite;

/// Who hears of events: type, schema, function.
type Heard = Vec<(String, String, String)>;

/// Lets no read model hear any more: these would not bear everything. Gives which did.
pub(super) async fn deafen(site: &TestSite) -> Heard {
    let deaf = "WITH gone AS (DELETE FROM read_model_listeners RETURNING *), \
                     next AS (UPDATE log_head SET generation = generation + 1) \
                SELECT event_type, schema_name, function_name FROM gone";
    sqlx::query_as(deaf).fetch_all(&site.app.log.pool).await.unwrap()
}

/// Lets them hear again.
pub(super) async fn undeafen(site: &TestSite, heard: Heard) {
    for (event_type, schema, function) in heard {
        let add =
            "INSERT INTO read_model_listeners (event_type, schema_name, function_name) VALUES ($1, $2, $3)";
        let add = sqlx::query(add).bind(event_type).bind(schema).bind(function);
        add.execute(&site.app.log.pool).await.unwrap();
    }
    let next = "UPDATE log_head SET generation = generation + 1";
    sqlx::query(next).execute(&site.app.log.pool).await.unwrap();
}

/// Records on streams of this aggregate's type.
pub(super) fn recorder<A: LoggedAggregate>(log: &Log) -> Commands<Told<A>>
where
    A::Event: Sync,
{
    Commands::new(Store::new(log.clone(), upcasters()), ())
}

/// An aggregate to which anything may happen: it records what it is told, claims nothing, and is folded like the real one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Told<A: LoggedAggregate>(A);

#[derive(Debug, thiserror::Error)]
#[error("never refused")]
pub(super) struct Never;

impl<A: LoggedAggregate> Aggregate for Told<A>
where
    A::Event: Sync,
{
    const TYPE: &'static str = A::TYPE;
    type Command = Arc<Vec<A::Event>>;
    type Event = A::Event;
    type Error = Never;
    type Services = ();

    async fn handle(&mut self, events: Self::Command, (): &(), sink: &EventSink<Self>) -> Result<(), Never> {
        for event in events.iter() {
            sink.write(event.clone(), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: A::Event) {
        self.0.apply(event);
    }
}

impl<A: LoggedAggregate> LoggedAggregate for Told<A>
where
    A::Event: Sync,
{
    const STATE_VERSION: i32 = 1;

    fn claims(_: &A::Event) -> Vec<ClaimChange> {
        Vec::new()
    }

    fn claims_taken(_: &[String]) -> Never {
        Never
    }

    fn destroyed_keys(event: &A::Event) -> Vec<DestroyedKeys> {
        A::destroyed_keys(event)
    }
}
