//! What must be known of a product to decide about its next command, folded from its events.

use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::commands::ProductCommand;
use super::error::ProductError;
use super::event::{Changes, ProductEvent};
use super::values::{Asker, ListingStatus};

/// A product as its events left it. The default is a product nobody has listed yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Product {
    /// The number of its events.
    version: i64,
    store_id: Option<Uuid>,
    taobao_url: String,
    taobao_item_id: Option<String>,
    coupon_url: String,
    category_id: Option<Uuid>,
    status: ListingStatus,
    info: InfoStatus,
    /// Set by hand: not the crawler's to change.
    title: Option<String>,
    /// Set by hand: not the crawler's to change.
    price: Option<String>,
    deleted: bool,
}

/// How far finding out about a product has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InfoStatus {
    /// The crawler is to look.
    #[default]
    Pending,
    /// The crawler found it.
    Fetched,
    /// The crawler gave up.
    Failed,
}

impl Product {
    /// Whether it is there, and not deleted.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        self.store_id.is_some() && !self.deleted
    }

    /// Whether it was ever listed and is deleted now.
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        self.deleted
    }

    /// The number of its events.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// Whose it is.
    #[must_use]
    pub const fn store_id(&self) -> Option<Uuid> {
        self.store_id
    }

    /// Its link in canonical form.
    #[must_use]
    pub fn taobao_url(&self) -> &str {
        &self.taobao_url
    }

    /// Its item, unless only a short link is known.
    #[must_use]
    pub fn taobao_item_id(&self) -> Option<&str> {
        self.taobao_item_id.as_deref()
    }

    /// Its coupon's link.
    #[must_use]
    pub fn coupon_url(&self) -> &str {
        &self.coupon_url
    }

    /// The category it was put into.
    #[must_use]
    pub const fn category_id(&self) -> Option<Uuid> {
        self.category_id
    }

    /// Whether it is on the list.
    #[must_use]
    pub const fn status(&self) -> ListingStatus {
        self.status
    }

    /// How far finding out about it has come.
    #[must_use]
    pub const fn info(&self) -> InfoStatus {
        self.info
    }

    /// The title, if a person set it.
    #[must_use]
    pub fn title_by_hand(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The price, if a person set it.
    #[must_use]
    pub fn price_by_hand(&self) -> Option<&str> {
        self.price.as_deref()
    }

    /// Nothing can be asked of a product that there is not.
    pub(super) const fn exists(&self) -> Result<(), ProductError> {
        if self.is_there() { Ok(()) } else { Err(ProductError::NotFound) }
    }

    /// Nobody but its store may change it, and only on the version that the caller has seen.
    pub(super) fn admits(&self, asker: &Asker) -> Result<(), ProductError> {
        match self.store_id {
            None => Err(ProductError::NotFound),
            Some(store_id) if store_id != asker.store_id => Err(ProductError::NotOwner),
            Some(_) if asker.expected_version.is_some_and(|expected| expected != self.version) => {
                Err(ProductError::VersionMismatch)
            }
            Some(_) => Ok(()),
        }
    }

    fn change(&mut self, changes: Changes) {
        let Changes {
            store_id: _,
            taobao_url,
            taobao_item_id,
            coupon_url,
            title,
            price,
            category_id,
            status,
        } = changes;
        if let Some(item) = taobao_item_id {
            self.taobao_item_id = item;
            self.info = InfoStatus::Pending;
        }
        self.taobao_url = taobao_url.unwrap_or_else(|| std::mem::take(&mut self.taobao_url));
        self.coupon_url = coupon_url.unwrap_or_else(|| std::mem::take(&mut self.coupon_url));
        self.title = title.or_else(|| self.title.take());
        self.price = price.or_else(|| self.price.take());
        self.category_id = category_id.unwrap_or(self.category_id);
        self.status = status.unwrap_or(self.status);
    }
}

impl Aggregate for Product {
    const TYPE: &'static str = "product";
    type Command = ProductCommand;
    type Event = ProductEvent;
    type Error = ProductError;
    type Services = ();

    async fn handle(
        &mut self,
        command: ProductCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ProductError> {
        for event in command.decide(self)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ProductEvent) {
        self.version += 1;
        match event {
            ProductEvent::Listed { store_id, taobao_url, taobao_item_id, coupon_url, category_id } => {
                let (version, store_id) = (self.version, Some(store_id));
                *self = Self {
                    version,
                    store_id,
                    taobao_url,
                    taobao_item_id,
                    coupon_url,
                    category_id,
                    ..Self::default()
                };
            }
            ProductEvent::InfoRecorded { title: _, price: _, image_url: _, info_source: _ } => {
                self.info = InfoStatus::Fetched;
            }
            ProductEvent::InfoFailed { reason: _ } => self.info = InfoStatus::Failed,
            ProductEvent::RefreshRequested {} => self.info = InfoStatus::Pending,
            ProductEvent::Modified(changes) => self.change(changes),
            ProductEvent::Deleted {} => self.deleted = true,
            ProductEvent::Restored { store_id: _, taobao_url: _, taobao_item_id: _ } => self.deleted = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::product::testing::{STORE, found, listed};

    #[test]
    fn the_events_of_a_life_leave_the_latest_of_everything() {
        let mut product = Product::default();
        assert!(!product.is_there() && !product.is_deleted());
        product.apply(listed());
        assert!(product.is_there());
        assert_eq!(
            (product.version(), product.info(), product.store_id()),
            (1, InfoStatus::Pending, Some(STORE))
        );
        product.apply(found());
        assert_eq!((product.version(), product.info()), (2, InfoStatus::Fetched));
        product.apply(ProductEvent::Modified(Changes {
            store_id: STORE,
            title: Some("杯".to_owned()),
            taobao_url: Some("https://m.tb.cn/h.5xYz".to_owned()),
            taobao_item_id: Some(None),
            status: Some(ListingStatus::Delisted),
            category_id: Some(None),
            ..Changes::default()
        }));
        assert_eq!((product.title_by_hand(), product.price_by_hand()), (Some("杯"), None));
        assert_eq!((product.taobao_item_id(), product.taobao_url()), (None, "https://m.tb.cn/h.5xYz"));
        assert_eq!((product.info(), product.status()), (InfoStatus::Pending, ListingStatus::Delisted));
        assert_eq!((product.category_id(), product.coupon_url()), (None, "https://uland.taobao.com/c?e=1"));
        product.apply(ProductEvent::Deleted {});
        assert!(product.is_deleted() && !product.is_there());
        assert_eq!(product.version(), 4);
        let stored = serde_json::to_string(&product).unwrap();
        assert_eq!(serde_json::from_str::<Product>(&stored).unwrap(), product);
        assert_eq!(serde_json::from_str::<Product>("{}").unwrap(), Product::default());
    }
}
