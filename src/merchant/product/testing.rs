//! What the tests of every command on a product share: a past.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::{Asker, InfoSource, Product, ProductEvent};

/// Whose product it is.
pub(crate) const STORE: Uuid = Uuid::from_u128(0x5A);
/// The owner, who does not care about the version.
pub(crate) const OWNER: Asker = Asker { store_id: STORE, expected_version: None };
/// Another store.
pub(crate) const STRANGER: Asker = Asker { store_id: Uuid::from_u128(0x5B), expected_version: None };
/// The item's link.
pub(crate) const URL: &str = "https://item.taobao.com/item.htm?id=520813250866";

/// The start of a given/when/then.
pub(crate) fn scene() -> TestFramework<Product> {
    TestFramework::with(())
}

/// The owner listed the item, in the category 1.
pub(crate) fn listed() -> ProductEvent {
    ProductEvent::Listed {
        store_id: STORE,
        taobao_url: URL.to_owned(),
        taobao_item_id: Some("520813250866".to_owned()),
        coupon_url: "https://uland.taobao.com/c?e=1".to_owned(),
        category_id: Some(Uuid::from_u128(1)),
    }
}

/// The owner listed a short link.
pub(crate) fn listed_short() -> ProductEvent {
    ProductEvent::Listed {
        store_id: STORE,
        taobao_url: "https://m.tb.cn/h.5xYz".to_owned(),
        taobao_item_id: None,
        coupon_url: "https://uland.taobao.com/c?e=1".to_owned(),
        category_id: None,
    }
}

/// The crawler found everything.
pub(crate) fn found() -> ProductEvent {
    ProductEvent::InfoRecorded {
        title: Some("好看的杯子".to_owned()),
        price: Some("19.90".to_owned()),
        image_url: Some("https://img.alicdn.com/a.jpg".to_owned()),
        info_source: InfoSource::Page,
    }
}

/// The owner, on this version.
pub(crate) const fn on(version: i64) -> Asker {
    Asker { store_id: STORE, expected_version: Some(version) }
}
