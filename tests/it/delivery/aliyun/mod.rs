//! Text messages by Aliyun, to a gateway in another process that checks them as Aliyun would.
//!
//! The gateway (`aliyun_gateway.py`) verifies with Alibaba's own client library, and that same client
//! (`aliyun_sdk.py`) is sent to it, so that the gateway is known to be neither too kind nor too strict.

mod calls;
mod receipts;
mod tls;
mod vendor;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;
use zhanggui::adapters::aliyun_sms::{AliyunSms, SmsSettings};
use zhanggui::ports::Ports;
use zhanggui::reactors::ports::{DeliveryError, TextMessage, Texter as _};

use crate::support::python::PythonServer;

const ID: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001);
const PHONE: &str = "13800138000";

/// A gateway that does what the script says, and a client of it.
struct Aliyun {
    gateway: PythonServer,
    sms: AliyunSms,
}

impl Aliyun {
    async fn new(script: Value) -> Self {
        Self::with(script, Ports::system(), "testSecret").await
    }

    async fn with(script: Value, ports: Ports, secret: &str) -> Self {
        let gateway = PythonServer::start("delivery/aliyun_gateway.py", &[script.to_string()]).await;
        let sms = client(&format!("http://127.0.0.1:{}", gateway.port()), secret, ports);
        Self { gateway, sms }
    }

    async fn send(&self, tried_at: Option<DateTime<Utc>>) -> Result<(), DeliveryError> {
        self.sms.send(&message(tried_at)).await
    }

    /// What the gateway was asked since the last time.
    async fn asked(&self) -> Vec<Value> {
        let url = format!("http://127.0.0.1:{}/asked", self.gateway.port());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// The operations it was asked for since the last time.
    async fn operations(&self) -> Vec<String> {
        self.asked().await.iter().map(|asked| asked["action"].as_str().unwrap().to_owned()).collect()
    }
}

fn client(endpoint: &str, secret: &str, ports: Ports) -> AliyunSms {
    let settings = SmsSettings {
        endpoint: endpoint.to_owned(),
        access_key_id: "testId".to_owned(),
        access_key_secret: secret.to_owned(),
        sign_name: "阿里云短信测试专用".to_owned(),
        template_code: "SMS_71390007".to_owned(),
    };
    AliyunSms::new(settings, ports).unwrap()
}

fn message(tried_at: Option<DateTime<Utc>>) -> TextMessage {
    TextMessage { id: ID, to: format!("+86{PHONE}"), code: "012345".to_owned(), tried_at }
}

fn now() -> DateTime<Utc> {
    Ports::system().now()
}

fn why(result: Result<(), DeliveryError>) -> (&'static str, String, Option<u64>) {
    match result.expect_err("it was not sent") {
        DeliveryError::Later { why, after } => ("later", why, after.map(|after| after.as_secs())),
        DeliveryError::Refused { why } => ("refused", why, None),
        DeliveryError::Misconfigured { why } => ("misconfigured", why, None),
    }
}
