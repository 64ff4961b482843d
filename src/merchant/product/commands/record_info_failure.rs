//! Record that the crawler gave up, and why. What failed for a link that the product has no more leaves no trace.

use crate::merchant::product::error::ProductError;
use crate::merchant::product::event::ProductEvent;
use crate::merchant::product::state::Product;
use crate::merchant::product::values::InfoFailure;

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordInfoFailure {
    /// The link that was fetched, in canonical form.
    pub taobao_url: String,
    /// Why there is nothing.
    pub reason: InfoFailure,
}

impl RecordInfoFailure {
    pub(super) fn decide(&self, state: &Product) -> Result<Vec<ProductEvent>, ProductError> {
        state.exists()?;
        if state.taobao_url() != self.taobao_url {
            return Ok(Vec::new());
        }
        Ok(vec![ProductEvent::InfoFailed { reason: self.reason }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::product::testing::{URL, listed, listed_short, scene};

    #[test]
    fn a_failure_is_recorded_for_the_link_that_failed() {
        let failed = RecordInfoFailure { taobao_url: URL.to_owned(), reason: InfoFailure::NeedsLogin };
        let event = ProductEvent::InfoFailed { reason: InfoFailure::NeedsLogin };
        for (past, events) in [(listed(), vec![event]), (listed_short(), vec![])] {
            scene().given(vec![past]).when(failed.clone().into()).then_expect_events(events);
        }
        scene()
            .given(vec![listed(), ProductEvent::Deleted {}])
            .when(failed.into())
            .then_expect_error(ProductError::NotFound);
    }
}
