//! The name a person is known by: any script, but no look-alike of somebody else's.
//!
//! Two names are the same when their [`Username::key`]s are: NFKC and case folding, as the contract
//! says, and nothing more. The UTS 39 skeleton is deliberately *not* the key: it was made for
//! warnings, and takes `modern` and `modem`, `user1` and `userl` for the same name. Look-alikes are
//! instead refused one by one, without asking who else exists: names that mix scripts no language
//! mixes (the *highly restrictive* level of UTS 39, so `掌柜shop` passes and a Cyrillic `а` in `аdmin`
//! does not), and names of another script that read as plain ASCII from end to end (`раураӏ`).

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::{GeneralSecurityProfile, mixed_script::AugmentedScriptSet, skeleton};

use super::{folded, is_visible_alphanumeric, is_visible_mark};
use crate::account::FieldCode;

/// Marks one letter may carry. Burmese and Tibetan need four; stacks beyond are defacement.
const MARKS_A_LETTER: usize = 4;
/// Of the accents shared by many scripts a letter needs one: NFKC has merged the others into it.
const ACCENTS_A_LETTER: usize = 1;
/// How much longer a text can be before NFKC shortens it to a name; anything beyond is not looked at.
const SHRINKAGE: usize = 4;

/// A username: how it is shown, and how it is compared.
#[derive(Clone, PartialEq, Eq)]
pub struct Username {
    shown: String,
    key: String,
}

impl Username {
    /// The fewest characters a name has.
    pub const MIN_CHARS: usize = 3;
    /// The most characters a name has.
    pub const MAX_CHARS: usize = 32;

    /// Reads a name as it was typed.
    ///
    /// # Errors
    /// `required`, `too_short`, `too_long`, or `invalid_format` for everything a name may not hold.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        if typed.is_empty() {
            return Err(FieldCode::Required);
        }
        if typed.chars().nth(Self::MAX_CHARS * SHRINKAGE).is_some() {
            return Err(FieldCode::TooLong);
        }
        let shown: String = typed.nfkc().collect();
        match shown.chars().count() {
            ..Self::MIN_CHARS => return Err(FieldCode::TooShort),
            Self::MIN_CHARS..=Self::MAX_CHARS => {}
            _ => return Err(FieldCode::TooLong),
        }
        let key = folded(&shown);
        // Both forms can deceive: `ВОТ` reads as ASCII in capitals only.
        let poses = poses_as_ascii(&shown) || poses_as_ascii(&key);
        if poses || !is_well_formed(&shown) || !scripts_belong_together(&shown) {
            return Err(FieldCode::InvalidFormat);
        }
        Ok(Self { shown, key })
    }

    /// The name as its owner typed it, in Unicode's compatibility form (NFKC).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// What is compared, claimed and looked up: NFKC and case folding.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

opaque_debug!(Username);

/// Letters, digits, `_` and `-`, and marks where a letter carries them.
fn is_well_formed(name: &str) -> bool {
    let mut after_letter = false;
    let mut marks = 0;
    name.chars().all(|c| {
        if is_combining_mark(c) {
            marks += 1;
            let is_accent = matches!(c, '\u{300}'..='\u{36f}') || AugmentedScriptSet::for_char(c).is_all();
            let most = if is_accent { ACCENTS_A_LETTER } else { MARKS_A_LETTER };
            return after_letter && marks <= most && is_visible_mark(c);
        }
        after_letter = c.is_alphabetic();
        marks = 0;
        matches!(c, '_' | '-') || is_visible_alphanumeric(c)
    })
}

/// One script; or those Chinese, Japanese or Korean is written in, and Latin among them.
fn scripts_belong_together(name: &str) -> bool {
    let mut all = AugmentedScriptSet::default();
    let mut but_latin = AugmentedScriptSet::default();
    for c in name.chars() {
        all.intersect_with(c.into());
        if !is_latin(c) {
            but_latin.intersect_with(c.into());
        }
    }
    !all.is_empty() || but_latin.hanb || but_latin.jpan || but_latin.kore
}

/// Reads as ASCII from end to end by means of letters of an alphabet that resembles Latin.
///
/// Letters of living Latin orthographies are no disguise (`kadın`), nor are the wide ones of Chinese,
/// Japanese and Korean (`丫丫123`, where `丫` resembles a Y on paper only).
fn poses_as_ascii(name: &str) -> bool {
    let is_at_home = |c: char| {
        let scripts = AugmentedScriptSet::for_char(c);
        let is_wide = scripts.hanb || scripts.jpan || scripts.kore;
        c.is_ascii() || is_wide || is_latin(c) && c.identifier_allowed()
    };
    !name.chars().all(is_at_home) && skeleton(name).all(|c| c.is_ascii())
}

/// Belongs to Latin, or like digits to every script.
fn is_latin(c: char) -> bool {
    let mut scripts = AugmentedScriptSet::for_char('a');
    scripts.intersect_with(c.into());
    !scripts.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(typed: &str) -> String {
        Username::parse(typed).unwrap().key().to_owned()
    }

    #[test]
    fn names_of_any_script_are_accepted() {
        for name in [
            "zhang_san-88",
            "掌柜shop",
            "张三丰",
            "王小明2024",
            "ひらがなカタカナ",
            "漢字とkana",
            "김철수abc",
            "ㄅㄆㄇ漢字",
            "Иванов",
            "Αθηνά",
            "محمد",
            "हिन्दी",
            "ภาษาไทย",
            "မြန်မာစာ",
            "தமிழ்",
            "José",
            "Nguyễn",
            "kadın",
            "straße",
            "丫丫123",
            "〇〇七",
            "Oʻahu",
            "ø_ł_đ",
            "한국어",
            "123",
            "---",
            "a_b",
            "ﾊﾟﾝﾀﾞ",
        ] {
            assert!(Username::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn spellings_of_one_name_share_a_key() {
        for (one, other) in [
            ("Alice", "aLICE"),
            ("ａｌｉｃｅ", "alice"),
            ("STRASSE", "straße"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("e\u{301}tienne", "ÉTIENNE"),
            ("ﬁsh", "fish"),
            ("Ⅷabc", "viiiabc"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn names_that_merely_resemble_each_other_stay_apart() {
        for (one, other) in [("modern", "modem"), ("user1", "userl"), ("bob0", "bobo"), ("vvv", "wv")] {
            assert_ne!(
                Username::parse(one).map(|name| name.key),
                Username::parse(other).map(|name| name.key)
            );
        }
    }

    #[test]
    fn look_alikes_are_refused() {
        for name in [
            "аdmin",
            "pаypal",
            "раураӏ",
            "ВОТ",
            "аресе",
            "gооgle",
            "αdmin",
            "p٥ypal",
            "ᏢᎪᎩ",
            "pɑypal",
            "Ивaн",
            "掌柜а",
        ] {
            assert_eq!(Username::parse(name), Err(FieldCode::InvalidFormat), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_seen_or_is_no_letter_is_refused() {
        for name in [
            "a b c",
            "abc ",
            "abc\u{0}",
            "abc\u{200b}",
            "abc\u{200d}d",
            "abc\u{202e}d",
            "abc\u{ad}",
            "abc\u{fe0f}",
            "ᅟᅠㅤ",
            "abc😀",
            "a.b.c",
            "a@b.c",
            "a+b+c",
            "<script>",
            "'; --",
            "\u{301}abc",
            "a\u{301}\u{302}\u{303}bc",
            "1\u{301}23",
            "abc\u{20dd}",
            "a\u{336}b\u{336}c\u{336}",
            "abc\u{e000}",
            "abc\u{34f}",
        ] {
            assert_eq!(Username::parse(name), Err(FieldCode::InvalidFormat), "{name:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_after_normalising() {
        assert_eq!(Username::parse(""), Err(FieldCode::Required));
        assert_eq!(Username::parse("ab"), Err(FieldCode::TooShort));
        assert_eq!(Username::parse("掌柜"), Err(FieldCode::TooShort));
        assert!(Username::parse(&"掌".repeat(32)).is_ok());
        assert_eq!(Username::parse(&"a".repeat(33)), Err(FieldCode::TooLong));
        assert!(Username::parse("ﬃ").is_ok(), "one character typed, three after NFKC");
        assert!(Username::parse(&"e\u{301}".repeat(32)).is_ok(), "64 characters typed, 32 after NFKC");
        assert_eq!(Username::parse(&"x".repeat(1_000_000)), Err(FieldCode::TooLong));
    }

    #[test]
    fn debug_does_not_show_the_name() {
        assert!(!format!("{:?}", Username::parse("zhangsan")).contains("zhang"));
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_what_is_accepted_is_a_name(text in "\\PC{0,40}|[\\p{L}\\p{M}\\p{N}_-]{1,12}|.{0,8}") {
            if let Ok(name) = Username::parse(&text) {
                prop_assert!((3..=32).contains(&name.as_str().chars().count()));
                prop_assert_eq!(Username::parse(name.as_str()), Ok(name.clone()));
            }
        }

        #[test]
        fn the_key_of_a_key_is_the_key(text in "\\PC{0,40}|[\\p{L}\\p{M}\\p{N}]{0,12}") {
            let key = folded(&text);
            prop_assert_eq!(folded(&key), key);
        }

        #[test]
        fn every_plain_name_is_accepted(text in "[a-zA-Z0-9_-]{3,32}") {
            let name = Username::parse(&text).unwrap();
            prop_assert_eq!(name.as_str(), &text);
            prop_assert_eq!(name.key(), text.to_ascii_lowercase());
        }
    }
}
