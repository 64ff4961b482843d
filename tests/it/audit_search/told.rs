//! An aggregate that decides nothing: what is tested is what follows from its events.

use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use zhanggui::database::upcasters;
use zhanggui::eventstore::store::Log;
use zhanggui::eventstore::{ClaimChange, Commands, DestroyedKeys, LoggedAggregate, Store};

use crate::support::site::TestSite;

/// The log of a site, of which no read model hears any more: these would not bear everything.
pub(super) async fn unheard(site: &TestSite) -> Log {
    let deaf =
        "WITH gone AS (DELETE FROM read_model_listeners) UPDATE log_head SET generation = generation + 1";
    sqlx::query(deaf).execute(&site.app.log.pool).await.unwrap();
    site.app.log.clone()
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
