//! The outbox: in development, mails and text messages are kept here and shown, instead of being sent.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::account::Channel;
use crate::ports::Ports;
use crate::reactors::ports::{Mail, Mailer, Pending, TextMessage, Texter};

/// How many messages are kept; the oldest go first.
const MOST: usize = 200;

/// A message that nobody carried.
#[derive(Clone)]
pub struct Captured {
    /// When it would have been sent.
    pub at: DateTime<Utc>,
    /// How.
    pub channel: Channel,
    /// To whom.
    pub to: String,
    /// A mail's subject.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
}

impl std::fmt::Debug for Captured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Captured({:?}, {})", self.channel, self.at)
    }
}

/// Keeps messages in this process's memory.
#[derive(Debug)]
pub struct Outbox {
    ports: Ports,
    messages: Mutex<VecDeque<Captured>>,
}

impl Outbox {
    /// An empty outbox.
    #[must_use]
    pub const fn new(ports: Ports) -> Self {
        Self { ports, messages: Mutex::new(VecDeque::new()) }
    }

    /// What was captured, newest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Captured> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }

    fn keep(&self, channel: Channel, to: &str, subject: Option<&str>, text: &str) {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() >= MOST {
            messages.pop_front();
        }
        messages.push_back(Captured {
            at: self.ports.now(),
            channel,
            to: to.to_owned(),
            subject: subject.map(str::to_owned),
            text: text.to_owned(),
        });
    }
}

impl Mailer for Outbox {
    fn send<'a>(&'a self, mail: &'a Mail) -> Pending<'a, ()> {
        self.keep(Channel::Email, &mail.to, Some(&mail.subject), &mail.text);
        Box::pin(async { Ok(()) })
    }
}

impl Texter for Outbox {
    fn send<'a>(&'a self, message: &'a TextMessage) -> Pending<'a, ()> {
        self.keep(Channel::Sms, &message.to, None, &message.code);
        Box::pin(async { Ok(()) })
    }
}
