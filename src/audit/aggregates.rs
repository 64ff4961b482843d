//! THE list of aggregates that can be replayed. Adding one is a line; forgetting it fails a test that names it.

use serde_json::Value;

use crate::account::Account;
use crate::eventstore::LoggedAggregate;
use crate::merchant::{Product, Store};
use crate::statistics::Statistics;

/// Every aggregate there is.
pub const AGGREGATES: &[Replayable] = &[
    Replayable::of::<Account>(),
    Replayable::of::<Store>(),
    Replayable::of::<Product>(),
    Replayable::of::<Statistics>(),
];

/// An aggregate that can be folded from its events without knowing which one it is.
#[derive(Clone, Copy, Debug)]
pub struct Replayable {
    /// The aggregate type, as the log names it.
    pub aggregate_type: &'static str,
    begin: fn() -> Box<dyn Folding>,
}

impl Replayable {
    /// This aggregate.
    #[must_use]
    pub const fn of<A: LoggedAggregate>() -> Self {
        Self { aggregate_type: A::TYPE, begin: begin::<A> }
    }

    /// The aggregate of this type.
    #[must_use]
    pub fn named(aggregate_type: &str) -> Option<Self> {
        AGGREGATES.iter().copied().find(|known| known.aggregate_type == aggregate_type)
    }

    /// The aggregate before its first event.
    #[must_use]
    pub fn begin(&self) -> Box<dyn Folding> {
        (self.begin)()
    }
}

/// An aggregate on its way through its events.
pub trait Folding: Send {
    /// Takes in an event, with the markers of personal values and secrets in place.
    ///
    /// # Errors
    /// Where the payload is no event of the aggregate.
    fn apply(&mut self, payload: Value) -> Result<(), serde_json::Error>;

    /// The state, with the markers in place.
    ///
    /// # Errors
    /// Where the state cannot be written as JSON.
    fn state(&self) -> Result<Value, serde_json::Error>;
}

struct Folded<A>(A);

fn begin<A: LoggedAggregate>() -> Box<dyn Folding> {
    Box::new(Folded(A::default()))
}

impl<A: LoggedAggregate> Folding for Folded<A> {
    fn apply(&mut self, payload: Value) -> Result<(), serde_json::Error> {
        self.0.apply(serde_json::from_value(payload)?);
        Ok(())
    }

    fn state(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(&self.0)
    }
}
