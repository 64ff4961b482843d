//! The values a product is made of besides its [`links`](crate::merchant::links), each parsed once, at the door.

mod info;
mod price;
mod title;

pub use info::{InfoFailure, InfoSource, ListingStatus};
pub use price::Price;
pub use title::Title;

use uuid::Uuid;

/// For whom a merchant's command is done, and on which version of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    /// The caller's store.
    pub store_id: Uuid,
    /// The version that the caller has seen, where it matters to the caller.
    pub expected_version: Option<i64>,
}
