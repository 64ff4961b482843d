//! Every error a client can see, in one form: RFC 9457 `application/problem+json` with a stable code.
//!
//! A handler returns a [`Problem`]; the words are put in by [`super::observe`], which knows the reader's
//! language and the request's id. What the refusals of the domain become is decided here, once.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cqrs_es::AggregateError;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::{self, Language};
use crate::account::{AccountError, FieldError, HashError};
use crate::eventstore::AppendError;
use crate::eventstore::writer::is_lost;
use crate::merchant::{ProductError, StoreError};
use crate::ports::NoEntropy;

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongField {
    /// The field's name in the request.
    pub field: &'static str,
    /// What is wrong, by a stable code.
    pub code: &'static str,
}

/// An error on its way to the client: its code and what belongs to it, not yet in anybody's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The stable code.
    pub code: &'static str,
    /// Wrong fields, where the code speaks of fields.
    pub errors: Vec<WrongField>,
    /// When to try again, where the code promises it.
    pub retry_after: Option<Duration>,
    /// How many tries are left, where a code was wrong.
    pub remaining_attempts: Option<u8>,
}

/// Why a request was not done (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// `/problems/<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of problem it is, in the reader's language.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What to do about it, in the reader's language.
    pub detail: &'static str,
    /// The stable code, for programs.
    pub code: &'static str,
    /// Wrong fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemField>,
    /// For `wrong_code`: how often the code may still be tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub remaining_attempts: Option<u8>,
    /// For a 5xx: where the server's log tells more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instance: Option<String>,
}

/// One wrong field of a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// The field's name in the request.
    pub field: &'static str,
    /// The stable code of what is wrong with it.
    pub code: &'static str,
    /// What is wrong with it, in the reader's language.
    pub message: &'static str,
}

impl Problem {
    /// A problem that its code says all about.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self { code, errors: Vec::new(), retry_after: None, remaining_attempts: None }
    }

    /// A problem that is over after a while.
    #[must_use]
    pub const fn later(code: &'static str, after: Duration) -> Self {
        Self { code, errors: Vec::new(), retry_after: Some(after), remaining_attempts: None }
    }

    /// A problem with fields.
    #[must_use]
    pub const fn fields(code: &'static str, errors: Vec<WrongField>) -> Self {
        Self { code, errors, retry_after: None, remaining_attempts: None }
    }

    /// A wrong code, and how often it may still be tried.
    #[must_use]
    pub const fn wrong_code(remaining: u8) -> Self {
        let errors = Vec::new();
        Self { code: "wrong_code", errors, retry_after: None, remaining_attempts: Some(remaining) }
    }

    /// The service cannot do it now.
    #[must_use]
    pub const fn unavailable() -> Self {
        Self::later("unavailable", Duration::from_secs(2))
    }

    /// More requests wait than may.
    #[must_use]
    pub const fn overloaded() -> Self {
        Self::later("overloaded", Duration::from_secs(1))
    }

    /// A defect of ours: told to the log, not to the client.
    #[must_use]
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new("internal_error")
    }

    /// The HTTP status of its code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(words::of(self.code).status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The body in a language.
    #[must_use]
    pub fn body(&self, language: Language, request_id: &str) -> ProblemBody {
        let words = words::of(self.code);
        let errors = self.errors.iter().map(|wrong| ProblemField {
            field: wrong.field,
            code: wrong.code,
            message: words::of_field(wrong.code, language),
        });
        ProblemBody {
            kind: format!("/problems/{}", self.code),
            title: language.pick(words.title),
            status: words.status,
            detail: language.pick(words.detail),
            code: self.code,
            errors: errors.collect(),
            remaining_attempts: self.remaining_attempts,
            instance: (words.status >= 500).then(|| format!("/requests/{request_id}")),
        }
    }
}

impl IntoResponse for Problem {
    /// An empty answer that carries the problem along; [`super::observe`] puts the words in.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Vec<FieldError>> for Problem {
    fn from(errors: Vec<FieldError>) -> Self {
        let errors =
            errors.into_iter().map(|error| WrongField { field: error.field, code: error.code.as_str() });
        Self::fields("validation_failed", errors.collect())
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::InvalidCredentials => Self::new("invalid_credentials"),
            AccountError::AlreadyRegistered => Self::new("conflict"),
            AccountError::AlreadyTaken(fields) => {
                let wrong =
                    fields.iter().map(|field| WrongField { field: field.as_str(), code: "already_taken" });
                Self::fields("already_taken", wrong.collect())
            }
            AccountError::Invalid(fields) => fields.into(),
            AccountError::NotRegistered | AccountError::UnknownVerification => Self::new("not_found"),
            AccountError::CodeExpired => Self::new("code_expired"),
            AccountError::TooManyTries { wait } | AccountError::TooManySends { wait } => {
                Self::later("too_many_attempts", wait)
            }
            AccountError::ResendTooSoon { wait } => Self::later("resend_too_soon", wait),
            AccountError::Overloaded => Self::overloaded(),
            AccountError::HashingFailed => Self::internal(&error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NameTaken => {
                Self::fields("already_taken", vec![WrongField { field: "name", code: "already_taken" }])
            }
            StoreError::Invalid(fields) => fields.into(),
            plain => Self::new(plain.code()),
        }
    }
}

impl From<ProductError> for Problem {
    fn from(error: ProductError) -> Self {
        Self::new(error.code())
    }
}

impl From<HashError> for Problem {
    fn from(error: HashError) -> Self {
        AccountError::from(error).into()
    }
}

impl<E: std::error::Error + Into<Self>> From<AggregateError<E>> for Problem {
    fn from(error: AggregateError<E>) -> Self {
        match error {
            AggregateError::UserError(refusal) => refusal.into(),
            AggregateError::AggregateConflict => Self::new("conflict"),
            AggregateError::DatabaseConnectionError(error) => {
                if matches!(error.downcast_ref::<AppendError>(), Some(AppendError::Overloaded)) {
                    return Self::overloaded();
                }
                tracing::warn!(%error, "the database is not available");
                Self::unavailable()
            }
            AggregateError::DeserializationError(error) | AggregateError::UnexpectedError(error) => {
                Self::internal(&error)
            }
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if is_lost(&error) {
            tracing::warn!(%error, "the database is not available");
            return Self::unavailable();
        }
        Self::internal(&error)
    }
}

impl From<NoEntropy> for Problem {
    fn from(error: NoEntropy) -> Self {
        Self::internal(&error)
    }
}
