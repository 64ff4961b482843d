//! What can be asked of a product: one file a command, with its request, its decision and its tests.

mod delete_product;
mod follow_short_link;
mod list_product;
mod modify_product;
mod record_info_failure;
mod record_product_info;
mod request_refresh;
mod restore_product;

pub use delete_product::DeleteProduct;
pub use follow_short_link::FollowShortLink;
pub use list_product::{ListProduct, ListingRequest, NewListing};
pub use modify_product::{ModifyProduct, ModifyRequest, Wanted};
pub use record_info_failure::RecordInfoFailure;
pub use record_product_info::RecordProductInfo;
pub use request_refresh::RequestRefresh;
pub use restore_product::RestoreProduct;

use uuid::Uuid;

use super::error::ProductError;
use super::event::ProductEvent;
use super::state::Product;
use crate::fields::FieldCode;

commands! {
    /// Everything that can be asked of a product.
    pub enum ProductCommand {
        /// Take it away.
        DeleteProduct,
        /// Report which item a short link leads to.
        FollowShortLink,
        /// Begin it.
        ListProduct,
        /// Change something about it.
        ModifyProduct,
        /// Report that nothing was found out.
        RecordInfoFailure,
        /// Report what was found out.
        RecordProductInfo,
        /// Have the crawler look again.
        RequestRefresh,
        /// Have it back.
        RestoreProduct,
    }
}

impl ProductCommand {
    /// What happens if this is asked of `state`.
    pub(super) fn decide(&self, state: &Product) -> Result<Vec<ProductEvent>, ProductError> {
        match self {
            Self::DeleteProduct(command) => command.decide(state),
            Self::FollowShortLink(command) => command.decide(state),
            Self::ListProduct(command) => command.decide(state),
            Self::ModifyProduct(command) => command.decide(state),
            Self::RecordInfoFailure(command) => command.decide(state),
            Self::RecordProductInfo(command) => command.decide(state),
            Self::RequestRefresh(command) => command.decide(state),
            Self::RestoreProduct(command) => command.decide(state),
        }
    }
}

/// The category that a request names, if the store has it.
fn category(text: &str, has: impl Fn(Uuid) -> bool) -> Result<Uuid, FieldCode> {
    let id = Uuid::try_parse(text).map_err(|_| FieldCode::InvalidFormat)?;
    if has(id) { Ok(id) } else { Err(FieldCode::Unknown) }
}
