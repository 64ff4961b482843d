//! Mails over SMTP (RFC 5321), submitted to one server with TLS and a password.
//!
//! Each mail has [`DEADLINE`] for everything, waiting for a free connection included; within it, most
//! steps have limits of their own. A mail that was given up after its last byte may have been taken: it is sent again with
//! the same `Message-ID`, by which the reader's server can tell. The [`Mailer`]'s errors hold the server's
//! numbers and never its words.

mod line;
mod message;
mod one_line;
mod settings;
mod verdict;

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::message::Mailbox;
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use settings::{BadSmtpSettings, SmtpSettings};

use self::line::Line;
use self::message::Letter;
use self::settings::Server;
use self::verdict::{later, refused};
use crate::ports::Ports;
use crate::reactors::ports::{DeliveryError, Mail, Mailer, Pending};

/// For one mail, all in all: less than the lease of the task that sends it.
pub const DEADLINE: Duration = Duration::from_secs(12);
/// Connections at a time. Many servers take no more from one customer.
const CONNECTIONS: usize = 4;

/// Hands mails to the operator's server.
pub struct Smtp {
    server: Server,
    from: Mailbox,
    ports: Ports,
    slots: Semaphore,
    /// Connections after a delivery that went well, waiting for the next.
    parked: Mutex<Vec<Line>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp(…)")
    }
}

impl Smtp {
    /// Connects to nobody yet.
    ///
    /// # Errors
    /// [`BadSmtpSettings`], of which the first is told.
    pub fn new(settings: &SmtpSettings, ports: Ports) -> Result<Self, BadSmtpSettings> {
        Ok(Self {
            server: settings::server(settings)?,
            from: settings::sender(&settings.from)?,
            ports,
            slots: Semaphore::new(CONNECTIONS),
            parked: Mutex::default(),
        })
    }

    async fn deliver(&self, mail: &Mail) -> Result<(), DeliveryError> {
        let Some(letter) = Letter::new(mail, &self.from, self.ports.now()) else {
            return Err(refused("SMTP: no mail can be addressed so".to_owned()));
        };
        match timeout(DEADLINE, self.hand_over(&letter)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(later("SMTP: not done in time")),
        }
    }

    /// Wherever this is given up, its line is closed and not parked.
    async fn hand_over(&self, letter: &Letter) -> Result<(), DeliveryError> {
        // Nobody closes the semaphore; without a slot there would only be one connection more.
        let _slot = self.slots.acquire().await;
        let mut line = self.line().await?;
        match line.deliver(letter).await {
            Ok(()) => {
                self.parked.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                Ok(())
            }
            Err(failure) => {
                if failure.was_an_answer() {
                    line.leave();
                }
                Err(failure.verdict())
            }
        }
    }

    /// The line that was used last, if it still works, or a new one.
    async fn line(&self) -> Result<Line, DeliveryError> {
        while let Some(mut line) = self.unpark() {
            if !line.is_fresh() {
                line.leave();
            } else if line.is_alive().await {
                return Ok(line);
            }
        }
        Line::open(&self.server).await.map_err(|failure| failure.verdict())
    }

    fn unpark(&self) -> Option<Line> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, mail: &'a Mail) -> Pending<'a, ()> {
        Box::pin(self.deliver(mail))
    }
}
