//! Every reason for which an account refuses, each with the stable code that clients rely on.

use std::time::Duration;

use super::ports::HashError;
use crate::fields::FieldError;

/// What an account says when it refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Unknown account or wrong password; which of the two is nobody's business.
    #[error("the credentials are wrong")]
    InvalidCredentials,
    /// The stream already holds an account.
    #[error("the account is already registered")]
    AlreadyRegistered,
    /// The command needs an account, and there is none.
    #[error("the account is not registered")]
    NotRegistered,
    /// Other accounts hold these values.
    #[error("already taken: {}", .0.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", "))]
    AlreadyTaken(Vec<TakenField>),
    /// These fields are wrong.
    #[error("invalid: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Invalid(Vec<FieldError>),
    /// No code with this id was sent to the account lately.
    #[error("there is no such verification")]
    UnknownVerification,
    /// The code is past its time, was used, or a newer one took its place.
    #[error("the code is not valid any more")]
    CodeExpired,
    /// The code was wrong too often: only a new one helps.
    #[error("the code was wrong too often")]
    TooManyTries {
        /// How long until this code would be past its time anyway.
        wait: Duration,
    },
    /// The last code was sent just now.
    #[error("the last code was sent just now")]
    ResendTooSoon {
        /// How long until the next one may be sent.
        wait: Duration,
    },
    /// As many codes were sent as may be in a day.
    #[error("no more codes are sent today")]
    TooManySends {
        /// How long until the next one may be sent.
        wait: Duration,
    },
    /// Too many passwords are waiting to be hashed; the client may try again.
    #[error("too many passwords are waiting to be hashed")]
    Overloaded,
    /// A password could not be hashed for a reason of ours.
    #[error("a password could not be hashed")]
    HashingFailed,
}

impl AccountError {
    /// The stable, machine-readable code of the HTTP contract.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidCredentials => "invalid_credentials",
            Self::AlreadyRegistered => "conflict",
            Self::AlreadyTaken(_) => "already_taken",
            Self::Invalid(_) => "validation_failed",
            Self::NotRegistered | Self::UnknownVerification => "not_found",
            Self::CodeExpired => "code_expired",
            Self::TooManyTries { .. } | Self::TooManySends { .. } => "too_many_attempts",
            Self::ResendTooSoon { .. } => "resend_too_soon",
            Self::Overloaded => "overloaded",
            Self::HashingFailed => "internal_error",
        }
    }

    /// The refusal for claims that other accounts hold, by their kinds. Kinds an account does not
    /// claim are passed over.
    #[must_use]
    pub fn from_taken_claims(kinds: &[String]) -> Self {
        let taken =
            TakenField::ALL.into_iter().filter(|field| kinds.iter().any(|kind| kind == field.as_str()));
        Self::AlreadyTaken(taken.collect())
    }
}

impl From<HashError> for AccountError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Overloaded => Self::Overloaded,
            HashError::Failed => Self::HashingFailed,
        }
    }
}

/// A field whose value another account holds. The names are both the fields' and the claims' kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenField {
    /// The username, by its key.
    Username,
    /// The email.
    Email,
    /// The phone number.
    Phone,
}

impl TakenField {
    /// All of them, in the order they are told.
    pub const ALL: [Self; 3] = [Self::Username, Self::Email, Self::Phone];

    /// The field's name in requests and answers, and the kind of its claim.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::FieldCode;

    #[test]
    fn taken_claims_become_taken_fields_in_a_fixed_order() {
        let kinds = ["phone", "store_owner", "username"].map(str::to_owned);
        let error = AccountError::from_taken_claims(&kinds);
        assert_eq!(error, AccountError::AlreadyTaken(vec![TakenField::Username, TakenField::Phone]));
        assert_eq!(error.code(), "already_taken");
        assert_eq!(error.to_string(), "already taken: username, phone");
    }

    #[test]
    fn a_refusal_reads_as_its_fields_and_codes() {
        let field = FieldError { field: "email", code: FieldCode::TooLong };
        assert_eq!(
            AccountError::Invalid(vec![field, field]).to_string(),
            "invalid: email too_long, email too_long"
        );
        assert_eq!(AccountError::from(HashError::Overloaded).code(), "overloaded");
        assert_eq!(AccountError::from(HashError::Failed), AccountError::HashingFailed);
    }
}
