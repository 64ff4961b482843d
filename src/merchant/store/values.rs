//! What a store and its categories are called.

use crate::fields::{FieldCode, text};

/// A store's public name: 1–40 characters in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreName(String);

impl StoreName {
    /// The most characters it has.
    pub const MAX_CHARS: usize = 40;

    /// Reads a name as it was typed; space around it is dropped.
    ///
    /// # Errors
    /// `required`, `too_long` or `invalid_format`.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        text::line(typed, Self::MAX_CHARS).map(Self)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a category is called: 1–30 characters in one line, each name once in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryName(String);

impl CategoryName {
    /// The most characters it has.
    pub const MAX_CHARS: usize = 30;

    /// Reads a name as it was typed; space around it is dropped.
    ///
    /// # Errors
    /// `required`, `too_long` or `invalid_format`.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        text::line(typed, Self::MAX_CHARS).map(Self)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What names are compared by: NFKC and case folding.
    #[must_use]
    pub fn key(&self) -> String {
        text::folded(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_and_categories_compare_without_case_and_width() {
        assert_eq!(StoreName::parse(" 掌柜的店 ").unwrap().as_str(), "掌柜的店");
        assert!(StoreName::parse(&"店".repeat(40)).is_ok());
        assert_eq!(StoreName::parse(&"店".repeat(41)), Err(FieldCode::TooLong));
        assert!(CategoryName::parse(&"类".repeat(30)).is_ok());
        assert_eq!(CategoryName::parse(&"类".repeat(31)), Err(FieldCode::TooLong));
        assert_eq!(CategoryName::parse("\t"), Err(FieldCode::Required));
        let key = |name| CategoryName::parse(name).unwrap().key();
        assert_eq!(key("ＳＨＯＥＳ"), key("shoes"));
        assert_ne!(key("鞋"), key("鞋子"));
    }
}
