//! What an account is known by.

use super::{Email, Phone, Username};

/// The three values that only one account holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name.
    pub username: Username,
    /// The address.
    pub email: Email,
    /// The number.
    pub phone: Phone,
}
