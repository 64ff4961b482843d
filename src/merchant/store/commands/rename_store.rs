//! Rename the store. The name it has already leaves no trace.

use uuid::Uuid;

use crate::merchant::store::error::StoreError;
use crate::merchant::store::event::StoreEvent;
use crate::merchant::store::state::Store;
use crate::merchant::store::values::StoreName;

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameStore {
    /// Who asks.
    pub actor_id: Uuid,
    /// What it shall be called.
    pub name: StoreName,
}

impl RenameStore {
    pub(super) fn decide(&self, state: &Store) -> Result<Vec<StoreEvent>, StoreError> {
        state.belongs_to(self.actor_id)?;
        if state.name() == self.name.as_str() {
            return Ok(Vec::new());
        }
        Ok(vec![StoreEvent::Renamed { name: self.name.as_str().to_owned() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::store::testing::{OWNER, STRANGER, opened, scene};

    fn rename(actor_id: Uuid, name: &str) -> RenameStore {
        RenameStore { actor_id, name: StoreName::parse(name).unwrap() }
    }

    #[test]
    fn the_owner_renames_and_nobody_else() {
        let renamed = vec![StoreEvent::Renamed { name: "新店".to_owned() }];
        for (name, events) in [("新店", renamed), ("好店", vec![])] {
            scene().given(vec![opened()]).when(rename(OWNER, name).into()).then_expect_events(events);
        }
        for (past, refusal) in [(vec![opened()], StoreError::NotOwner), (vec![], StoreError::NoStore)] {
            scene().given(past).when(rename(STRANGER, "新店").into()).then_expect_error(refusal);
        }
    }
}
