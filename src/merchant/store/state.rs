//! What must be known of a store to decide about its next command, folded from its events.

use std::collections::BTreeMap;

use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::commands::StoreCommand;
use super::error::StoreError;
use super::event::StoreEvent;
use super::values::CategoryName;
use crate::fields::text::folded;

/// The most categories a store has.
pub const MOST_CATEGORIES: usize = 200;

/// A store as its events left it. The default is a store nobody has opened yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Store {
    owner_id: Option<Uuid>,
    name: String,
    categories: BTreeMap<Uuid, String>,
}

impl Store {
    /// Whether somebody has opened it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.owner_id.is_some()
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The category's name, if the store has that category.
    #[must_use]
    pub fn category(&self, category_id: Uuid) -> Option<&str> {
        self.categories.get(&category_id).map(String::as_str)
    }

    /// The category of that name, as names are compared.
    #[must_use]
    pub fn category_named(&self, name: &CategoryName) -> Option<Uuid> {
        let key = name.key();
        self.categories.iter().find_map(|(id, known)| (folded(known) == key).then_some(*id))
    }

    /// How many categories it has.
    #[must_use]
    pub fn categories(&self) -> usize {
        self.categories.len()
    }

    /// Nobody but the owner may ask anything of a store.
    pub(super) fn belongs_to(&self, actor_id: Uuid) -> Result<(), StoreError> {
        match self.owner_id {
            None => Err(StoreError::NoStore),
            Some(owner_id) if owner_id != actor_id => Err(StoreError::NotOwner),
            Some(_) => Ok(()),
        }
    }

    /// A name may be given to `category_id` when no other category has it.
    pub(super) fn is_free(&self, name: &CategoryName, category_id: Uuid) -> Result<(), StoreError> {
        let holder = self.category_named(name).filter(|holder| *holder != category_id);
        holder.map_or(Ok(()), |_| Err(StoreError::NameTaken))
    }
}

impl Aggregate for Store {
    const TYPE: &'static str = "store";
    type Command = StoreCommand;
    type Event = StoreEvent;
    type Error = StoreError;
    type Services = ();

    async fn handle(
        &mut self,
        command: StoreCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), StoreError> {
        for event in command.decide(self)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: StoreEvent) {
        match event {
            StoreEvent::Opened { owner_id, name } => {
                *self = Self { owner_id: Some(owner_id), name, ..Self::default() };
            }
            StoreEvent::Renamed { name } => self.name = name,
            StoreEvent::CategoryAdded { category_id, name }
            | StoreEvent::CategoryRenamed { category_id, name } => {
                self.categories.insert(category_id, name);
            }
            StoreEvent::CategoryRemoved { category_id } => {
                self.categories.remove(&category_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::store::testing::{added, opened};

    #[test]
    fn the_events_of_a_life_leave_the_latest_of_everything() {
        let mut store = Store::default();
        assert!(!store.is_open());
        let one = Uuid::from_u128(1);
        for event in [
            opened(),
            added(1, "鞋"),
            added(2, "帽"),
            StoreEvent::Renamed { name: "新店".to_owned() },
            StoreEvent::CategoryRenamed { category_id: one, name: "Shoes".to_owned() },
            StoreEvent::CategoryRemoved { category_id: Uuid::from_u128(2) },
        ] {
            store.apply(event);
        }
        assert!(store.is_open());
        assert_eq!((store.name(), store.category(one), store.categories()), ("新店", Some("Shoes"), 1));
        assert_eq!(store.category_named(&CategoryName::parse("ｓHOES").unwrap()), Some(one));
        assert_eq!(store.category_named(&CategoryName::parse("帽").unwrap()), None);
        let stored = serde_json::to_string(&store).unwrap();
        assert_eq!(serde_json::from_str::<Store>(&stored).unwrap(), store);
        assert_eq!(serde_json::from_str::<Store>("{}").unwrap(), Store::default());
    }
}
