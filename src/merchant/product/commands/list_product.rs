//! List a product from two links. What it is called and costs, the crawler finds out afterwards.
//!
//! Whether the store has the item already is not decided here: the event claims it, and the append refuses.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::category;
use crate::fields::{FieldError, Fields};
use crate::merchant::links::{CouponLink, TaobaoLink};
use crate::merchant::product::error::ProductError;
use crate::merchant::product::event::ProductEvent;
use crate::merchant::product::state::Product;

/// The body of `POST /store/products`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct ListingRequest {
    /// A link to an item of Taobao or Tmall, or the text that their apps share.
    #[schema(required, nullable = false)]
    pub taobao_url: Option<String>,
    /// A link to its coupon: Taobao's, or any `https` link.
    #[schema(required, nullable = false)]
    pub coupon_url: Option<String>,
    /// A category of the store.
    #[schema(format = Uuid)]
    pub category_id: Option<String>,
}

/// What is to be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewListing {
    /// The item.
    pub taobao: TaobaoLink,
    /// Its coupon.
    pub coupon: CouponLink,
    /// The category it goes into.
    pub category_id: Option<Uuid>,
}

impl ListingRequest {
    /// Reads the request; `has` tells whether the store has a category.
    ///
    /// # Errors
    /// One entry for every wrong field, all at once, in the order of the fields.
    pub fn parse(self, has: impl Fn(Uuid) -> bool) -> Result<NewListing, Vec<FieldError>> {
        let mut fields = Fields::default();
        let taobao = fields.read("taobao_url", self.taobao_url.as_deref(), TaobaoLink::parse);
        let coupon = fields.read("coupon_url", self.coupon_url.as_deref(), CouponLink::parse);
        let named = self.category_id.map(Some);
        let category_id = fields.read_if_sent("category_id", named.as_ref(), |text| category(text, has));
        let errors = fields.into_errors();
        match taobao.zip(coupon) {
            Some((taobao, coupon)) if errors.is_empty() => Ok(NewListing { taobao, coupon, category_id }),
            _ => Err(errors),
        }
    }
}

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListProduct {
    /// Whose it is.
    pub store_id: Uuid,
    /// What is listed.
    pub listing: NewListing,
}

impl ListProduct {
    pub(super) fn decide(&self, state: &Product) -> Result<Vec<ProductEvent>, ProductError> {
        if state.store_id().is_some() {
            return Err(ProductError::AlreadyThere);
        }
        let NewListing { taobao, coupon, category_id } = &self.listing;
        Ok(vec![ProductEvent::Listed {
            store_id: self.store_id,
            taobao_url: taobao.canonical(),
            taobao_item_id: taobao.item_id().map(str::to_owned),
            coupon_url: coupon.as_str().to_owned(),
            category_id: *category_id,
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::FieldCode;
    use crate::merchant::product::testing::{STORE, listed, listed_short, scene};
    use serde_json::{Value, json};

    fn parse(body: Value) -> Result<NewListing, Vec<(&'static str, FieldCode)>> {
        let request: ListingRequest = serde_json::from_value(body).unwrap();
        let parsed = request.parse(|id| id == Uuid::from_u128(1));
        parsed.map_err(|errors| errors.into_iter().map(|error| (error.field, error.code)).collect())
    }

    fn list(body: Value) -> ListProduct {
        ListProduct { store_id: STORE, listing: parse(body).unwrap() }
    }

    #[test]
    fn a_product_is_listed_under_canonical_links() {
        let body = json!({"taobao_url": "item.taobao.com/item.htm?spm=1&id=520813250866",
            "coupon_url": "http://uland.taobao.com/c?e=1", "category_id": Uuid::from_u128(1)});
        scene().given_no_previous_events().when(list(body.clone()).into()).then_expect_events(vec![listed()]);
        scene().given(vec![listed()]).when(list(body).into()).then_expect_error(ProductError::AlreadyThere);
    }

    #[test]
    fn a_short_link_is_listed_without_its_item() {
        let body = json!({"taobao_url": "https://m.tb.cn/h.5xYz?tk=a「杯」", "coupon_url": "https://uland.taobao.com/c?e=1", "category_id": null});
        scene().given_no_previous_events().when(list(body).into()).then_expect_events(vec![listed_short()]);
    }

    #[test]
    fn every_wrong_field_is_told_at_once() {
        use FieldCode::{InvalidFormat, Required, Unknown, UnknownHost};
        assert_eq!(parse(json!({})), Err(vec![("taobao_url", Required), ("coupon_url", Required)]));
        let body = json!({"taobao_url": "https://evil.example/item.htm?id=1", "coupon_url": "ftp://x", "category_id": Uuid::from_u128(2)});
        assert_eq!(
            parse(body),
            Err(vec![("taobao_url", UnknownHost), ("coupon_url", InvalidFormat), ("category_id", Unknown)])
        );
        let body = json!({"taobao_url": "", "coupon_url": null, "category_id": "shoes"});
        assert_eq!(
            parse(body),
            Err(vec![("taobao_url", Required), ("coupon_url", Required), ("category_id", InvalidFormat)])
        );
    }
}
