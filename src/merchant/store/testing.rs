//! What the tests of every command on a store share: a past.

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::{CategoryName, Store, StoreEvent};

/// Who opened the store.
pub(crate) const OWNER: Uuid = Uuid::from_u128(0xA);
/// Somebody else.
pub(crate) const STRANGER: Uuid = Uuid::from_u128(0xB);

/// The start of a given/when/then.
pub(crate) fn scene() -> TestFramework<Store> {
    TestFramework::with(())
}

/// The owner opened the store.
pub(crate) fn opened() -> StoreEvent {
    StoreEvent::Opened { owner_id: OWNER, name: "好店".to_owned() }
}

/// The category with this id was added.
pub(crate) fn added(id: u128, name: &str) -> StoreEvent {
    StoreEvent::CategoryAdded { category_id: Uuid::from_u128(id), name: name.to_owned() }
}

/// A category's name.
pub(crate) fn called(name: &str) -> CategoryName {
    CategoryName::parse(name).unwrap()
}
