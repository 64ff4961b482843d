//! What reactors need from outside: somebody who carries mails, and somebody who carries text messages.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An answer that takes its time.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, DeliveryError>> + Send + 'a>>;

/// A mail, ready to go: both languages in one, as text and as HTML.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Of the event that caused it. A mail that is sent again has the same, so that it can be recognised.
    pub id: Uuid,
    /// The one address it goes to.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// A text message with a code, which the provider puts into its template.
#[derive(Clone, PartialEq, Eq)]
pub struct TextMessage {
    /// Of the event that caused it. The provider keeps it, so that one can ask what became of the message.
    pub id: Uuid,
    /// The number as E.164.
    pub to: String,
    /// The six digits.
    pub code: String,
    /// When it was first tried before: nobody knows whether that got through, so the provider is asked
    /// before it is sent again.
    pub tried_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({})", self.id)
    }
}

impl fmt::Debug for TextMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextMessage({})", self.id)
    }
}

/// Carries mails.
pub trait Mailer: Send + Sync + fmt::Debug {
    /// Hands `mail` over to a server that takes the responsibility for it.
    fn send<'a>(&'a self, mail: &'a Mail) -> Pending<'a, ()>;
}

/// Carries text messages.
pub trait Texter: Send + Sync + fmt::Debug {
    /// Hands `message` over to the provider, unless the provider already has it.
    fn send<'a>(&'a self, message: &'a TextMessage) -> Pending<'a, ()>;
}

/// Why something was not delivered. The reasons name no person and no secret, since operators read them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// It may work later.
    #[error("{why}")]
    Later {
        /// The reason, for example `SMTP 451`.
        why: String,
        /// Not before this long, if the other side said so.
        after: Option<Duration>,
    },
    /// This message will never be taken (a bad number, an unknown mailbox).
    #[error("{why}")]
    Refused {
        /// The reason.
        why: String,
    },
    /// Nothing will be taken until an operator does something (wrong credentials, no balance).
    #[error("{why}")]
    Misconfigured {
        /// The reason.
        why: String,
    },
}
