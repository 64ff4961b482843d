//! What can be asked of a store: one file a command, with its request, its decision and its tests.

mod add_category;
mod open_store;
mod remove_category;
mod rename_category;
mod rename_store;

pub use add_category::{AddCategory, CategoryRequest};
pub use open_store::{OpenStore, StoreRequest};
pub use remove_category::RemoveCategory;
pub use rename_category::RenameCategory;
pub use rename_store::RenameStore;

use super::error::StoreError;
use super::event::StoreEvent;
use super::state::Store;

commands! {
    /// Everything that can be asked of a store.
    pub enum StoreCommand {
        /// Have a category more.
        AddCategory,
        /// Open the store.
        OpenStore,
        /// Have a category less.
        RemoveCategory,
        /// Call a category something else.
        RenameCategory,
        /// Call the store something else.
        RenameStore,
    }
}

impl StoreCommand {
    /// What happens if this is asked of `state`.
    pub(super) fn decide(&self, state: &Store) -> Result<Vec<StoreEvent>, StoreError> {
        match self {
            Self::AddCategory(command) => command.decide(state),
            Self::OpenStore(command) => command.decide(state),
            Self::RemoveCategory(command) => command.decide(state),
            Self::RenameCategory(command) => command.decide(state),
            Self::RenameStore(command) => command.decide(state),
        }
    }
}
