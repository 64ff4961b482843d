//! Restore a deleted product as it was. One that is there leaves no trace of it.
//!
//! Whether the item was listed anew meanwhile is not decided here: the event claims it again, and the append refuses.

use crate::merchant::product::error::ProductError;
use crate::merchant::product::event::ProductEvent;
use crate::merchant::product::state::Product;
use crate::merchant::product::values::Asker;

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoreProduct {
    /// Who asks.
    pub asker: Asker,
}

impl RestoreProduct {
    pub(super) fn decide(self, state: &Product) -> Result<Vec<ProductEvent>, ProductError> {
        state.admits(&self.asker)?;
        if !state.is_deleted() {
            return Ok(Vec::new());
        }
        Ok(vec![ProductEvent::Restored {
            store_id: self.asker.store_id,
            taobao_url: state.taobao_url().to_owned(),
            taobao_item_id: state.taobao_item_id().map(str::to_owned),
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::product::testing::{OWNER, STORE, STRANGER, URL, listed, on, scene};

    #[test]
    fn a_deleted_product_comes_back_with_its_item() {
        let restored = ProductEvent::Restored {
            store_id: STORE,
            taobao_url: URL.to_owned(),
            taobao_item_id: Some("520813250866".to_owned()),
        };
        let deleted = || ProductEvent::Deleted {};
        for (past, events) in [
            (vec![listed(), deleted()], vec![restored.clone()]),
            (vec![listed(), deleted(), restored], vec![]),
            (vec![listed()], vec![]),
        ] {
            scene().given(past).when(RestoreProduct { asker: OWNER }.into()).then_expect_events(events);
        }
        for (past, asker, refusal) in [
            (vec![listed(), deleted()], STRANGER, ProductError::NotOwner),
            (vec![listed(), deleted()], on(1), ProductError::VersionMismatch),
            (vec![], OWNER, ProductError::NotFound),
        ] {
            scene().given(past).when(RestoreProduct { asker }.into()).then_expect_error(refusal);
        }
    }
}
