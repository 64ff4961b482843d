//! What a product is called: 1–120 characters in one line.

use crate::fields::{FieldCode, text};

/// A product's title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// The most characters it has.
    pub const MAX_CHARS: usize = 120;

    /// Reads a title as it was typed; space around it is dropped.
    ///
    /// # Errors
    /// `required`, `too_long` or `invalid_format`.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        text::line(typed, Self::MAX_CHARS).map(Self)
    }

    /// Makes the best of a title that nobody is there to correct: in one line, cut where it is too long.
    /// `None` where nothing can be seen.
    #[must_use]
    pub fn from_page(found: &str) -> Option<Self> {
        // Composing (NFC) makes a text longer only in rare scripts; those titles end a little earlier.
        let cut = |text: &str| text.chars().take(Self::MAX_CHARS / 2).collect::<String>();
        let spaced: String =
            found.chars().take(4_096).map(|c| if text::breaks_a_line(c) { ' ' } else { c }).collect();
        let words: Vec<_> = spaced.split_whitespace().collect();
        let title: String = words.join(" ").chars().take(Self::MAX_CHARS).collect();
        Self::parse(&title).or_else(|_| Self::parse(&cut(&title))).ok()
    }

    /// The title.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pages_title_is_brought_into_one_line_and_length() {
        let from = |found: &str| Title::from_page(found).map(|title| title.as_str().to_owned());
        assert_eq!(from("\n  好看的\t杯子 \u{0} 大号 "), Some("好看的 杯子 大号".to_owned()));
        assert_eq!(from(&"长".repeat(500)), Some("长".repeat(120)));
        assert_eq!(from(" \n\u{200b}"), None);
        assert_eq!(Title::parse(&"长".repeat(121)), Err(FieldCode::TooLong));
        assert_eq!(Title::parse("a\nb"), Err(FieldCode::InvalidFormat));
    }

    proptest! {
        #[test]
        fn any_text_becomes_a_title_that_reads_as_itself_or_none(text in "(\\PC|\\pM|[\\n\\x00𝅘𝅥𝅮שּׁ]){0,200}") {
            if let Some(title) = Title::from_page(&text) {
                prop_assert_eq!(Title::parse(title.as_str()), Ok(title.clone()));
            }
        }
    }
}
