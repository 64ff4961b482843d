//! What can happen to a store, as it is written into the log for ever.
//!
//! A stored name is never given another meaning. A field may be added with a default; any other change
//! is a new version and an upcaster. Nothing here is personal: a store's name is public.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::eventstore::ClaimChange;

/// Something that happened to a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum StoreEvent {
    /// A user opened the store.
    #[serde(rename = "store.opened")]
    Opened {
        /// The account whose store it is.
        owner_id: Uuid,
        /// What it is called.
        name: String,
    },
    /// The owner gave it another name.
    #[serde(rename = "store.renamed")]
    Renamed {
        /// What it is called from now on.
        name: String,
    },
    /// There is a category more to sort products into.
    #[serde(rename = "store.category_added")]
    CategoryAdded {
        /// The category.
        category_id: Uuid,
        /// What it is called.
        name: String,
    },
    /// A category has another name.
    #[serde(rename = "store.category_renamed")]
    CategoryRenamed {
        /// The category.
        category_id: Uuid,
        /// What it is called from now on.
        name: String,
    },
    /// A category is gone. A product that still names it counts as being in none.
    #[serde(rename = "store.category_removed")]
    CategoryRemoved {
        /// The category.
        category_id: Uuid,
    },
}

impl StoreEvent {
    /// The kind of the claim by which a user has one store.
    pub const OWNER_CLAIM: &'static str = "store_owner";

    /// What this event does to the unique values the store holds.
    #[must_use]
    pub fn claims(&self) -> Vec<ClaimChange> {
        match self {
            Self::Opened { owner_id, .. } => vec![ClaimChange::take(Self::OWNER_CLAIM, owner_id.to_string())],
            _ => Vec::new(),
        }
    }

    /// The name under which the event is stored.
    #[must_use]
    pub const fn stored_name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "store.opened",
            Self::Renamed { .. } => "store.renamed",
            Self::CategoryAdded { .. } => "store.category_added",
            Self::CategoryRenamed { .. } => "store.category_renamed",
            Self::CategoryRemoved { .. } => "store.category_removed",
        }
    }
}

impl DomainEvent for StoreEvent {
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
    use crate::merchant::store::testing::{OWNER, added, opened};

    #[test]
    fn the_stored_form_carries_the_stored_name_and_reads_back() {
        let name = "新".to_owned();
        for event in [
            opened(),
            StoreEvent::Renamed { name: name.clone() },
            added(1, "鞋"),
            StoreEvent::CategoryRenamed { category_id: Uuid::from_u128(1), name },
            StoreEvent::CategoryRemoved { category_id: Uuid::from_u128(1) },
        ] {
            let stored = serde_json::to_value(&event).unwrap();
            assert_eq!(stored.get("type").unwrap(), event.event_type().as_str());
            assert_eq!(event.event_version(), "1");
            let claims = event.claims();
            assert_eq!(claims.is_empty(), event != opened());
            assert_eq!(serde_json::from_value::<StoreEvent>(stored).unwrap(), event);
        }
        assert_eq!(opened().claims(), [ClaimChange::take("store_owner", OWNER.to_string())]);
    }
}
