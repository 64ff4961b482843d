//! Why a stream could not be read, or events not be recorded, in cqrs-es's terms: what the client may try
//! again, what is a defect, and what is the aggregate's own refusal.

use cqrs_es::AggregateError;
use cqrs_es::persist::PersistenceError;

use super::LoggedAggregate;
use super::seal::SealError;
use super::writer::{AppendError, is_lost};

/// Why a stream could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Repository(#[from] PersistenceError),
    #[error("an event of the stream has a shape that nothing reads: {0}")]
    Shape(#[from] serde_json::Error),
}

impl<E: std::error::Error> From<ReadError> for AggregateError<E> {
    fn from(error: ReadError) -> Self {
        match error {
            // A key that does not open is no outage: trying again does not help.
            ReadError::Database(error @ sqlx::Error::Decode(_)) => Self::UnexpectedError(Box::new(error)),
            ReadError::Database(error) => Self::DatabaseConnectionError(Box::new(error)),
            // postgres-es calls a server that is shutting down or starting up an unknown error.
            ReadError::Repository(PersistenceError::UnknownError(error)) => {
                match error.downcast::<sqlx::Error>() {
                    Ok(error) if is_lost(&error) => Self::DatabaseConnectionError(error),
                    Ok(error) => Self::UnexpectedError(error),
                    Err(error) => Self::UnexpectedError(error),
                }
            }
            ReadError::Repository(error) => error.into(),
            ReadError::Shape(error) => Self::DeserializationError(Box::new(error)),
        }
    }
}

/// Why decided events could not be made into an append.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommitError {
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("an event cannot be written as JSON: {0}")]
    Shape(#[from] serde_json::Error),
}

/// What the caller of a command is told about an append that was not done.
pub(super) fn refusal<A: LoggedAggregate>(error: AppendError) -> AggregateError<A::Error> {
    match error {
        AppendError::Stale => AggregateError::AggregateConflict,
        AppendError::Taken(kinds) => AggregateError::UserError(A::claims_taken(&kinds)),
        AppendError::Overloaded | AppendError::Unavailable(_) => {
            AggregateError::DatabaseConnectionError(Box::new(error))
        }
        AppendError::Failed(_) => AggregateError::UnexpectedError(Box::new(error)),
    }
}
