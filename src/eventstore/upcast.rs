//! Old shapes of events, brought to today's shape as they are read.
//!
//! An upcaster is cqrs-es's [`EventUpcaster`]: it sees the opened payload (never a sealed one) of one
//! name and version and gives the next version. They run in the order of the list, so a chain 1 → 2 → 3
//! is two upcasters. A shape that was ever written stays readable for ever; `tests/it/history` keeps a
//! sample of each.

use std::fmt;
use std::sync::Arc;

use cqrs_es::persist::{EventUpcaster, SerializedEvent};

/// The upcasters of one aggregate, in the order they run.
#[derive(Clone, Default)]
pub struct Upcasters(Arc<Vec<Box<dyn EventUpcaster>>>);

impl Upcasters {
    /// The chain, first to last.
    #[must_use]
    pub fn new(chain: Vec<Box<dyn EventUpcaster>>) -> Self {
        Self(Arc::new(chain))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any of them may have something to do with an event as it is stored.
    #[must_use]
    pub fn concern(&self, event_type: &str, event_version: &str) -> bool {
        self.0.iter().any(|upcaster| upcaster.can_upcast(event_type, event_version))
    }

    /// Brings an event to the newest shape.
    #[must_use]
    pub fn upcast(&self, event: SerializedEvent) -> SerializedEvent {
        self.0.iter().fold(event, |event, upcaster| {
            if upcaster.can_upcast(&event.event_type, &event.event_version) {
                upcaster.upcast(event)
            } else {
                event
            }
        })
    }
}

impl fmt::Debug for Upcasters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upcasters({})", self.0.len())
    }
}
