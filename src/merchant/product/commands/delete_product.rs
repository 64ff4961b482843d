//! Delete a product. It can be restored; until then it is in no answer, and its item may be listed anew.

use crate::merchant::product::error::ProductError;
use crate::merchant::product::event::ProductEvent;
use crate::merchant::product::state::Product;
use crate::merchant::product::values::Asker;

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeleteProduct {
    /// Who asks.
    pub asker: Asker,
}

impl DeleteProduct {
    pub(super) fn decide(self, state: &Product) -> Result<Vec<ProductEvent>, ProductError> {
        state.exists()?;
        state.admits(&self.asker)?;
        Ok(vec![ProductEvent::Deleted {}])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::product::testing::{OWNER, STRANGER, listed, on, scene};

    #[test]
    fn a_product_is_deleted_by_its_owner_once() {
        for asker in [OWNER, on(1)] {
            scene()
                .given(vec![listed()])
                .when(DeleteProduct { asker }.into())
                .then_expect_events(vec![ProductEvent::Deleted {}]);
        }
        for (past, asker, refusal) in [
            (vec![listed()], STRANGER, ProductError::NotOwner),
            (vec![listed()], on(7), ProductError::VersionMismatch),
            (vec![listed(), ProductEvent::Deleted {}], OWNER, ProductError::NotFound),
            (vec![], OWNER, ProductError::NotFound),
        ] {
            scene().given(past).when(DeleteProduct { asker }.into()).then_expect_error(refusal);
        }
    }
}
