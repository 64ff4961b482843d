//! What can happen to a product, as it is written into the log for ever.
//!
//! A stored name is never given another meaning. A field may be added with a default; any other change
//! is a new version and an upcaster. Nothing here is personal: what a store lists is public.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::values::{InfoFailure, InfoSource, ListingStatus};
use crate::eventstore::ClaimChange;
use crate::fields::present;

/// Something that happened to a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ProductEvent {
    /// A merchant listed an item.
    #[serde(rename = "product.listed")]
    Listed {
        /// Whose it is.
        store_id: Uuid,
        /// The item's link in canonical form, or a short link.
        taobao_url: String,
        /// The item; null while only a short link is known.
        taobao_item_id: Option<String>,
        /// The coupon's link in canonical form.
        coupon_url: String,
        /// The category of the store that it is in.
        category_id: Option<Uuid>,
    },
    /// The crawler found out about the item. What a person has set by hand is not in it.
    #[serde(rename = "product.info_recorded")]
    InfoRecorded {
        /// What it is called, unless not found or set by hand.
        title: Option<String>,
        /// Yuan with two decimals, unless not found or set by hand.
        price: Option<String>,
        /// Where its picture is, unless not found.
        image_url: Option<String>,
        /// Where this was found.
        info_source: InfoSource,
    },
    /// The crawler gave up.
    #[serde(rename = "product.info_failed")]
    InfoFailed {
        /// Why.
        reason: InfoFailure,
    },
    /// The merchant wants the crawler to look again.
    #[serde(rename = "product.refresh_requested")]
    RefreshRequested {},
    /// Something about the product changed, by its merchant or because a short link was followed.
    #[serde(rename = "product.modified")]
    Modified(Changes),
    /// The merchant deleted the product; the store may list the item anew.
    #[serde(rename = "product.deleted")]
    Deleted {},
    /// The merchant wants it back.
    #[serde(rename = "product.restored")]
    Restored {
        /// Whose it is: for the claim of its item.
        store_id: Uuid,
        /// Its link, as it was.
        taobao_url: String,
        /// Its item, as it was.
        taobao_item_id: Option<String>,
    },
}

/// What changed; what is absent stayed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Whose it is: for the claim of its item.
    pub store_id: Uuid,
    /// Another link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taobao_url: Option<String>,
    /// There whenever the link leads to another item: that item, or null for a short link's. What the
    /// crawler had found out counts no more; what a person set by hand stays.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub taobao_item_id: Option<Option<String>>,
    /// Another coupon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon_url: Option<String>,
    /// Set by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Set by hand: yuan with two decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// Another category, or null for none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub category_id: Option<Option<Uuid>>,
    /// Taken off the list or put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ListingStatus>,
}

/// The kind of the claim by which a store lists an item once.
const ITEM: &str = "item_in_store";

/// The item's id; where only a short link is known, that link stands for it. No id holds a `/`.
fn item(store_id: Uuid, taobao_url: &str, taobao_item_id: Option<&str>) -> ClaimChange {
    let value = taobao_item_id.unwrap_or(taobao_url).to_owned();
    ClaimChange::Take { kind: ITEM, scope: store_id.to_string(), value }
}

impl ProductEvent {
    /// What this event does to the unique values the product holds.
    #[must_use]
    pub fn claims(&self) -> Vec<ClaimChange> {
        match self {
            Self::Listed { store_id, taobao_url, taobao_item_id, .. }
            | Self::Restored { store_id, taobao_url, taobao_item_id } => {
                vec![item(*store_id, taobao_url, taobao_item_id.as_deref())]
            }
            Self::Modified(Changes { store_id, taobao_url: Some(url), taobao_item_id: Some(id), .. }) => {
                vec![ClaimChange::Release { kind: ITEM }, item(*store_id, url, id.as_deref())]
            }
            Self::Deleted {} => vec![ClaimChange::Release { kind: ITEM }],
            _ => Vec::new(),
        }
    }

    /// The name under which the event is stored.
    #[must_use]
    pub const fn stored_name(&self) -> &'static str {
        match self {
            Self::Listed { .. } => "product.listed",
            Self::InfoRecorded { .. } => "product.info_recorded",
            Self::InfoFailed { .. } => "product.info_failed",
            Self::RefreshRequested {} => "product.refresh_requested",
            Self::Modified(_) => "product.modified",
            Self::Deleted {} => "product.deleted",
            Self::Restored { .. } => "product.restored",
        }
    }
}

impl DomainEvent for ProductEvent {
    fn event_type(&self) -> String {
        self.stored_name().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::product::testing::{STORE, listed};
    use serde_json::json;

    fn taken(value: &str) -> ClaimChange {
        ClaimChange::Take { kind: "item_in_store", scope: STORE.to_string(), value: value.to_owned() }
    }

    fn modified(changes: Changes) -> ProductEvent {
        ProductEvent::Modified(Changes { store_id: STORE, ..changes })
    }

    #[test]
    fn the_stored_form_carries_the_stored_name_and_reads_back() {
        let (title, price) = (Some("杯".to_owned()), None);
        for event in [
            listed(),
            ProductEvent::InfoRecorded { title, price, image_url: None, info_source: InfoSource::Page },
            ProductEvent::InfoFailed { reason: InfoFailure::NeedsLogin },
            ProductEvent::RefreshRequested {},
            modified(Changes::default()),
            modified(Changes { taobao_item_id: Some(None), category_id: Some(None), ..Changes::default() }),
            modified(Changes { category_id: Some(Some(STORE)), ..Changes::default() }),
            ProductEvent::Deleted {},
            ProductEvent::Restored { store_id: STORE, taobao_url: "u".to_owned(), taobao_item_id: None },
        ] {
            let stored = serde_json::to_value(&event).unwrap();
            assert_eq!(stored.get("type").unwrap(), event.event_type().as_str());
            assert_eq!(event.event_version(), "1");
            assert_eq!(serde_json::from_value::<ProductEvent>(stored).unwrap(), event);
        }
    }

    #[test]
    fn absent_and_null_are_two_things() {
        let event = modified(Changes { category_id: Some(None), ..Changes::default() });
        let stored = json!({"type": "product.modified", "store_id": STORE, "category_id": null});
        assert_eq!(serde_json::to_value(event).unwrap(), stored);
    }

    #[test]
    fn an_item_is_claimed_in_its_store_by_its_id_or_else_by_its_short_link() {
        assert_eq!(listed().claims(), [taken("520813250866")]);
        let short = "https://m.tb.cn/h.5xYz".to_owned();
        let release = ClaimChange::Release { kind: "item_in_store" };
        let other = |id: Option<&str>| {
            let taobao_item_id = Some(id.map(str::to_owned));
            modified(Changes { taobao_url: Some(short.clone()), taobao_item_id, ..Changes::default() })
        };
        assert_eq!(other(None).claims(), [release.clone(), taken(&short)]);
        assert_eq!(other(Some("7")).claims(), [release.clone(), taken("7")]);
        assert_eq!(modified(Changes { taobao_url: Some(short), ..Changes::default() }).claims(), []);
        assert_eq!(ProductEvent::Deleted {}.claims(), [release]);
    }
}
