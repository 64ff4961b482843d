//! Modify a product: any of its links, title, price, category and status. Only what changes becomes an event.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::category;
use crate::fields::{FieldCode, FieldError, Fields, present};
use crate::merchant::links::{CouponLink, TaobaoLink};
use crate::merchant::product::error::ProductError;
use crate::merchant::product::event::{Changes, ProductEvent};
use crate::merchant::product::state::Product;
use crate::merchant::product::values::{Asker, ListingStatus, Price, Title};

/// The body of `PATCH /store/products/{id}`. What is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct ModifyRequest {
    /// Another link; if it leads to another item, the crawler looks again.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub taobao_url: Option<Option<String>>,
    /// Another coupon.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub coupon_url: Option<Option<String>>,
    /// 1–120 characters in one line. The crawler leaves it alone from then on.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Option<String>, min_length = 1, max_length = 120)]
    pub title: Option<Option<String>>,
    /// Yuan, 0.01 to 9999999.99. The crawler leaves it alone from then on.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Option<String>, example = "19.90")]
    pub price: Option<Option<String>>,
    /// A category of the store; null for none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = Uuid)]
    pub category_id: Option<Option<String>>,
    /// `listed` or `delisted`.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Option<ListingStatus>)]
    pub status: Option<Option<String>>,
}

/// What is to be as it says; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The item.
    pub taobao: Option<TaobaoLink>,
    /// Its coupon.
    pub coupon: Option<CouponLink>,
    /// Its title, set by hand.
    pub title: Option<Title>,
    /// Its price, set by hand.
    pub price: Option<Price>,
    /// Its category, or none.
    pub category_id: Option<Option<Uuid>>,
    /// Whether it is on the list.
    pub status: Option<ListingStatus>,
}

impl ModifyRequest {
    /// Reads the request; `has` tells whether the store has a category.
    ///
    /// # Errors
    /// One entry for every wrong field, all at once, in the order of the fields.
    pub fn parse(self, has: impl Fn(Uuid) -> bool) -> Result<Wanted, Vec<FieldError>> {
        let mut fields = Fields::default();
        let status = |name: &str| ListingStatus::parse(name).ok_or(FieldCode::Unknown);
        let named = self.category_id.as_ref().filter(|named| named.is_some());
        let wanted = Wanted {
            taobao: fields.read_if_sent("taobao_url", self.taobao_url.as_ref(), TaobaoLink::parse),
            coupon: fields.read_if_sent("coupon_url", self.coupon_url.as_ref(), CouponLink::parse),
            title: fields.read_if_sent("title", self.title.as_ref(), Title::parse),
            price: fields.read_if_sent("price", self.price.as_ref(), Price::parse),
            category_id: match &self.category_id {
                Some(None) => Some(None),
                _ => fields.read_if_sent("category_id", named, |text| category(text, has)).map(Some),
            },
            status: fields.read_if_sent("status", self.status.as_ref(), status),
        };
        fields.finish().map(|()| wanted)
    }
}

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModifyProduct {
    /// Who asks.
    pub asker: Asker,
    /// How it is to be.
    pub wanted: Wanted,
}

impl ModifyProduct {
    pub(super) fn decide(&self, state: &Product) -> Result<Vec<ProductEvent>, ProductError> {
        state.exists()?;
        state.admits(&self.asker)?;
        let Wanted { taobao, coupon, title, price, category_id, status } = &self.wanted;
        let nothing = Changes { store_id: self.asker.store_id, ..Changes::default() };
        let moved = taobao.as_ref().map(|link| relinked(state, link)).unwrap_or_default();
        let changes = Changes {
            coupon_url: coupon
                .as_ref()
                .map(CouponLink::as_str)
                .filter(|url| *url != state.coupon_url())
                .map(str::to_owned),
            title: title
                .as_ref()
                .map(Title::as_str)
                .filter(|title| Some(*title) != state.title_by_hand())
                .map(str::to_owned),
            price: price
                .map(|price| price.to_string())
                .filter(|price| Some(price.as_str()) != state.price_by_hand()),
            category_id: category_id.filter(|category_id| *category_id != state.category_id()),
            status: status.filter(|status| *status != state.status()),
            ..Changes { store_id: self.asker.store_id, ..moved }
        };
        Ok(if changes == nothing { Vec::new() } else { vec![ProductEvent::Modified(changes)] })
    }
}

/// What changes when a product gets this link: nothing, its page, or its item as well.
pub(super) fn relinked(state: &Product, link: &TaobaoLink) -> Changes {
    let (url, item) = (link.canonical(), link.item_id());
    if url == state.taobao_url() {
        return Changes::default();
    }
    // Another short link may lead to another item: who knows before it is followed?
    let is_same_item = item.is_some() && item == state.taobao_item_id();
    let taobao_item_id = (!is_same_item).then(|| item.map(str::to_owned));
    Changes { taobao_url: Some(url), taobao_item_id, ..Changes::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::product::testing::{OWNER, STORE, STRANGER, URL, found, listed, on, scene};
    use serde_json::{Value, json};

    fn parse(body: Value) -> Result<Wanted, Vec<(&'static str, FieldCode)>> {
        let request: ModifyRequest = serde_json::from_value(body).unwrap();
        let parsed = request.parse(|id| id.as_u128() < 3);
        parsed.map_err(|errors| errors.into_iter().map(|error| (error.field, error.code)).collect())
    }

    fn modify(asker: Asker, body: Value) -> ModifyProduct {
        ModifyProduct { asker, wanted: parse(body).unwrap() }
    }

    fn modified(changes: &Value) -> ProductEvent {
        let mut stored = json!({"type": "product.modified", "store_id": STORE});
        stored.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        serde_json::from_value(stored).unwrap()
    }

    #[test]
    fn only_what_changes_becomes_an_event() {
        let one = Uuid::from_u128(1);
        for (body, events) in [
            (json!({}), vec![]),
            (
                json!({"taobao_url": URL, "coupon_url": "https://uland.taobao.com/c?e=1", "category_id": one, "status": "listed"}),
                vec![],
            ),
            (
                json!({"category_id": null, "status": "delisted"}),
                vec![json!({"category_id": null, "status": "delisted"})],
            ),
            (json!({"category_id": Uuid::from_u128(2)}), vec![json!({"category_id": Uuid::from_u128(2)})]),
            (
                json!({"coupon_url": "https://s.click.taobao.com/x"}),
                vec![json!({"coupon_url": "https://s.click.taobao.com/x"})],
            ),
            // What the crawler found becomes the merchant's own once the merchant says the same.
            (
                json!({"title": "好看的杯子", "price": "19.9"}),
                vec![json!({"title": "好看的杯子", "price": "19.90"})],
            ),
        ] {
            scene()
                .given(vec![listed(), found()])
                .when(modify(OWNER, body).into())
                .then_expect_events(events.iter().map(modified).collect());
        }
        let by_hand = modified(&json!({"title": "杯", "price": "9.00"}));
        scene()
            .given(vec![listed(), by_hand])
            .when(modify(OWNER, json!({"title": "杯", "price": "9"})).into())
            .then_expect_events(vec![]);
    }

    #[test]
    fn another_link_is_another_item_unless_it_names_the_same() {
        for (url, changes) in [
            (
                "https://item.taobao.com/item.htm?id=7",
                json!({"taobao_url": "https://item.taobao.com/item.htm?id=7", "taobao_item_id": "7"}),
            ),
            (
                "https://detail.tmall.com/item.htm?id=520813250866",
                json!({"taobao_url": "https://detail.tmall.com/item.htm?id=520813250866"}),
            ),
            (
                "https://m.tb.cn/h.5xYz",
                json!({"taobao_url": "https://m.tb.cn/h.5xYz", "taobao_item_id": null}),
            ),
        ] {
            scene()
                .given(vec![listed()])
                .when(modify(OWNER, json!({"taobao_url": url})).into())
                .then_expect_events(vec![modified(&changes)]);
        }
        let short =
            |code: &str| json!({"taobao_url": format!("https://m.tb.cn/{code}"), "taobao_item_id": null});
        scene()
            .given(vec![listed(), modified(&short("h.5xYz"))])
            .when(modify(OWNER, json!({"taobao_url": "https://m.tb.cn/h.6xYz"})).into())
            .then_expect_events(vec![modified(&short("h.6xYz"))]);
    }

    #[test]
    fn nobody_but_the_owner_changes_what_is_there_and_only_on_the_version_seen() {
        let body = || json!({"status": "delisted"});
        scene()
            .given(vec![listed(), found()])
            .when(modify(on(2), body()).into())
            .then_expect_events(vec![modified(&body())]);
        for (past, asker, refusal) in [
            (vec![listed(), found()], on(1), ProductError::VersionMismatch),
            (vec![listed()], STRANGER, ProductError::NotOwner),
            (vec![listed(), ProductEvent::Deleted {}], OWNER, ProductError::NotFound),
            (vec![listed(), ProductEvent::Deleted {}], STRANGER, ProductError::NotFound),
            (vec![], OWNER, ProductError::NotFound),
        ] {
            scene().given(past).when(modify(asker, body()).into()).then_expect_error(refusal);
        }
    }

    #[test]
    fn every_wrong_field_is_told_at_once() {
        use FieldCode::{InvalidFormat, OutOfRange, Required, TooLong, Unknown, UnknownHost};
        let body = json!({"taobao_url": "https://evil.example/", "coupon_url": "x", "title": "x".repeat(121),
            "price": "0", "category_id": Uuid::from_u128(3), "status": "gone"});
        let errors = [
            ("taobao_url", UnknownHost),
            ("coupon_url", InvalidFormat),
            ("title", TooLong),
            ("price", OutOfRange),
            ("category_id", Unknown),
            ("status", Unknown),
        ];
        assert_eq!(parse(body), Err(errors.to_vec()));
        let nulls =
            json!({"taobao_url": null, "coupon_url": "", "title": null, "price": null, "status": null});
        let fields = ["taobao_url", "coupon_url", "title", "price", "status"];
        assert_eq!(parse(nulls), Err(fields.map(|field| (field, Required)).to_vec()));
        assert_eq!(parse(json!({"category_id": "x"})), Err(vec![("category_id", InvalidFormat)]));
    }
}
