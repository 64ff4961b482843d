//! What a text may hold: characters that can be seen, in one line, of a bounded length; and when two are the same.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::{GeneralSecurityProfile, general_security_profile::IdentifierType};

use super::FieldCode;

/// What two spellings must share to count as one: NFKC and case folding until nothing moves any more.
///
/// Folding once is not enough: folding can undo the normal form and normalising can bring capitals
/// back, hence the second round (Unicode, D146).
#[must_use]
pub fn folded(text: &str) -> String {
    let once: String = caseless::default_case_fold_str(&text.nfkc().collect::<String>()).nfkc().collect();
    caseless::default_case_fold_str(&once).nfkc().collect()
}

/// A letter or digit that can be seen: some invisible characters call themselves letters.
#[must_use]
pub fn is_visible_alphanumeric(c: char) -> bool {
    c.is_alphanumeric() && is_visible(c)
}

/// An accent or vowel sign that a living script uses.
#[must_use]
pub fn is_visible_mark(c: char) -> bool {
    is_combining_mark(c) && is_visible(c) && (c.is_alphabetic() || c.identifier_allowed())
}

/// Neither invisible nor withdrawn nor (yet) without a meaning. What is unassigned today may be
/// normalised differently tomorrow, and a name's key must never change.
fn is_visible(c: char) -> bool {
    use IdentifierType::{Default_Ignorable, Deprecated, Not_Character};
    !matches!(c.identifier_type(), None | Some(Not_Character | Deprecated | Default_Ignorable))
}

/// Breaks a line, is no text at all, or turns the direction of what follows: nothing that belongs into a line.
#[must_use]
pub fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line of text of at most `longest` characters, in Unicode's composed form (NFC) and without space around it.
///
/// # Errors
/// `required` where nothing can be seen, `too_long`, or `invalid_format` for control characters and those that
/// turn the direction of writing.
pub fn line(typed: &str, longest: usize) -> Result<String, FieldCode> {
    let typed = typed.trim();
    if typed.chars().nth(longest * 4).is_some() {
        return Err(FieldCode::TooLong);
    }
    let text: String = typed.nfc().collect();
    if !text.chars().any(|c| !c.is_whitespace() && !breaks_a_line(c) && is_seen(c)) {
        return Err(if text.chars().any(breaks_a_line) {
            FieldCode::InvalidFormat
        } else {
            FieldCode::Required
        });
    }
    if text.chars().any(breaks_a_line) {
        return Err(FieldCode::InvalidFormat);
    }
    if text.chars().nth(longest).is_some() {
        return Err(FieldCode::TooLong);
    }
    Ok(text)
}

/// Leaves a mark on the screen. Joiners and fillers may stand in a line, but make none by themselves.
fn is_seen(c: char) -> bool {
    c.identifier_type() != Some(IdentifierType::Default_Ignorable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_composed_and_counted_in_characters() {
        assert_eq!(line(" 好店\u{3000}", 2), Ok("好店".to_owned()));
        assert_eq!(line("e\u{301}", 1), Ok("é".to_owned()));
        assert_eq!(line("👨‍👩‍👧 三件套", 9), Ok("👨‍👩‍👧 三件套".to_owned()));
        for (typed, code) in [
            ("", FieldCode::Required),
            (" \n\u{3000}", FieldCode::Required),
            ("\u{200b}\u{200d}", FieldCode::Required),
            ("好店铺", FieldCode::TooLong),
            ("a\0", FieldCode::InvalidFormat),
            ("\0", FieldCode::InvalidFormat),
            ("a\nb", FieldCode::InvalidFormat),
            ("\u{202e}b", FieldCode::InvalidFormat),
            ("a\u{2028}b", FieldCode::InvalidFormat),
        ] {
            assert_eq!(line(typed, 2), Err(code), "{typed:?}");
        }
        assert_eq!(line(&"长".repeat(1_000_000), 2), Err(FieldCode::TooLong));
    }
}
