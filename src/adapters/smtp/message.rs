//! A mail as the bytes that go over the wire (RFC 5322, MIME), always the same for the same mail and time.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use reqwest::Url;

use crate::reactors::ports::Mail;

/// Says that no person wrote it, so that no holiday notice answers (RFC 3834, section 5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// What is handed over.
pub(super) struct Letter {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) bytes: Vec<u8>,
}

impl Letter {
    /// `mail` as it leaves at `at`; `None` if nobody can be addressed so.
    pub(super) fn new(mail: &Mail, from: &Mailbox, at: DateTime<Utc>) -> Option<Self> {
        let to = ascii_address(&mail.to)?;
        // Not the builder's own boundary, which is chance: a mail that is sent again is the same.
        let parts = MultiPart::alternative()
            .boundary(mail.id.simple().to_string())
            .singlepart(SinglePart::plain(mail.text.clone()))
            .singlepart(SinglePart::html(mail.html.clone()));
        let message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(mail.subject.as_str())
            .date(SystemTime::from(at))
            .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
            .multipart(parts)
            .ok()?;
        Some(Self { from: from.email.clone(), to, bytes: message.formatted() })
    }

    /// Whether only a server that speaks SMTPUTF8 (RFC 6531) can take it.
    pub(super) fn needs_utf8(&self) -> bool {
        !AsRef::<str>::as_ref(&self.to).is_ascii() || !self.bytes.is_ascii()
    }
}

/// The address with its domain as DNS has it (`xn--…`), which every server takes. The name before the `@`
/// has no such form.
pub(super) fn ascii_address(address: &str) -> Option<Address> {
    let (name, domain) = address.rsplit_once('@')?;
    if domain.is_ascii() {
        return Address::new(name, domain).ok();
    }
    let url = Url::parse(&format!("http://{domain}/")).ok()?;
    Address::new(name, url.host_str()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::super::settings::sender;
    use super::*;

    fn mail(to: &str, subject: &str) -> Mail {
        let (text, html) = ("您好\nHello".to_owned(), "<p>您好</p>".to_owned());
        Mail { id: Uuid::from_u128(7), to: to.to_owned(), subject: subject.to_owned(), text, html }
    }

    fn letter(mail: &Mail, name: &str) -> Option<Letter> {
        let from = Mailbox::new(Some(name.to_owned()), "no-reply@example.com".parse().unwrap());
        Letter::new(mail, &from, DateTime::from_timestamp(1_772_301_959, 0).unwrap())
    }

    #[test]
    fn a_mail_that_is_sent_again_is_the_same_to_the_byte() {
        let mail = mail("a@b.cn", "问候 · Greetings");
        let bytes = letter(&mail, "掌柜").unwrap().bytes;
        assert_eq!(bytes, letter(&mail, "掌柜").unwrap().bytes);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("Message-ID: <00000000-0000-0000-0000-000000000007@example.com>\r\n"));
        assert!(text.contains("Date: Sat, 28 Feb 2026 18:05:59 +0000\r\n"));
        assert!(text.contains("Auto-Submitted: auto-generated\r\n"));
        assert!(text.contains("MIME-Version: 1.0\r\n"));
        assert!(text.is_ascii());
    }

    #[test]
    fn no_line_break_gets_into_the_head() {
        let subject = "问\r\nBcc: x@y.cn\r\n\r\nbody\nX-A: b\rX-B: c";
        let letter = letter(&mail("a@b.cn", subject), "掌柜").unwrap();
        let text = String::from_utf8(letter.bytes).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        for line in head.split("\r\n") {
            assert!(!line.contains(['\r', '\n']), "{line:?}");
            for name in ["Bcc", "X-A", "X-B", "body"] {
                assert!(!line.starts_with(name), "{line}");
            }
        }
        assert!(head.contains("Auto-Submitted"), "the head ends where it should");
    }

    #[test]
    fn domains_in_other_scripts_are_written_as_dns_has_them() {
        let letter = letter(&mail("zhang@例子.中国", "s"), "n").unwrap();
        assert_eq!(letter.to.to_string(), "zhang@xn--fsqu00a.xn--fiqs8s");
        assert!(!letter.needs_utf8());
    }

    #[test]
    fn names_in_other_scripts_need_a_server_that_takes_them() {
        assert!(letter(&mail("用户@例子.中国", "s"), "n").unwrap().needs_utf8());
    }

    #[test]
    fn what_is_no_address_is_not_written_to() {
        for to in ["", "a", "a@", "@b.cn", "a@b.cn\r\nRCPT TO:<c@d.cn>", "a b@c.cn", "a@b.cn>", "a@例 子"] {
            assert!(letter(&mail(to, "s"), "n").is_none(), "{to:?}");
        }
    }
    proptest! {
        #[test]
        fn whatever_was_let_in_as_a_sender_can_be_written(
            name in ".{0,20}|[\\x00-\\x7f]{0,20}", to in "\\PC{1,9}@\\PC{1,9}\\.\\pL{2,3}", subject in "(?s).{0,120}",
        ) {
            if let Ok(from) = sender(&format!("{name} <a@b.cn>")) {
                let letter = Letter::new(&mail(&to, &subject), &from, DateTime::UNIX_EPOCH);
                let text = letter.map(|letter| String::from_utf8(letter.bytes).unwrap()).unwrap_or_default();
                prop_assert!(text.lines().filter(|line| line.starts_with("Subject:")).count() <= 1);
                prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
            }
        }
    }
}
