//! Sends a code to whom it was made for, as long as it is worth something. One reactor a channel: mails that a slow
//! server holds up must not hold up text messages.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::event;
use super::letters::{LetterPurpose, code_letter};
use super::ports::{DeliveryError, Mailer, TextMessage, Texter};
use crate::account::codes::LIFETIME;
use crate::account::{Account, AccountEvent, Channel, Purpose, RecordVerificationSent};
use crate::eventstore::reactor::{Outcome, Reaction, Reactor, Task};
use crate::eventstore::{Commands, Metadata};
use crate::ports::Ports;

/// How long recording that a code was sent may take.
const REPORT: Duration = Duration::from_secs(2);

/// The reactor.
#[derive(Debug)]
pub struct SendCode {
    /// The channel whose codes it sends.
    pub channel: Channel,
    /// Carries mails, if anybody does.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Carries text messages, if anybody does.
    pub texter: Option<Arc<dyn Texter>>,
    /// To report that a code is on its way.
    pub accounts: Arc<Commands<Account>>,
    /// Time.
    pub ports: Ports,
}

impl Reactor for SendCode {
    fn name(&self) -> &'static str {
        match self.channel {
            Channel::Email => "mail_code",
            Channel::Sms => "text_code",
        }
    }

    fn hears(&self) -> &'static [&'static str] {
        &["account.verification_requested"]
    }

    fn react<'a>(&'a self, task: &'a Task) -> Reaction<'a> {
        Box::pin(self.send(task))
    }
}

impl SendCode {
    async fn send(&self, task: &Task) -> Outcome {
        let event = match event(task) {
            Ok(event) => event,
            Err(outcome) => return outcome,
        };
        let AccountEvent::VerificationRequested {
            verification_id,
            channel,
            purpose,
            destination,
            code,
            expires_at,
            ..
        } = event
        else {
            return Outcome::Dropped("not about a code");
        };
        if channel != self.channel {
            return Outcome::Done;
        }
        if expires_at <= self.ports.now() {
            return Outcome::Dropped("the code is past its time");
        }
        let (Some(to), Some(code)) = (destination.get(), code.get()) else {
            return Outcome::Dropped("the code was used or replaced, or its owner is forgotten");
        };
        let sent = match channel {
            Channel::Email => self.mail(task, to, code, purpose).await,
            Channel::Sms => self.text(task, to, code).await,
        };
        match sent {
            Ok(()) => {
                self.report(task, verification_id).await;
                Outcome::Done
            }
            Err(error) => error.into(),
        }
    }

    async fn mail(&self, task: &Task, to: &str, code: &str, purpose: Purpose) -> Result<(), DeliveryError> {
        let why =
            || DeliveryError::Misconfigured { why: "no mail server is set: ZHANGGUI_SMTP_URL".to_owned() };
        let mailer = self.mailer.as_ref().ok_or_else(why)?;
        let purpose = match purpose {
            Purpose::VerifyContact => LetterPurpose::VerifyContact,
            Purpose::ChangePassword => LetterPurpose::ChangePassword,
            Purpose::ResetPassword => LetterPurpose::ResetPassword,
        };
        let minutes = u32::try_from(LIFETIME.as_secs() / 60).unwrap_or(0);
        mailer.send(&code_letter(task.event_id, to, code, purpose, minutes)).await
    }

    async fn text(&self, task: &Task, to: &str, code: &str) -> Result<(), DeliveryError> {
        let why =
            || DeliveryError::Misconfigured { why: "no SMS provider is set: ZHANGGUI_SMS_*".to_owned() };
        let texter = self.texter.as_ref().ok_or_else(why)?;
        let message = TextMessage {
            id: task.event_id,
            to: to.to_owned(),
            code: code.to_owned(),
            tried_at: task.tried_before.then_some(task.first_tried_at),
        };
        texter.send(&message).await
    }

    /// The code is out either way: failing to say so must not send it again.
    async fn report(&self, task: &Task, verification_id: Uuid) {
        let text = |key: &str| task.metadata.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        let metadata = Metadata {
            causation_id: Some(task.event_id),
            correlation_id: text("correlation_id"),
            ..Metadata::default()
        };
        let command = RecordVerificationSent { verification_id };
        let report = self.accounts.execute(&task.aggregate_id, command.into(), metadata);
        // Waiting longer could use up the time of the whole try, and then the code would go out again.
        match tokio::time::timeout(REPORT, report).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, position = task.position, "a code was not recorded as sent");
            }
            Err(_) => tracing::warn!(position = task.position, "a code was not recorded as sent in time"),
        }
    }
}
