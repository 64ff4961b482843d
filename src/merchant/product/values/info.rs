//! Words with fixed spellings: whether a product is on the list, and what became of finding out about it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether shoppers see a product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListingStatus {
    /// On the list.
    #[default]
    Listed,
    /// Taken off for now.
    Delisted,
}

impl ListingStatus {
    /// The status of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Listed, Self::Delisted].into_iter().find(|status| status.as_str() == name)
    }

    /// Its name in the contract and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Delisted => "delisted",
        }
    }
}

/// Where the crawler found what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InfoSource {
    /// The item's page. Its price is a hint: pages carry decoys.
    Page,
    /// The open platform's interface.
    Api,
}

/// Why nothing was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InfoFailure {
    /// Taobao shows the item to those who are logged in only.
    NeedsLogin,
    /// There is no such item (any more).
    NotFound,
    /// Taobao asks for a proof of being human, or refuses.
    Blocked,
    /// What came was no page of an item, or too large a one.
    Unreadable,
    /// No answer in all tries.
    Unreachable,
    /// The short link leads to no item.
    NoItem,
    /// The short link leads to an item that the store has listed already.
    AlreadyListed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_words_are_those_of_the_contract() {
        for status in [ListingStatus::Listed, ListingStatus::Delisted] {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
            assert_eq!(ListingStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(ListingStatus::parse("Listed"), None);
        for (word, value) in [
            ("needs_login", InfoFailure::NeedsLogin),
            ("not_found", InfoFailure::NotFound),
            ("blocked", InfoFailure::Blocked),
            ("unreadable", InfoFailure::Unreadable),
            ("unreachable", InfoFailure::Unreachable),
            ("no_item", InfoFailure::NoItem),
            ("already_listed", InfoFailure::AlreadyListed),
        ] {
            assert_eq!(serde_json::to_value(value).unwrap(), word);
        }
        assert_eq!(
            serde_json::to_value([InfoSource::Page, InfoSource::Api]).unwrap(),
            serde_json::json!(["page", "api"])
        );
    }
}
