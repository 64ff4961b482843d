//! The forms in which Aliyun wants phone numbers.

/// A number in E.164 as Aliyun reads it: a Chinese one bare, any other with its country code and no `+`.
///
/// `None` for what is not E.164, and for numbers that Aliyun would take for somebody else's: written like
/// this, `+1 301 234 5678` is the Chinese mobile number 130 1234 5678. (The countries of `+1` need another
/// interface of Aliyun's, with a registered sender, anyway.)
pub(super) fn aliyun_number(e164: &str) -> Option<&str> {
    let digits = e164.strip_prefix('+')?;
    let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !fits || digits.starts_with('0') {
        return None;
    }
    match digits.strip_prefix("86") {
        Some(bare) => is_chinese_mobile(bare).then_some(bare),
        None => (!is_chinese_mobile(digits)).then_some(digits),
    }
}

/// Eleven digits, from 13 to 19.
fn is_chinese_mobile(bare: &str) -> bool {
    bare.len() == 11 && matches!(bare.as_bytes(), [b'1', b'3'..=b'9', ..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_chinese_number_goes_bare_and_others_with_their_country() {
        for (e164, expected) in [
            ("+8613800138000", "13800138000"),
            ("+8619912345678", "19912345678"),
            ("+85251234567", "85251234567"),
            ("+447911123456", "447911123456"),
            ("+6591234567", "6591234567"),
            ("+12025550123", "12025550123"),
        ] {
            assert_eq!(aliyun_number(e164), Some(expected), "{e164}");
        }
    }

    #[test]
    fn what_would_reach_somebody_else_or_nobody_is_not_sent() {
        for wrong in [
            "",
            "+",
            "13800138000",
            "008613800138000",
            "+86138001380001",
            "+8610012345",
            "+0123456789",
            "+86 13800138000",
            "+8613800138000,13900139000",
            "+1234567890123456",
            "+１３８００１３８０００",
            // Washington, DC's neighbours would wake somebody in China.
            "+13012345678",
            "+14155552671",
        ] {
            assert_eq!(aliyun_number(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_two_numbers_go_out_alike(one in "\\+[0-9]{1,16}", other in "\\+(86)?1[0-9]{10}") {
            let numbers = [aliyun_number(&one), aliyun_number(&other)];
            prop_assert!(one == other || numbers[0].is_none() || numbers[0] != numbers[1]);
        }
    }
}
