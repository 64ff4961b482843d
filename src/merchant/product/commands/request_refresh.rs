//! Request a refresh: have the crawler look again.
//!
//! Also while it is to look anyway: whatever became of its task, a merchant who waits can always send it anew. Of
//! two tasks for one product, the one that comes later finds it known and does nothing.

use crate::merchant::product::error::ProductError;
use crate::merchant::product::event::ProductEvent;
use crate::merchant::product::state::Product;
use crate::merchant::product::values::Asker;

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestRefresh {
    /// Who asks.
    pub asker: Asker,
}

impl RequestRefresh {
    pub(super) fn decide(self, state: &Product) -> Result<Vec<ProductEvent>, ProductError> {
        state.exists()?;
        state.admits(&self.asker)?;
        Ok(vec![ProductEvent::RefreshRequested {}])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::product::testing::{OWNER, STRANGER, found, listed, on, scene};
    use crate::merchant::product::values::InfoFailure;

    #[test]
    fn the_crawler_is_sent_again_whatever_became_of_it() {
        let again = || ProductEvent::RefreshRequested {};
        let failed = ProductEvent::InfoFailed { reason: InfoFailure::Unreachable };
        for past in [
            vec![listed(), found()],
            vec![listed(), failed],
            vec![listed()],
            vec![listed(), found(), again()],
        ] {
            scene()
                .given(past)
                .when(RequestRefresh { asker: OWNER }.into())
                .then_expect_events(vec![again()]);
        }
        for (past, asker, refusal) in [
            (vec![listed()], STRANGER, ProductError::NotOwner),
            (vec![listed()], on(2), ProductError::VersionMismatch),
            (vec![listed(), ProductEvent::Deleted {}], OWNER, ProductError::NotFound),
            (vec![], OWNER, ProductError::NotFound),
        ] {
            scene().given(past).when(RequestRefresh { asker }.into()).then_expect_error(refusal);
        }
    }
}
