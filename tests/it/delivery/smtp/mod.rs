//! Mails over SMTP to aiosmtpd: what arrives, and what becomes of those that do not.

mod arriving;
mod failing;
mod trusting;

use std::path::PathBuf;

use serde_json::Value;
use uuid::Uuid;
use zhanggui::adapters::smtp::{Smtp, SmtpSettings};
use zhanggui::reactors::letters::{LetterPurpose, code_letter};
use zhanggui::reactors::ports::{DeliveryError, Mail};

use crate::support::clock::ManualClock;
use crate::support::python::PythonServer;

/// The server's account, percent-encoded.
const ACCOUNT: &str = "shop%40example.com:p%3Aa%2Fs%20s%25w%40rd%20%E5%AF%86@";

/// A server of its own for each test.
struct Post {
    server: PythonServer,
    scheme: &'static str,
    query: &'static str,
    clock: ManualClock,
}

impl Post {
    async fn new(tls: &str, behaviour: &str) -> Self {
        let server = PythonServer::start("delivery/smtp_server.py", &[tls, behaviour]).await;
        let (scheme, query) = match tls {
            "implicit" => ("smtps", ""),
            "starttls" => ("smtp", ""),
            _ => ("smtp", "?tls=none"),
        };
        Self { server, scheme, query, clock: ManualClock::new() }
    }

    /// With the server's own authority.
    fn mailer(&self) -> Smtp {
        let account = if self.query.is_empty() { ACCOUNT } else { "" };
        self.mailer_as(account, "authority")
    }

    fn mailer_as(&self, account: &str, authority: &str) -> Smtp {
        let ca_file = self.server.ready[authority].as_str().map(|pem| {
            let name = format!("zhanggui-{}-{}-{authority}.pem", std::process::id(), self.server.port());
            let file = std::env::temp_dir().join(name);
            std::fs::write(&file, pem).unwrap();
            CaFile(file)
        });
        let url = format!("{}://{account}localhost:{}{}", self.scheme, self.server.port(), self.query);
        let from = "掌柜 <no-reply@shop.example.com>".to_owned();
        let path = ca_file.as_ref().map(|file| file.0.clone());
        // Read once, so that it can go.
        Smtp::new(&SmtpSettings { url, from, ca_file: path }, self.clock.ports()).unwrap()
    }

    /// The next mail that the server took.
    async fn mail(&mut self) -> Value {
        let line = self.server.next().await;
        assert_eq!(line["event"], "mail", "{line}");
        line
    }

    async fn event(&mut self, event: &str) {
        assert_eq!(self.server.next().await["event"], event);
    }
}

struct CaFile(PathBuf);

impl Drop for CaFile {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

fn letter(to: &str) -> Mail {
    code_letter(Uuid::from_u128(42), to, "012345", LetterPurpose::VerifyContact, 10)
}

fn numbered(number: u128) -> Mail {
    code_letter(Uuid::from_u128(number), "reader@example.com", "012345", LetterPurpose::ResetPassword, 10)
}

/// The reason, of which no word may be the server's or about the reader.
fn checked(why: &str) -> &str {
    for word in ["@", "example", "mailbox", "stranger", "p:a", "yours"] {
        assert!(!why.contains(word), "{why}");
    }
    why
}

fn later(outcome: Result<(), DeliveryError>) -> String {
    match outcome {
        Err(DeliveryError::Later { why, after: None }) => checked(&why).to_owned(),
        other => panic!("{other:?}"),
    }
}

fn refused(outcome: Result<(), DeliveryError>) -> String {
    match outcome {
        Err(DeliveryError::Refused { why }) => checked(&why).to_owned(),
        other => panic!("{other:?}"),
    }
}

fn misconfigured(outcome: Result<(), DeliveryError>) -> String {
    match outcome {
        Err(DeliveryError::Misconfigured { why }) => checked(&why).to_owned(),
        other => panic!("{other:?}"),
    }
}
