//! Rename a category. The name it has already, spelt in the same way, leaves no trace.

use uuid::Uuid;

use crate::merchant::store::error::StoreError;
use crate::merchant::store::event::StoreEvent;
use crate::merchant::store::state::Store;
use crate::merchant::store::values::CategoryName;

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameCategory {
    /// Who asks.
    pub actor_id: Uuid,
    /// The category.
    pub category_id: Uuid,
    /// What it shall be called.
    pub name: CategoryName,
}

impl RenameCategory {
    pub(super) fn decide(&self, state: &Store) -> Result<Vec<StoreEvent>, StoreError> {
        state.belongs_to(self.actor_id)?;
        let current = state.category(self.category_id).ok_or(StoreError::UnknownCategory)?;
        if current == self.name.as_str() {
            return Ok(Vec::new());
        }
        state.is_free(&self.name, self.category_id)?;
        let name = self.name.as_str().to_owned();
        Ok(vec![StoreEvent::CategoryRenamed { category_id: self.category_id, name }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::store::testing::{OWNER, STRANGER, added, called, opened, scene};

    fn rename(actor_id: Uuid, id: u128, name: &str) -> RenameCategory {
        RenameCategory { actor_id, category_id: Uuid::from_u128(id), name: called(name) }
    }

    #[test]
    fn a_category_may_change_its_own_spelling_but_not_take_anothers_name() {
        let past = vec![opened(), added(1, "Shoes"), added(2, "帽")];
        for (name, events) in [("SHOES", vec![("SHOES", 1)]), ("鞋", vec![("鞋", 1)]), ("Shoes", vec![])] {
            let renamed = |(name, id): (&str, u128)| StoreEvent::CategoryRenamed {
                category_id: Uuid::from_u128(id),
                name: name.to_owned(),
            };
            scene()
                .given(past.clone())
                .when(rename(OWNER, 1, name).into())
                .then_expect_events(events.into_iter().map(renamed).collect());
        }
        for (command, refusal) in [
            (rename(OWNER, 1, "帽"), StoreError::NameTaken),
            (rename(OWNER, 3, "衣"), StoreError::UnknownCategory),
            (rename(STRANGER, 1, "衣"), StoreError::NotOwner),
        ] {
            scene().given(past.clone()).when(command.into()).then_expect_error(refusal);
        }
    }
}
