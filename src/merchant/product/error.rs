//! Every reason for which a product refuses, each with the stable code that clients rely on.

/// What a product says when it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductError {
    /// There never was such a product, or it is deleted.
    #[error("there is no such product")]
    NotFound,
    /// The stream already holds a product.
    #[error("the product is there already")]
    AlreadyThere,
    /// Another store's product.
    #[error("the product is another store's")]
    NotOwner,
    /// The store has the item listed already.
    #[error("the item is listed already")]
    AlreadyListed,
    /// The product has changed since the version that the caller has seen.
    #[error("the product has another version")]
    VersionMismatch,
}

impl ProductError {
    /// The stable, machine-readable code of the HTTP contract.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFound => "product_not_found",
            Self::AlreadyThere => "conflict",
            Self::NotOwner => "not_product_owner",
            Self::AlreadyListed => "already_listed",
            Self::VersionMismatch => "version_mismatch",
        }
    }
}
