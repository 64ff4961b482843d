//! What an account needs from outside to decide: somebody who hashes passwords.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::values::Password;

/// An answer of the hasher that takes its time.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, HashError>> + Send + 'a>>;

/// Hashes passwords, and tells whether one fits a hash.
pub trait PasswordHasher: Send + Sync + fmt::Debug {
    /// Hashes a new password; the answer is a PHC string that names how it was made.
    fn hash<'a>(&'a self, password: &'a Password) -> Pending<'a, String>;

    /// Tells whether `password` fits `phc`. Without a `phc` nothing fits, and finding that out takes as
    /// long as with one of the current parameters: time must not tell who has an account. An over-long
    /// password fits nothing and takes as long as any.
    fn verify<'a>(&'a self, phc: Option<&'a str>, password: &'a Password) -> Pending<'a, Verdict>;
}

/// How a password fits a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// It is the password.
    pub matches: bool,
    /// The hash was not made the way new ones are made.
    pub outdated: bool,
}

/// Why there is no hash and no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too many are waiting already; refused at once.
    #[error("too many passwords are waiting to be hashed")]
    Overloaded,
    /// No chance, no memory, or a stored hash that cannot be read.
    #[error("the password could not be hashed")]
    Failed,
}

/// The ports an account decides with.
#[derive(Clone, Debug)]
pub struct AccountServices {
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
}
