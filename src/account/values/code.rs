//! A verification code: six digits by which somebody proves to read an address or to hold a number.

use unicode_normalization::UnicodeNormalization;

use crate::fields::FieldCode;

/// Six digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

opaque_debug!(Code);

impl Code {
    /// How many digits it has.
    pub const DIGITS: usize = 6;

    /// The code that eight unpredictable bytes make. Some codes are likelier than others by less than one in
    /// 2⁴³, which five tries cannot tell from evenly likely.
    #[must_use]
    pub fn from_random(bytes: [u8; 8]) -> Self {
        Self(format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000))
    }

    /// What a person typed: spaces are passed over, and full-width digits count as digits.
    ///
    /// # Errors
    /// [`FieldCode::InvalidFormat`] when that is not six digits.
    pub fn parse(text: &str) -> Result<Self, FieldCode> {
        // Longer than any six digits with spaces between them.
        if text.len() > 64 {
            return Err(FieldCode::InvalidFormat);
        }
        let digits: String = text.nfkc().filter(|character| !character.is_whitespace()).collect();
        let is_code = digits.len() == Self::DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_code { Ok(Self(digits)) } else { Err(FieldCode::InvalidFormat) }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits_however_they_are_typed() {
        for (typed, code) in [("123456", "123456"), (" 012 345 ", "012345"), ("１２３４５６", "123456")]
        {
            assert_eq!(Code::parse(typed).unwrap().as_str(), code);
        }
        for wrong in ["", "12345", "1234567", "12345a", "一二三四五六", "-12345", &"1".repeat(100)] {
            assert_eq!(Code::parse(wrong), Err(FieldCode::InvalidFormat), "{wrong}");
        }
    }

    #[test]
    fn chance_becomes_six_digits_with_leading_zeros() {
        assert_eq!(Code::from_random([0; 8]).as_str(), "000000");
        assert_eq!(Code::from_random(1_000_042_u64.to_be_bytes()).as_str(), "000042");
        assert_eq!(Code::from_random([255; 8]).as_str().len(), 6);
        assert!(!format!("{:?}", Code::from_random([7; 8])).contains(char::is_numeric));
    }
}
