//! Request a refresh: have the crawler look again. Where it is to look anyway, nothing happens.

use crate::merchant::product::error::ProductError;
use crate::merchant::product::event::ProductEvent;
use crate::merchant::product::state::{InfoStatus, Product};
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
        if state.info() == InfoStatus::Pending {
            return Ok(Vec::new());
        }
        Ok(vec![ProductEvent::RefreshRequested {}])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::product::testing::{OWNER, STRANGER, found, listed, on, scene};
    use crate::merchant::product::values::InfoFailure;

    #[test]
    fn the_crawler_is_sent_again_once_it_is_done() {
        let again = || ProductEvent::RefreshRequested {};
        let failed = ProductEvent::InfoFailed { reason: InfoFailure::Unreachable };
        for (past, events) in [
            (vec![listed(), found()], vec![again()]),
            (vec![listed(), failed], vec![again()]),
            (vec![listed()], vec![]),
            (vec![listed(), found(), again()], vec![]),
        ] {
            scene().given(past).when(RequestRefresh { asker: OWNER }.into()).then_expect_events(events);
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
