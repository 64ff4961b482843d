//! One e-mail address, kept and compared in lower case.
//!
//! Only the everyday form is taken: no display name, no quoted local part, no IP literal. Names and
//! domains in other scripts are taken as given; two ways to encode the same characters are one address.

use email_address::{EmailAddress, Error, Options};
use unicode_normalization::UnicodeNormalization;

use super::{is_visible_alphanumeric, is_visible_mark};
use crate::account::FieldCode;

/// An e-mail address in lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The most characters an address has (what SMTP can carry: RFC 5321, 4.5.3.1.3).
    pub const MAX_CHARS: usize = 254;

    /// Reads an address as it was typed; space around it is what pasting leaves, and is dropped.
    ///
    /// # Errors
    /// `required`, `too_long` or `invalid_format`.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(FieldCode::Required);
        }
        if typed.chars().nth(Self::MAX_CHARS).is_some() {
            return Err(FieldCode::TooLong);
        }
        let (name, domain) = typed.rsplit_once('@').ok_or(FieldCode::InvalidFormat)?;
        // The mailbox's name belongs to its host, so only equivalent encodings are merged there. Domains
        // are compared by everybody, in the compatibility form.
        let name: String = name.nfc().collect::<String>().to_lowercase().nfc().collect();
        let domain: String = domain.nfkc().collect::<String>().to_lowercase().nfkc().collect();
        let address = format!("{name}@{domain}");
        if address.chars().nth(Self::MAX_CHARS).is_some() {
            return Err(FieldCode::TooLong);
        }
        let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
        match EmailAddress::parse_with_options(&address, options) {
            Ok(_) if is_everyday(&name, &domain) => Ok(Self(address)),
            Err(Error::LocalPartTooLong | Error::DomainTooLong) => Err(FieldCode::TooLong),
            _ => Err(FieldCode::InvalidFormat),
        }
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(name, _)| name)
    }
}

opaque_debug!(Email);

/// Refuses what the grammar allows and no mailbox of ours has: quotes, invisible characters (the grammar
/// takes anything above ASCII), other characters in a domain than names of hosts have, and a number for a
/// top-level domain, which makes an IP address of it.
fn is_everyday(name: &str, domain: &str) -> bool {
    let is_letter = |c| is_visible_alphanumeric(c) || is_visible_mark(c);
    let top_level = domain.rsplit('.').next().unwrap_or_default();
    name.chars().all(|c| is_letter(c) || (c.is_ascii_graphic() && c != '"'))
        && domain.chars().all(|c| is_letter(c) || matches!(c, '-' | '.'))
        && top_level.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_kept_in_lower_case() {
        for (typed, kept) in [
            ("Zhang.San+shop@Example.COM", "zhang.san+shop@example.com"),
            (" a@b.cn\n", "a@b.cn"),
            ("用户@例子.中国", "用户@例子.中国"),
            ("jose\u{301}@x.es", "josé@x.es"),
            ("a@ｅｘａｍｐｌｅ.com", "a@example.com"),
            ("o'brien_1@mail-1.x.co.uk", "o'brien_1@mail-1.x.co.uk"),
        ] {
            assert_eq!(Email::parse(typed).unwrap().as_str(), kept);
        }
        assert_eq!(Email::parse("bob@x.cn").unwrap().name(), "bob");
    }

    #[test]
    fn everything_else_is_refused() {
        assert_eq!(Email::parse("  "), Err(FieldCode::Required));
        for typed in [
            "zhang",
            "@b.cn",
            "a@",
            "a@b",
            "a b@c.cn",
            "a@b..cn",
            ".a@b.cn",
            "a.@b.cn",
            "a@b@c.cn",
            "\"a b\"@c.cn",
            "\"a\"@c.cn",
            "A <a@b.cn>",
            "<a@b.cn>",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@b.cn,c@d.cn",
            "a@b.cn\r\nBcc: c@d.cn",
            "a\u{200b}@b.cn",
            "a\u{202e}@b.cn",
            "a@b\u{ad}.cn",
            "a@-b.cn",
            "a@b_c.cn",
        ] {
            assert_eq!(Email::parse(typed), Err(FieldCode::InvalidFormat), "{typed}");
        }
    }

    #[test]
    fn an_address_has_at_most_254_characters() {
        let domain = format!("{0}.{0}.{0}.cn", "d".repeat(60));
        let fits = format!("{}@{domain}", "n".repeat(64));
        assert!(fits.len() <= 254 && Email::parse(&fits).is_ok());
        let label = format!("{}.", "d".repeat(60)).repeat(3);
        let exact = format!("{}@{label}{}.cn", "n".repeat(64), "e".repeat(254 - 64 - 1 - 183 - 3));
        assert_eq!(exact.len(), 254);
        assert!(Email::parse(&exact).is_ok());
        assert_eq!(Email::parse(&exact.replace(".cn", "e.cn")), Err(FieldCode::TooLong));
        assert_eq!(Email::parse(&format!("{}@b.cn", "n".repeat(65))), Err(FieldCode::TooLong));
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_reading_again_changes_nothing(text in ".{0,40}|\\PC{1,9}@\\PC{1,9}\\.\\pL{2,3}|[a-zA-Z.]{1,9}@[a-zA-Z-]{1,9}\\.cn") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
                prop_assert!(email.as_str().chars().count() <= Email::MAX_CHARS);
            }
        }
    }
}
