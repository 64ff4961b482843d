//! A mobile number, kept as E.164. Without a country it is a Chinese one.

use phonenumber::{Mode, Type, country, metadata::DATABASE};
use unicode_normalization::UnicodeNormalization;

use crate::account::FieldCode;

/// A mobile number in the form `+8613800138000`.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// The most characters read: fifteen digits, a `+` and generous punctuation.
    const MAX_TYPED_CHARS: usize = 40;

    /// Reads a number as it was typed: spaces, dashes, dots and brackets are welcome, letters and
    /// extensions are not. Full-width digits are what Chinese keyboards give.
    ///
    /// # Errors
    /// `required`, or `invalid_format` for anything but a mobile number that can exist.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(FieldCode::Required);
        }
        if typed.chars().nth(Self::MAX_TYPED_CHARS).is_some() {
            return Err(FieldCode::InvalidFormat);
        }
        let plain: String = typed.nfkc().collect();
        let is_punctuation = |c| matches!(c, ' ' | '-' | '.' | '(' | ')');
        // The library reads much more than numbers (extensions, letters, RFC 3966 parameters).
        let digits: String = plain.chars().filter(|&c| !is_punctuation(c)).collect();
        if !digits.strip_prefix('+').unwrap_or(&digits).chars().all(|c| c.is_ascii_digit()) {
            return Err(FieldCode::InvalidFormat);
        }
        let number = phonenumber::parse(Some(country::CN), &digits).map_err(|_| FieldCode::InvalidFormat)?;
        // Where the two share ranges (the North American plan) a number cannot be told to be mobile.
        let mobile = matches!(number.number_type(&DATABASE), Type::Mobile | Type::FixedLineOrMobile);
        if !mobile || !number.is_valid() {
            return Err(FieldCode::InvalidFormat);
        }
        Ok(Self(number.format().mode(Mode::E164).to_string()))
    }

    /// The number as E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

opaque_debug!(Phone);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mobile_numbers_are_kept_as_e164() {
        for (typed, kept) in [
            ("13800138000", "+8613800138000"),
            (" 138 0013-8000 ", "+8613800138000"),
            ("+86 138 0013 8000", "+8613800138000"),
            ("+86-138-0013-8000", "+8613800138000"),
            ("(+86) 13800138000", "+8613800138000"),
            ("0086 13800138000", "+8613800138000"),
            ("8613800138000", "+8613800138000"),
            ("１３８００１３８０００", "+8613800138000"),
            ("19912345678", "+8619912345678"),
            ("+1 415 555 2671", "+14155552671"),
            ("+852 5123 4567", "+85251234567"),
            ("+44 7911 123456", "+447911123456"),
        ] {
            assert_eq!(Phone::parse(typed).map(|phone| phone.0).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        assert_eq!(Phone::parse(" "), Err(FieldCode::Required));
        for typed in [
            "1",
            "1380013800",
            "138001380000",
            "010-62551234",
            "+861062551234",
            "4008001234",
            "12345678901",
            "phone",
            "13800138000x5",
            "+",
            "++8613800138000",
            "138+00138000",
            "+9991234567",
            "+44 20 7946 0958",
            "tel:13800138000",
            "13800138000;ext=1",
            "٣",
        ] {
            assert_eq!(Phone::parse(typed), Err(FieldCode::InvalidFormat), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_reading_again_changes_nothing(text in ".{0,20}|[+]?[0-9 ().-]{1,20}|1[3-9][0-9]{9}|[+][1-9][0-9]{7,13}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone.clone()));
                prop_assert!(phone.as_str().starts_with('+') && phone.as_str().len() <= 18);
            }
        }
    }
}
