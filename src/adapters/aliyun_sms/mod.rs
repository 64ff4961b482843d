//! Text messages by Aliyun: Dysmsapi of 2017-05-25, operation `SendSms`.
//!
//! A call is a `POST /` with everything in the query, no body, and a [`signature`] in the headers. Sending
//! is not idempotent, and so is done once per [`Texter::send`]; a message that was tried before is first
//! looked for by its `OutId`, which is the message's id, with `QuerySendDetails` (see `receipt`).
//! [`answer`] says what each code of Aliyun's means for us.

pub mod answer;
mod gateway;
mod phone;
mod receipt;
mod settings;
pub mod signature;

use std::fmt;
use std::time::Duration;

use crate::ports::Ports;
use crate::reactors::ports::{DeliveryError, Pending, TextMessage, Texter};
use gateway::{Call, Gateway};

pub use settings::{BadSmsSettings, SmsSettings};

/// The most bytes of an answer to `SendSms`; a real one has about 150.
const LONGEST_ANSWER: usize = 64 * 1024;
/// For one message, with the question for its receipt: well within the 20 s for which a reactor's task is its.
const SEND_TIME: Duration = Duration::from_secs(12);

/// Sends text messages through an account at Aliyun.
pub struct AliyunSms {
    gateway: Gateway,
}

impl AliyunSms {
    /// A client of this account. Nothing is sent or looked up yet.
    ///
    /// # Errors
    /// [`BadSmsSettings`] in a line for the operator.
    pub fn new(settings: SmsSettings, ports: Ports) -> Result<Self, BadSmsSettings> {
        Ok(Self { gateway: Gateway::new(settings, ports)? })
    }

    async fn deliver(&self, message: &TextMessage) -> Result<(), DeliveryError> {
        let number = phone::aliyun_number(&message.to)
            .ok_or_else(|| DeliveryError::Refused { why: "Aliyun cannot reach such a number".to_owned() })?;
        let out_id = message.id.to_string();
        if let Some(tried_at) = message.tried_at
            && receipt::is_taken(&self.gateway, number, &out_id, tried_at).await?
        {
            return Ok(());
        }
        let settings = self.gateway.settings();
        let values = serde_json::json!({ "code": message.code }).to_string();
        let query = [
            ("PhoneNumbers", number),
            ("SignName", &settings.sign_name),
            ("TemplateCode", &settings.template_code),
            ("TemplateParam", &values),
            ("OutId", &out_id),
        ];
        let call = Call { action: "SendSms", query: &query, longest: LONGEST_ANSWER };
        let (status, body) = self.gateway.call(&call).await?;
        answer::read_answer(status, &body)
    }
}

impl fmt::Debug for AliyunSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AliyunSms").field(self.gateway.settings()).finish()
    }
}

impl Texter for AliyunSms {
    /// One call, or a question and perhaps one call; at most 12 s.
    fn send<'a>(&'a self, message: &'a TextMessage) -> Pending<'a, ()> {
        Box::pin(async move {
            let sent = tokio::time::timeout(SEND_TIME, self.deliver(message)).await;
            sent.unwrap_or_else(|_| Err(gateway::out_of_time()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_client_for_the_real_endpoint_can_be_made_and_shows_no_secret() {
        let settings = SmsSettings {
            endpoint: "https://dysmsapi.aliyuncs.com".to_owned(),
            access_key_id: "LTAIexample".to_owned(),
            access_key_secret: "hush-hush".to_owned(),
            sign_name: "掌柜".to_owned(),
            template_code: "SMS_1".to_owned(),
        };
        // Twice: the process's TLS provider is there the second time.
        for _ in 0..2 {
            let shown = format!("{:?}", AliyunSms::new(settings.clone(), Ports::system()).unwrap());
            assert!(shown.contains("LTAIexample") && !shown.contains("hush"), "{shown}");
        }
        let clear = SmsSettings { endpoint: "http://dysmsapi.aliyuncs.com".to_owned(), ..settings };
        assert_eq!(AliyunSms::new(clear, Ports::system()).err(), Some(BadSmsSettings::ClearText));
    }
}
