//! What problems say, in Chinese and English: one table of codes, one of field codes.

mod codes;

pub use codes::ALL;
use codes::INTERNAL;

/// A language that the server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese; the default.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The language that an `Accept-Language` prefers among ours (RFC 9110, 12.5.4).
    #[must_use]
    pub fn preferred(accept: Option<&str>) -> Self {
        let mut best = (Self::default(), 0.0);
        for range in accept.unwrap_or("").split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or("").trim().to_ascii_lowercase();
            let weight =
                parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
            let language = match tag.split('-').next() {
                Some("zh") => Self::Chinese,
                Some("en") => Self::English,
                _ => continue,
            };
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }

    /// The tag for `Content-Language`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The one of two texts, Chinese first, that is in this language.
    #[must_use]
    pub const fn pick(self, texts: (&'static str, &'static str)) -> &'static str {
        match self {
            Self::Chinese => texts.0,
            Self::English => texts.1,
        }
    }
}

/// The words of one code, Chinese first.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What kind of problem.
    pub title: (&'static str, &'static str),
    /// What to do about it.
    pub detail: (&'static str, &'static str),
}

/// The words of a code.
#[must_use]
pub fn of(code: &str) -> Words {
    ALL.iter().find(|words| words.code == code).copied().unwrap_or(INTERNAL)
}

/// What a field's code says.
#[must_use]
pub fn of_field(code: &str, language: Language) -> &'static str {
    language.pick(match code {
        "required" => ("必填。", "This is required."),
        "too_short" => ("太短。", "This is too short."),
        "too_long" => ("太长。", "This is too long."),
        "out_of_range" => ("超出允许的范围。", "This is out of range."),
        "mismatch" => ("两次输入不一致。", "The two do not match."),
        "common_password" => ("密码太常见或包含账号信息。", "This password is too easily guessed."),
        "already_taken" => ("已被占用。", "This is already taken."),
        "unknown_host" => ("不是淘宝或天猫的链接。", "This link does not lead to where it may."),
        "unknown" => ("没有这个选项。", "There is no such choice."),
        _ => ("格式不正确。", "This is not in the right format."),
    })
}

/// Names of fields and codes of what is wrong with them.
const FIELDS: [&str; 33] = [
    "username",
    "email",
    "phone",
    "password",
    "password_confirmation",
    "captcha_id",
    "captcha_answer",
    "Idempotency-Key",
    "channel",
    "purpose",
    "code",
    "verification_id",
    "identifier",
    "avatar",
    "name",
    "taobao_url",
    "coupon_url",
    "category_id",
    "title",
    "price",
    "status",
    "action",
    "product_ids",
    "required",
    "invalid_format",
    "too_short",
    "too_long",
    "out_of_range",
    "mismatch",
    "common_password",
    "already_taken",
    "unknown",
    "unknown_host",
];

/// A code or field name that was written down earlier, as the constant that it is.
#[must_use]
pub fn known(text: &str) -> &'static str {
    let codes = ALL.iter().map(|words| words.code);
    codes.chain(FIELDS).find(|known| *known == text).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_is_chosen_by_weight() {
        for (accept, language) in [
            (None, Language::Chinese),
            (Some("en"), Language::English),
            (Some("en-GB,en;q=0.9,zh-CN;q=0.8"), Language::English),
            (Some("en;q=0.5, zh-CN"), Language::Chinese),
            (Some("fr, en;q=0.1"), Language::English),
            (Some(";;;q=x,"), Language::Chinese),
        ] {
            assert_eq!(Language::preferred(accept), language, "{accept:?}");
        }
    }

    #[test]
    fn every_code_stands_once_and_speaks_both_languages() {
        for (nth, words) in ALL.iter().enumerate() {
            assert!(ALL[..nth].iter().all(|other| other.code != words.code), "{} stands twice", words.code);
            for (chinese, english) in [words.title, words.detail] {
                assert!(!chinese.is_ascii() && english.is_ascii(), "{}", words.code);
            }
        }
    }
}
