//! What becomes of a mail after something went wrong: later, never, or when an operator has acted.
//!
//! Only numbers of the server's answer are told on. Its words may repeat the reader's address.

use std::error::Error as _;
use std::io;

use lettre::transport::smtp::Error as SmtpError;

use crate::reactors::ports::DeliveryError;

const NOT_REACHED: &str = "SMTP: no connection";

/// Where a delivery was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Connecting, the greeting, EHLO; with implicit TLS that, too.
    Connect,
    /// STARTTLS, and EHLO again.
    Encrypt,
    /// AUTH.
    Authenticate,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, and what follows it.
    Content,
}

/// What went wrong there.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The library says so, or the server by its answer.
    Smtp(SmtpError),
    /// No address of it took the connection.
    NotReached,
    /// Nothing came in time.
    NoAnswer,
    /// The server does not offer what we do not go on without; what that is.
    NotOffered(&'static str),
    /// The server does not take addresses in other scripts.
    NoUtf8,
}

/// A step that failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) step: Step,
    pub(super) trouble: Trouble,
}

impl Failure {
    /// Whether the server has answered all that it was asked, so that one can still say goodbye.
    pub(super) fn was_an_answer(&self) -> bool {
        match &self.trouble {
            Trouble::Smtp(error) => error.status().is_some(),
            Trouble::NotOffered(_) | Trouble::NoUtf8 => true,
            Trouble::NotReached | Trouble::NoAnswer => false,
        }
    }

    /// What that means for the mail.
    pub(super) fn verdict(&self) -> DeliveryError {
        match &self.trouble {
            Trouble::NotReached => later(NOT_REACHED),
            Trouble::NoAnswer => later("SMTP: no answer in time"),
            Trouble::NotOffered(what) => misconfigured(format!("SMTP: the server does not offer {what}")),
            Trouble::NoUtf8 => {
                refused("SMTP: the server takes no addresses in other scripts than Latin".to_owned())
            }
            Trouble::Smtp(error) => self.verdict_on(error),
        }
    }

    fn verdict_on(&self, error: &SmtpError) -> DeliveryError {
        let Some(status) = error.status() else { return self.verdict_on_connection(error) };
        let status = u16::from(status);
        let why = match enhanced_code(error) {
            Some(code) => format!("SMTP {status} {code}"),
            None => format!("SMTP {status}"),
        };
        match (status, self.step) {
            (..=499, _) => later(&why),
            // RFC 4954, sections 4 and 6: authentication is missing, too weak, wrong, or needs TLS.
            (530 | 534 | 535 | 538, _) => misconfigured(why),
            (_, Step::Recipient | Step::Content) => refused(why),
            _ => misconfigured(why),
        }
    }

    fn verdict_on_connection(&self, error: &SmtpError) -> DeliveryError {
        match tls_error(error) {
            Some(rustls::Error::InvalidCertificate(reason)) => misconfigured(about_certificate(reason)),
            Some(
                rustls::Error::InvalidMessage(_)
                | rustls::Error::PeerIncompatible(_)
                | rustls::Error::InappropriateMessage { .. },
            ) => misconfigured("SMTP: the server speaks no TLS there that we speak".to_owned()),
            Some(_) => later("SMTP: TLS failed"),
            None if error.is_response() => later("SMTP: the connection ended, or no SMTP is spoken there"),
            None if self.step == Step::Connect => later(NOT_REACHED),
            None => later("SMTP: the connection broke"),
        }
    }
}

/// For `why` it may work later.
pub(super) fn later(why: &str) -> DeliveryError {
    DeliveryError::Later { why: why.to_owned(), after: None }
}

/// For `why` it never will.
pub(super) fn refused(why: String) -> DeliveryError {
    DeliveryError::Refused { why }
}

fn misconfigured(why: String) -> DeliveryError {
    DeliveryError::Misconfigured { why }
}

fn about_certificate(reason: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Reason;
    let why = match reason {
        Reason::Expired | Reason::ExpiredContext { .. } => "has expired",
        Reason::NotValidYet | Reason::NotValidYetContext { .. } => "is not valid yet",
        Reason::NotValidForName | Reason::NotValidForNameContext { .. } => "is for another name",
        _ => "is not trusted",
    };
    format!("SMTP: the certificate {why}")
}

/// The TLS library's error somewhere below `error`. I/O errors do not name what they hold as their source.
fn tls_error(error: &SmtpError) -> Option<&rustls::Error> {
    let mut next = error.source();
    while let Some(error) = next {
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let found = held.and_then(|held| held.downcast_ref()).or_else(|| error.downcast_ref());
        if found.is_some() {
            return found;
        }
        next = error.source();
    }
    None
}

/// The enhanced status code (RFC 3463) at the start of the server's words, which are the error's source.
fn enhanced_code(error: &SmtpError) -> Option<String> {
    let words = error.source()?.to_string();
    let code = words.split_whitespace().next()?;
    let parts: Vec<_> = code.split('.').collect();
    let is_number = |part: &&str| matches!(part.len(), 1..=3) && part.bytes().all(|b| b.is_ascii_digit());
    (matches!(parts.first(), Some(&("4" | "5"))) && parts.len() == 3 && parts.iter().all(is_number))
        .then(|| code.to_owned())
}
