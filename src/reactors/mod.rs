//! Effects after the fact: what the world is told once an event is in the log.
//!
//! A reactor hears events and does something about each that no transaction can take back: it sends a code,
//! tells an owner by mail, deletes files. It does so at least once, and what it does twice must do no harm; the
//! engine in [`crate::eventstore::reactor`] keeps what is due, shares it among all instances, tries again and
//! sets aside what keeps failing. To add a reactor, write a file here and a line in [`REACTORS`].

mod fetch_product;
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

pub use fetch_product::FetchProduct;
pub use forget_person::ForgetPerson;
pub use send_code::SendCode;
pub use send_notice::SendNotice;
pub use sweep_avatars::SweepAvatars;

/// The names of all reactors.
pub const REACTORS: &[&str] =
    &["mail_code", "text_code", "send_notice", "sweep_avatars", "forget_person", "fetch_product"];

/// The event that a task is about. One that cannot be read is left for a newer program, which may be running already.
fn event(task: &Task) -> Result<AccountEvent, Outcome> {
    // Not the error's words: they may repeat a value.
    serde_json::from_value(task.payload.clone()).map_err(|_| Outcome::Retry {
        why: "the event has a shape that this program does not read".to_owned(),
        after: None,
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
