//! Merchants: their stores, what they list, and what becomes of it.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::chance::Chance;
use super::history::Moment;
use super::words;
use crate::merchant::product::InfoFailure;
use crate::merchant::product::{Changes, InfoSource};
use crate::merchant::{ProductEvent, StoreEvent};

/// A store.
pub(super) struct Shop {
    pub(super) id: Uuid,
    pub(super) owner: Uuid,
    pub(super) categories: Vec<Uuid>,
}

/// A product.
pub(super) struct Listing {
    pub(super) id: Uuid,
    pub(super) shop: usize,
    pub(super) item: String,
    pub(super) is_fetched: bool,
    pub(super) is_deleted: bool,
}

/// The store of somebody, with its first categories.
pub(super) fn open(owner: Uuid, at: DateTime<Utc>, chance: &mut Chance) -> (Shop, Vec<StoreEvent>) {
    let name = format!("{}{}", chance.one_of(&words::PLACES), chance.one_of(&words::SHOPS));
    let mut events = vec![StoreEvent::Opened { owner_id: owner, name }];
    let first = chance.number(0..12) as usize;
    let amount = chance.number(1..4) as usize;
    let mut categories = Vec::new();
    for name in words::CATEGORIES.iter().cycle().skip(first).take(amount) {
        let category_id = chance.id(at);
        categories.push(category_id);
        events.push(StoreEvent::CategoryAdded { category_id, name: (*name).to_owned() });
    }
    (Shop { id: chance.id(at), owner, categories }, events)
}

/// How many products a merchant lists on a visit: often none, sometimes several.
pub(super) fn amount(chance: &mut Chance) -> u32 {
    let mut amount = 0;
    while amount < 8 && chance.happens(0.42) {
        amount += 1;
    }
    amount
}

/// The link of an item, as the program writes it.
pub(super) fn link(item: &str) -> String {
    format!("https://item.taobao.com/item.htm?id={item}")
}

/// The how many-th product, new in a shop.
pub(super) fn list(
    number: usize,
    (nth, shop): (usize, &Shop),
    at: DateTime<Utc>,
    chance: &mut Chance,
) -> (Listing, ProductEvent) {
    let item = format!("{}", 610_000_000_000_u64 + number as u64);
    let coupon = format!("https://uland.taobao.com/coupon/edetail?e=demo{number}");
    let most = u32::try_from(shop.categories.len()).unwrap_or(0) + 1;
    // The one beyond the last is none.
    let category_id = shop.categories.get(chance.number(0..most) as usize).copied();
    let listed = ProductEvent::Listed {
        store_id: shop.id,
        taobao_url: link(&item),
        taobao_item_id: Some(item.clone()),
        coupon_url: coupon,
        category_id,
    };
    let id = chance.id(at);
    (Listing { id, shop: nth, item, is_fetched: false, is_deleted: false }, listed)
}

/// What will become of a product that was listed at an instant.
pub(super) fn fate(product: usize, at: DateTime<Utc>, chance: &mut Chance) -> Vec<(DateTime<Utc>, Moment)> {
    let mut fate = Vec::new();
    let days = |chance: &mut Chance, most: u32| {
        TimeDelta::days(chance.number(1..most).into()) + chance.seconds(0..20_000)
    };
    let luck = chance.part();
    if luck < 0.93 {
        // Mostly a few seconds; now and then the crawler has to wait its turn.
        let slow = chance.part().powi(3) * 55.0;
        fate.push((at + chance.seconds(1..5) + TimeDelta::seconds(slow as i64), Moment::Fetch(product)));
    } else if luck < 0.98 {
        let given_up = at + chance.seconds(60..240);
        fate.push((given_up, Moment::Fail(product)));
        if chance.happens(0.4) {
            let again = given_up + chance.seconds(600..40_000);
            fate.push((again, Moment::Refresh(product)));
            fate.push((again + chance.seconds(2..9), Moment::Fetch(product)));
        }
    }
    if chance.happens(0.08) {
        fate.push((at + days(chance, 30), Moment::Reprice(product)));
    }
    if chance.happens(0.09) {
        let deleted = at + days(chance, 90);
        fate.push((deleted, Moment::Delete(product)));
        if chance.happens(0.1) {
            fate.push((deleted + chance.seconds(30..7_000), Moment::Restore(product)));
        }
    }
    fate
}

/// What the crawler found.
pub(super) fn found(listing: &Listing, chance: &mut Chance) -> ProductEvent {
    let title = format!(
        "{}{}{} {}",
        chance.one_of(&words::STYLES),
        chance.one_of(&words::STYLES),
        chance.one_of(&words::THINGS),
        chance.one_of(&words::ENDS)
    );
    ProductEvent::InfoRecorded {
        title: Some(title),
        price: Some(price(chance)),
        image_url: Some(format!("https://img.alicdn.com/bao/uploaded/i1/{}.jpg", listing.item)),
        info_source: if chance.happens(0.7) { InfoSource::Api } else { InfoSource::Page },
    }
}

/// Why it found nothing.
pub(super) fn reason(chance: &mut Chance) -> ProductEvent {
    let reason = match chance.number(0..10) {
        0..4 => InfoFailure::Blocked,
        4..7 => InfoFailure::NeedsLogin,
        7..9 => InfoFailure::NotFound,
        _ => InfoFailure::Unreachable,
    };
    ProductEvent::InfoFailed { reason }
}

/// Another price, set by hand.
pub(super) fn repriced(store_id: Uuid, chance: &mut Chance) -> ProductEvent {
    ProductEvent::Modified(Changes { store_id, price: Some(price(chance)), ..Changes::default() })
}

/// Yuan that end as prices do.
fn price(chance: &mut Chance) -> String {
    let yuan = 5 + chance.number(0..60) * chance.number(1..6);
    format!("{yuan}.{}", chance.one_of(&["90", "80", "99", "00", "50"]))
}
