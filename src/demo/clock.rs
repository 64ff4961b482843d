//! A clock that shows when the event happened that is being written: ids of events tell their time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

use crate::ports::Clock;

/// The clock; clones share the time.
#[derive(Clone, Debug, Default)]
pub struct DemoClock(Arc<AtomicI64>);

impl DemoClock {
    /// Sets it.
    pub fn set(&self, instant: DateTime<Utc>) {
        self.0.store(instant.timestamp_micros(), Ordering::Relaxed);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::Relaxed)).unwrap_or_default()
    }
}
