//! Every reason for which a store refuses, each with the stable code that clients rely on.

use crate::fields::FieldError;

/// What a store says when it refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nobody has opened it.
    #[error("there is no such store")]
    NoStore,
    /// The user has a store already.
    #[error("the user has a store already")]
    StoreExists,
    /// Another user's store.
    #[error("the store is another user's")]
    NotOwner,
    /// The store has no such category.
    #[error("there is no such category")]
    UnknownCategory,
    /// The store has a category of that name already.
    #[error("there is a category of that name")]
    NameTaken,
    /// Products are in the category.
    #[error("there are products in the category")]
    CategoryInUse,
    /// These fields are wrong.
    #[error("invalid: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Invalid(Vec<FieldError>),
}

impl StoreError {
    /// The stable, machine-readable code of the HTTP contract.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoStore => "no_store",
            Self::StoreExists => "store_exists",
            Self::NotOwner => "forbidden",
            Self::UnknownCategory => "not_found",
            Self::NameTaken => "already_taken",
            Self::CategoryInUse => "category_in_use",
            Self::Invalid(_) => "validation_failed",
        }
    }
}
