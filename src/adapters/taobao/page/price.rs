//! Prices: whatever a page writes, to exact yuan and fen. No floating point touches them.

use unicode_normalization::UnicodeNormalization as _;

/// The longest text that is taken for a price.
const LONGEST: usize = 64;
/// 9,999,999.99 yuan.
const HIGHEST_FEN: u64 = 999_999_999;

/// A price in yuan as two decimals, for example `19.90` of `¥19.9`, `１９．９元`, `1,019.9` or, as the lowest of a
/// range, `19.90 - 39.00`. `None` for anything else, for instance a price of which digits are hidden (`1??`).
#[must_use]
pub fn canonical_price(text: &str) -> Option<String> {
    fen(text).map(written)
}

/// An amount of fen as yuan.
pub(super) fn written(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// The price in fen, the hundredth of a yuan.
pub(super) fn fen(text: &str) -> Option<u64> {
    if text.len() > LONGEST {
        return None;
    }
    // Full-width digits and signs become ASCII.
    let text: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let text = text.to_ascii_uppercase();
    let mut ends = text.split(['-', '~', '～', '至']).map(bare_fen);
    let lowest = ends.next()??;
    match (ends.next(), ends.next()) {
        (None, _) => Some(lowest),
        (Some(Some(highest)), None) if highest >= lowest => Some(lowest),
        _ => None,
    }
}

/// One amount, which may have a currency before or behind it.
fn bare_fen(text: &str) -> Option<u64> {
    let text = ["¥", "CNY", "RMB"].iter().find_map(|sign| text.strip_prefix(sign)).unwrap_or(text);
    let text = text.strip_suffix('起').unwrap_or(text);
    let text = ["元", "CNY", "RMB"].iter().find_map(|sign| text.strip_suffix(sign)).unwrap_or(text);
    let (yuan, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let decimals = decimals.trim_end_matches('0');
    let fits = decimals.len() <= 2 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    if !fits {
        return None;
    }
    let fen = whole(yuan)?.checked_mul(100)?.checked_add(format!("{decimals:0<2}").parse().ok()?)?;
    (1..=HIGHEST_FEN).contains(&fen).then_some(fen)
}

/// A whole number, with or without commas between groups of three digits.
fn whole(text: &str) -> Option<u64> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !(1..=3).contains(&first.len()) {
            return None;
        }
        digits.push_str(group);
    }
    let fits = !first.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // Bounded, since the text was.
    if fits { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_price_is_understood_however_it_is_written() {
        for (text, expected) in [
            ("19.9", "19.90"),
            ("19", "19.00"),
            ("0.01", "0.01"),
            ("¥19.90", "19.90"),
            ("￥ 19.9", "19.90"),
            ("１９．９０元", "19.90"),
            ("1,299.00", "1299.00"),
            ("1,234,567.8", "1234567.80"),
            ("CNY 5", "5.00"),
            ("19.9000", "19.90"),
            ("19.", "19.00"),
            ("19.90 - 39.00", "19.90"),
            ("¥19.90~¥39.00", "19.90"),
            ("99起", "99.00"),
            ("007", "7.00"),
            ("9999999.99", "9999999.99"),
        ] {
            assert_eq!(canonical_price(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_price_or_hides_its_digits_is_none() {
        for text in [
            "",
            "0",
            "0.00",
            "1??",
            "¥1?.90",
            "19.999",
            "-5",
            "10000000",
            "1,29.00",
            "1299,000",
            ",100",
            "1e3",
            "NaN",
            "19.9.9",
            "19.9 29.9.",
            "39-19",
            "1-2-3",
            "$19.90",
            "免费",
            "0x10",
            "٣",
            "¥",
            ".",
            "99999999999999999999999999",
        ] {
            assert_eq!(canonical_price(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_fen_is_lost(fen in 1..=HIGHEST_FEN) {
            let text = written(fen);
            prop_assert_eq!(super::fen(&text), Some(fen));
            prop_assert_eq!(canonical_price(&text), Some(text));
        }

        #[test]
        fn any_text_is_a_price_or_none(text in ".{0,80}") {
            if let Some(price) = canonical_price(&text) {
                prop_assert_eq!(canonical_price(&price), Some(price));
            }
        }
    }
}
