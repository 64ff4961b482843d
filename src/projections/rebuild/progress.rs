//! How far a build is, for gauges and for whoever waits for it.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use metrics::gauge;

/// How far a build is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The read model.
    pub name: &'static str,
    /// Everything up to here is projected.
    pub position: i64,
    /// Where the log ended when it was last looked at.
    pub goal: i64,
    /// How long it has taken so far.
    pub elapsed: Duration,
}

impl Progress {
    /// Events of the log a second so far.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "positions stay far below 2^52")]
    pub fn rate(&self) -> f64 {
        self.position as f64 / self.elapsed.as_secs_f64().max(1e-3)
    }

    /// The part of the log that is done, from 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "positions stay far below 2^52")]
    pub fn part(&self) -> f64 {
        if self.goal <= 0 { 1.0 } else { (self.position as f64 / self.goal as f64).clamp(0.0, 1.0) }
    }
}

/// Who is told how far a build is.
pub trait Watcher: Send + Sync + Debug {
    /// A page more is projected.
    fn tell(&self, progress: &Progress);

    /// The build came to its end, one way or the other.
    fn ended(&self, name: &'static str);
}

/// Sets the gauges, and passes everything on.
#[derive(Debug, Default)]
pub(super) struct Measured {
    next: Option<Arc<dyn Watcher>>,
}

impl Measured {
    pub(super) fn and(next: Arc<dyn Watcher>) -> Self {
        Self { next: Some(next) }
    }
}

impl Watcher for Measured {
    #[expect(clippy::cast_precision_loss, reason = "positions stay far below 2^52")]
    fn tell(&self, progress: &Progress) {
        gauge!("projection_rebuild_position", "read_model" => progress.name).set(progress.position as f64);
        gauge!("projection_rebuild_goal", "read_model" => progress.name).set(progress.goal as f64);
        gauge!("projection_rebuild_events_per_second", "read_model" => progress.name).set(progress.rate());
        if let Some(next) = &self.next {
            next.tell(progress);
        }
    }

    fn ended(&self, name: &'static str) {
        gauge!("projection_rebuild_events_per_second", "read_model" => name).set(0.0);
        if let Some(next) = &self.next {
            next.ended(name);
        }
    }
}
