//! The life of a product: listed from a link, filled in by a crawler, changed by its merchant, deleted and restored.
//!
//! A store lists an item once: the event claims the item within the store, and the append refuses a second.
//! What the crawler finds is **recorded** only as far as no person has set it by hand, and only when it was
//! fetched from the link that the product has now. A short link stands for its item until the crawler has
//! followed it. **Deleting** gives the item up, so that it may be listed anew; **restoring** takes it again.
//!
//! Merchants' commands name the caller's store, and another store's product refuses them; they may name the
//! version that the caller has seen, and a product that has moved on refuses. The version is the number of
//! the product's events. The crawler's commands name neither: it acts for nobody.
//!
//! To add to the life of a product, write a file in [`commands`](mod@commands), an event in [`ProductEvent`] and its effect
//! in [`Product`].

pub mod commands;
mod error;
mod event;
mod state;
#[cfg(test)]
mod testing;
mod values;

pub use commands::{
    DeleteProduct, FollowShortLink, ListProduct, ModifyProduct, ProductCommand, RecordInfoFailure,
    RecordProductInfo, RequestRefresh, RestoreProduct,
};
pub use error::ProductError;
pub use event::{Changes, ProductEvent};
pub use state::{InfoStatus, Product};
pub use values::{Asker, InfoFailure, InfoSource, ListingStatus, Price, Title};

impl crate::eventstore::LoggedAggregate for Product {
    const STATE_VERSION: i32 = 1;

    fn claims(event: &ProductEvent) -> Vec<crate::eventstore::ClaimChange> {
        event.claims()
    }

    fn claims_taken(_: &[String]) -> ProductError {
        ProductError::AlreadyListed
    }
}
