//! The life of a store: opened once by its owner, renamed, and given categories to sort products into.
//!
//! A user has one store: the event that opens it claims the owner, and the append refuses a second one. The
//! names of its categories are unique by what this aggregate knows, as it holds all of them; of two commands
//! at the same time the later one is decided anew.
//!
//! To add to the life of a store, write a file in [`commands`](mod@commands), an event in [`StoreEvent`] and its effect in [`Store`].

pub mod commands;
mod error;
mod event;
mod state;
#[cfg(test)]
mod testing;
mod values;

pub use commands::{AddCategory, OpenStore, RemoveCategory, RenameCategory, RenameStore, StoreCommand};
pub use error::StoreError;
pub use event::StoreEvent;
pub use state::{MOST_CATEGORIES, Store};
pub use values::{CategoryName, StoreName};

impl crate::eventstore::LoggedAggregate for Store {
    const STATE_VERSION: i32 = 1;

    fn claims(event: &StoreEvent) -> Vec<crate::eventstore::ClaimChange> {
        event.claims()
    }

    fn claims_taken(_: &[String]) -> StoreError {
        StoreError::StoreExists
    }
}
