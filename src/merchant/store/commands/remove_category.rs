//! Remove a category in which there are no products.
//!
//! The store does not know the products: whoever asks counts them first, in the read model. A product that
//! is put into the category at the same moment keeps the name of a category that is gone, and counts as being in none.

use uuid::Uuid;

use crate::merchant::store::error::StoreError;
use crate::merchant::store::event::StoreEvent;
use crate::merchant::store::state::Store;

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoveCategory {
    /// Who asks.
    pub actor_id: Uuid,
    /// The category.
    pub category_id: Uuid,
    /// How many products were in it just now.
    pub products: u64,
}

impl RemoveCategory {
    pub(super) fn decide(self, state: &Store) -> Result<Vec<StoreEvent>, StoreError> {
        state.belongs_to(self.actor_id)?;
        state.category(self.category_id).ok_or(StoreError::UnknownCategory)?;
        if self.products > 0 {
            return Err(StoreError::CategoryInUse);
        }
        Ok(vec![StoreEvent::CategoryRemoved { category_id: self.category_id }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::store::testing::{OWNER, STRANGER, added, opened, scene};

    #[test]
    fn an_empty_category_is_removed_by_the_owner_once() {
        let category_id = Uuid::from_u128(1);
        let remove = |actor_id, products| RemoveCategory { actor_id, category_id, products };
        let removed = StoreEvent::CategoryRemoved { category_id };
        let past = vec![opened(), added(1, "鞋")];
        scene().given(past.clone()).when(remove(OWNER, 0).into()).then_expect_events(vec![removed.clone()]);
        for (past, command, refusal) in [
            (past.clone(), remove(OWNER, 1), StoreError::CategoryInUse),
            (past.clone(), remove(STRANGER, 0), StoreError::NotOwner),
            ([past, vec![removed]].concat(), remove(OWNER, 0), StoreError::UnknownCategory),
            (vec![], remove(OWNER, 0), StoreError::NoStore),
        ] {
            scene().given(past).when(command.into()).then_expect_error(refusal);
        }
    }
}
