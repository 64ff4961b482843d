//! What the crawler needs from outside: somebody who knows what a Taobao item is called, costs and looks like.
//!
//! Nobody here is asked for a promise. A title, a price or an image is what the source said when it was asked,
//! and [`ProductInfo::source`] says which kind of source that was: pages are known to carry prices that are not
//! the item's, so a price from a page is to be shown as such.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// An answer that takes its time.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<ProductInfo, FetchError>> + Send + 'a>>;

/// An item somebody listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemToFetch {
    /// Its canonical address, for example `https://item.taobao.com/item.htm?id=520813250866`, or a short link.
    pub url: String,
    /// Its id at Taobao; `None` for a short link that nobody has followed yet.
    pub item_id: Option<String>,
}

/// What kind of source said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InfoSource {
    /// The item's page.
    Page,
    /// Taobao's Open Platform.
    Api,
}

impl InfoSource {
    /// As it stands in events and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
        }
    }
}

/// What a source knows of an item. What it does not know, or says in two ways, is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductInfo {
    /// The item's id at Taobao: the one asked for, or the one a short link led to.
    pub item_id: Option<String>,
    /// One line of 1 to 120 characters.
    pub title: Option<String>,
    /// Yuan with two decimals, for example `19.90`; from 0.01 to 9999999.99.
    pub price: Option<String>,
    /// The main image's address, always `https`.
    pub image_url: Option<String>,
    /// Who said so.
    pub source: InfoSource,
}

/// Why there is nothing to record. The reasons hold no address and no key, since merchants and operators read them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// It may work later.
    #[error("{why}")]
    Later {
        /// The reason, for example `Taobao answered 503`.
        why: String,
        /// Not before this long, if the other side or our own politeness says so.
        after: Option<Duration>,
    },
    /// Nobody was asked: the host's turn for this one comes later.
    #[error("the turn of this host comes later")]
    NotYet {
        /// How much later.
        after: Duration,
    },
    /// It will not work until somebody changes something.
    #[error("{reason}")]
    Failed {
        /// One of `needs_login`, `not_found`, `blocked`, `unreadable`, `unreachable`, `forbidden_address` and
        /// `misconfigured`.
        reason: &'static str,
    },
}

/// Knows items.
pub trait ProductSource: Send + Sync + fmt::Debug {
    /// Asks once for one item.
    fn fetch<'a>(&'a self, item: &'a ItemToFetch) -> Fetching<'a>;
}
