//! A clock that stands still until a test moves it.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use zhanggui::ports::{Clock, Ports, SystemClock, SystemRng};

/// The clock; clones share the time.
#[derive(Clone, Debug)]
pub(crate) struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl ManualClock {
    /// Set to the present: captchas' and sessions' times must make sense to the database, too.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(SystemClock.now())))
    }

    /// Moves the time, backwards as well.
    pub(crate) fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }

    /// Ports with this clock and the machine's chance.
    pub(crate) fn ports(&self) -> Ports {
        Ports { clock: Arc::new(self.clone()), rng: Arc::new(SystemRng::new()) }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}
