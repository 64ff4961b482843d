//! Taobao and Tmall, asked for what an item is called, costs and looks like.
//!
//! [`top`] asks the Open Platform, whose answers are facts; [`fetch`] reads the item's page ([`page`]), as anybody
//! can, for what it is worth. [`Taobao`] asks the first if there is a key for it, and else, or when that knows
//! nothing, the second. Both at the same polite pace, each host its own. What Taobao refuses is reported and never got
//! around.

pub mod fetch;
mod hosts;
pub mod page;
pub mod top;

use crate::reactors::product_source::{FetchError, Fetching, ItemToFetch, ProductInfo, ProductSource};
use fetch::ItemPages;
use top::OpenPlatform;

/// Both sources, in their order.
#[derive(Debug)]
pub struct Taobao {
    platform: Option<OpenPlatform>,
    pages: ItemPages,
}

impl Taobao {
    /// Asks `platform` first, if there is one, then `pages`.
    #[must_use]
    pub fn new(platform: Option<OpenPlatform>, pages: ItemPages) -> Self {
        Self { platform, pages }
    }

    async fn ask(&self, platform: &OpenPlatform, item: &ItemToFetch) -> Result<ProductInfo, FetchError> {
        // A short link is followed once, for both.
        let item_id = Some(self.pages.item_id(item).await?);
        let item = ItemToFetch { item_id, ..item.clone() };
        self.pages.turn(platform.host()).await?;
        let refused = match platform.fetch(&item).await {
            Ok(info) => return Ok(info),
            Err(error) => error,
        };
        if let FetchError::Later { after: Some(after), .. } = &refused {
            // Too many calls: nothing is wrong with the item, and its page knows less.
            self.pages.quiet(platform.host(), *after).await?;
            return Err(refused);
        }
        let from_page = self.pages.fetch(&item).await;
        match (from_page, refused) {
            // The page is closed, but the platform was only out of order: it may know the item later.
            (
                Err(FetchError::Failed { reason: "needs_login" | "blocked" | "unreadable" }),
                later @ FetchError::Later { .. },
            ) => Err(later),
            (from_page, _) => from_page,
        }
    }
}

impl ProductSource for Taobao {
    /// At most 14 s, whoever is asked.
    fn fetch<'a>(&'a self, item: &'a ItemToFetch) -> Fetching<'a> {
        let Some(platform) = &self.platform else { return self.pages.fetch(item) };
        Box::pin(async move {
            let asked = tokio::time::timeout(fetch::FETCH_TIME, self.ask(platform, item)).await;
            asked.unwrap_or_else(|_| {
                Err(FetchError::Later { why: "Taobao did not answer in time".to_owned(), after: None })
            })
        })
    }
}
