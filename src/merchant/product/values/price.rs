//! A price in yuan, exact to the fen.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::fields::FieldCode;

/// A price from 0.01 to 9,999,999.99 yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price {
    fen: u64,
}

impl Price {
    /// The highest price, in fen.
    const MOST_FEN: u64 = 999_999_999;
    /// The most characters that are looked at.
    const LONGEST: usize = 32;

    /// Reads a price as it was typed: `19.9`, `¥19.90`, `1,299 元`, wide digits.
    ///
    /// # Errors
    /// `required`, `too_long`, `invalid_format` (also for a third decimal: a price is never rounded), `out_of_range`.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(FieldCode::Required);
        }
        if typed.chars().nth(Self::LONGEST).is_some() {
            return Err(FieldCode::TooLong);
        }
        let narrow: String = typed.nfkc().collect();
        let bare = narrow.strip_prefix(['¥', '\u{a5}', '元']).unwrap_or(&narrow);
        let bare = bare.strip_suffix('元').unwrap_or(bare).trim();
        let (yuan, fen) = match bare.split_once('.') {
            Some((yuan, tenths)) if tenths.len() == 1 => (ungrouped(yuan)?, number(tenths)? * 10),
            Some((yuan, fen)) if fen.len() == 2 => (ungrouped(yuan)?, number(fen)?),
            Some(_) => return Err(FieldCode::InvalidFormat),
            None => (ungrouped(bare)?, 0),
        };
        let fen = yuan.checked_mul(100).and_then(|yuan| yuan.checked_add(fen));
        fen.filter(|fen| (1..=Self::MOST_FEN).contains(fen))
            .map(|fen| Self { fen })
            .ok_or(FieldCode::OutOfRange)
    }

    /// In fen, a hundredth of a yuan.
    #[must_use]
    pub const fn fen(self) -> u64 {
        self.fen
    }
}

impl fmt::Display for Price {
    /// Yuan with two decimals: `19.90`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.fen / 100, self.fen % 100)
    }
}

/// A number whose thousands may be set apart by commas, as pages show them.
fn ungrouped(text: &str) -> Result<u64, FieldCode> {
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = groups.clone().next().is_some();
    let is_right = groups.all(|group| group.len() == 3) && (!grouped || (1..=3).contains(&first.len()));
    if is_right { number(&text.replace(',', "")) } else { Err(FieldCode::InvalidFormat) }
}

/// At most 20 ASCII digits; no sign.
fn number(text: &str) -> Result<u64, FieldCode> {
    if text.is_empty() || !text.bytes().all(|c| c.is_ascii_digit()) {
        return Err(FieldCode::InvalidFormat);
    }
    text.parse().map_err(|_| FieldCode::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prices_are_read_as_people_write_them_and_kept_with_two_decimals() {
        for (typed, kept) in [
            ("19.9", "19.90"),
            ("19", "19.00"),
            (" ¥19.90 ", "19.90"),
            ("￥19.90", "19.90"),
            ("１９．９", "19.90"),
            ("19.9元", "19.90"),
            ("0019.09", "19.09"),
            ("0.01", "0.01"),
            ("1,299", "1299.00"),
            ("9,999,999.99", "9999999.99"),
        ] {
            assert_eq!(Price::parse(typed).map(|price| price.to_string()).as_deref(), Ok(kept), "{typed}");
        }
        for (typed, code) in [
            ("", FieldCode::Required),
            ("0", FieldCode::OutOfRange),
            ("0.00", FieldCode::OutOfRange),
            ("10000000", FieldCode::OutOfRange),
            ("99999999999999999999", FieldCode::OutOfRange),
            ("18446744073709551615", FieldCode::OutOfRange),
            ("-1", FieldCode::InvalidFormat),
            ("+1", FieldCode::InvalidFormat),
            ("19.999", FieldCode::InvalidFormat),
            ("19.", FieldCode::InvalidFormat),
            (".5", FieldCode::InvalidFormat),
            ("1e3", FieldCode::InvalidFormat),
            ("NaN", FieldCode::InvalidFormat),
            ("1,29", FieldCode::InvalidFormat),
            ("1,,299", FieldCode::InvalidFormat),
            ("1299,000", FieldCode::InvalidFormat),
            ("19.9.9", FieldCode::InvalidFormat),
            ("19-29", FieldCode::InvalidFormat),
            ("$19", FieldCode::InvalidFormat),
        ] {
            assert_eq!(Price::parse(typed), Err(code), "{typed}");
        }
        assert_eq!(Price::parse(&"1".repeat(33)), Err(FieldCode::TooLong));
        assert_eq!(Price::parse("19.9").unwrap().fen(), 1_990);
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_every_price_reads_as_itself(text in ".{0,12}|[¥0-9.,元１-９]{0,12}", fen in 1_u64..=999_999_999) {
            let _ = Price::parse(&text);
            let price = Price { fen };
            prop_assert_eq!(Price::parse(&price.to_string()), Ok(price));
        }
    }
}
