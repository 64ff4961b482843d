//! A password: hashed exactly as received, and refused only when it is too easy to guess.
//!
//! There are no composition rules: they make passwords worse. What is checked is length, a list of
//! common passwords, and whether it holds the owner's own name.

use super::{Email, Username, common_passwords, folded};
use crate::account::FieldCode;

/// A password as received. Any text is one: whether it is good enough for an account is asked with
/// [`Password::check`], and not when somebody logs in. Never shown, never serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The fewest characters a new password has.
    pub const MIN_CHARS: usize = 8;
    /// The most characters a new password has.
    pub const MAX_CHARS: usize = 128;
    /// The most bytes that are ever hashed; more than the characters above can take.
    pub const MAX_BYTES: usize = 1024;
    /// An email's name shorter than this may occur in a password: `a@b.cn` does not forbid the letter a.
    const MIN_NAME_CHARS: usize = 4;

    /// Takes a password as it was received.
    pub fn new(received: impl Into<String>) -> Self {
        Self(received.into())
    }

    /// Whether this password is good enough for a new account of this name and address (as far as
    /// those could be read).
    ///
    /// # Errors
    /// `required`, `too_short`, `too_long`; and `common_password` for one that is on the list, or that
    /// is as easily guessed because it holds the username or the email's name.
    pub fn check(&self, username: Option<&Username>, email: Option<&Email>) -> Result<(), FieldCode> {
        if self.0.is_empty() {
            return Err(FieldCode::Required);
        }
        if self.0.chars().nth(Self::MAX_CHARS).is_some() {
            return Err(FieldCode::TooLong);
        }
        if self.0.chars().count() < Self::MIN_CHARS {
            return Err(FieldCode::TooShort);
        }
        let folded_password = folded(&self.0);
        let holds = |name: &str| folded_password.contains(&folded(name));
        let email_name = email.map(Email::name).filter(|name| name.chars().count() >= Self::MIN_NAME_CHARS);
        if username.is_some_and(|name| holds(name.key()))
            || email_name.is_some_and(holds)
            || common_passwords::contains(&self.0.to_lowercase())
        {
            return Err(FieldCode::CommonPassword);
        }
        Ok(())
    }

    /// The bytes to hash, at most [`Password::MAX_BYTES`] of them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let bytes = self.0.as_bytes();
        bytes.get(..Self::MAX_BYTES).unwrap_or(bytes)
    }

    /// Longer than any account's password can be, so that it matches none.
    #[must_use]
    pub fn is_over_long(&self) -> bool {
        self.0.len() > Self::MAX_BYTES
    }
}

opaque_debug!(Password);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(password: &str) -> Result<(), FieldCode> {
        let username = Username::parse("ZhangSan").unwrap();
        let email = Email::parse("san.zhang@example.com").unwrap();
        Password::new(password).check(Some(&username), Some(&email))
    }

    #[test]
    fn length_is_the_only_demand_on_characters() {
        assert_eq!(check(""), Err(FieldCode::Required));
        assert_eq!(check("1234567"), Err(FieldCode::TooShort));
        assert_eq!(check("掌柜的密码是七"), Err(FieldCode::TooShort));
        assert_eq!(check("掌柜的密码有八个"), Ok(()));
        assert_eq!(check(" \u{0}\u{200b}\n😀 x "), Ok(()));
        assert_eq!(check(&"😀".repeat(128)), Ok(()));
        assert_eq!(check(&"x".repeat(129)), Err(FieldCode::TooLong));
        assert!(!Password::new("😀".repeat(128)).is_over_long());
    }

    #[test]
    fn what_is_easily_guessed_is_refused() {
        for password in [
            "password",
            "PassWord",
            "12345678",
            "88zhangsan88",
            "ZHANGSAN!",
            "ｚｈａｎｇｓａｎ",
            "xSan.Zhang1",
        ] {
            assert_eq!(check(password), Err(FieldCode::CommonPassword), "{password}");
        }
        assert_eq!(check("correct horse battery"), Ok(()));
    }

    #[test]
    fn a_short_email_name_forbids_nothing() {
        let email = Email::parse("abc@example.com").unwrap();
        assert_eq!(Password::new("xx abc xx 77").check(None, Some(&email)), Ok(()));
    }

    #[test]
    fn at_most_1024_bytes_are_hashed_and_none_are_shown() {
        let long = Password::new("x".repeat(5_000));
        assert!(long.is_over_long());
        assert_eq!(long.as_bytes().len(), 1024);
        assert_eq!(Password::new("hunter2").as_bytes(), b"hunter2");
        assert_eq!(format!("{:?}", Password::new("hunter2")), "Password(‹hidden›)");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(?s).{0,200}") {
            let accepted = Password::new(text.as_str()).check(None, None).is_ok();
            prop_assert!(!accepted || (8..=128).contains(&text.chars().count()));
        }
    }
}
