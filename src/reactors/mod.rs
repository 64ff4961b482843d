//! Effects after the fact: what the world is told once an event is in the log.
//!
//! A reactor hears events and does something about each that no transaction can take back: it sends a code,
//! tells an owner by mail, deletes files. It does so at least once, and what it does twice must do no harm; the
//! engine in [`crate::eventstore::reactor`] keeps what is due, shares it among all instances, tries again and
//! sets aside what keeps failing. To add a reactor, write a file here and a line in [`REACTORS`].

mod forget_person;
pub mod letters;
pub mod ports;
pub mod product_source;
mod send_code;
mod send_notice;
mod sweep_avatars;

use crate::account::AccountEvent;
use crate::eventstore::reactor::{Outcome, Task};
use ports::DeliveryError;

pub use forget_person::ForgetPerson;
pub use send_code::SendCode;
pub use send_notice::SendNotice;
pub use sweep_avatars::SweepAvatars;

/// The names of all reactors.
pub const REACTORS: &[&str] = &["send_code", "send_notice", "sweep_avatars", "forget_person"];

/// The event that a task is about; one that cannot be read is set aside, since trying again does not help.
fn event(task: &Task) -> Result<AccountEvent, Outcome> {
    serde_json::from_value(task.payload.clone()).map_err(|error| Outcome::Park {
        why: format!("the event has a shape that nothing reads: {error}"),
        alarm: true,
    })
}

impl From<DeliveryError> for Outcome {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Later { why, after } => Self::Retry { why, after },
            DeliveryError::Refused { why } => Self::Park { why, alarm: false },
            DeliveryError::Misconfigured { why } => Self::Park { why, alarm: true },
        }
    }
}
