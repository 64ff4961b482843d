//! Record that a verification was sent: what the reactor reports once somebody carries the code.

use uuid::Uuid;

use crate::account::event::AccountEvent;
use crate::account::state::Account;

/// The command. Reporting twice, or of a code that is used or replaced already, leaves no trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordVerificationSent {
    /// The code's id.
    pub verification_id: Uuid,
}

impl RecordVerificationSent {
    pub(super) fn decide(&self, state: &Account) -> Vec<AccountEvent> {
        let verification_id = self.verification_id;
        let awaited = state.codes().awaits_delivery(verification_id);
        awaited.then_some(AccountEvent::VerificationSent { verification_id }).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::testing::{FakeHasher, at, registered, requested, scene};
    use crate::account::{Channel, Purpose};

    #[test]
    fn a_delivery_is_recorded_once() {
        let verification_id = Uuid::from_u128(1);
        let past =
            vec![registered(), requested(verification_id, Purpose::VerifyContact, Channel::Sms, at(0))];
        let sent = AccountEvent::VerificationSent { verification_id };
        let command = RecordVerificationSent { verification_id };
        scene(&FakeHasher::default())
            .given(past.clone())
            .when(command.clone().into())
            .then_expect_events(vec![sent.clone()]);
        for past in [[past, vec![sent]].concat(), vec![registered()], vec![]] {
            scene(&FakeHasher::default()).given(past).when(command.clone().into()).then_expect_events(vec![]);
        }
    }
}
