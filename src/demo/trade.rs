//! What merchants do in the history, and what becomes of what they list.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::history::{Moment, World};
use super::merchants;
use crate::eventstore::Metadata;
use crate::eventstore::bulk::BulkError;
use crate::merchant::ProductEvent;

impl World<'_> {
    pub(super) fn plan_listings(&mut self, shop: usize, seen: DateTime<Utc>) {
        for _ in 0..merchants::amount(&mut self.chance) {
            let at = seen + self.chance.seconds(20..900);
            self.plan_for(at, Moment::List(shop));
        }
    }

    pub(super) async fn open_store(
        &mut self,
        nth: usize,
        owner: Uuid,
        at: DateTime<Utc>,
    ) -> Result<(), BulkError> {
        let (shop, events) = merchants::open(owner, at, &mut self.chance);
        let metadata = Metadata { actor_id: Some(owner), ..Metadata::default() };
        self.bulk.record(&self.stores.shops, &shop.id.to_string(), &events, &metadata, at).await?;
        if let Some(person) = self.people.get_mut(nth) {
            person.store = Some(self.shops.len());
        }
        self.shops.push(shop);
        Ok(())
    }

    pub(super) async fn list(&mut self, nth: usize, at: DateTime<Utc>) -> Result<(), BulkError> {
        let Some(shop) = self.shops.get(nth) else { return Ok(()) };
        let number = self.listings.len();
        let (listing, listed) = merchants::list(number, (nth, shop), at, &mut self.chance);
        let metadata = Metadata { actor_id: Some(shop.owner), ..Metadata::default() };
        self.bulk.record(&self.stores.products, &listing.id.to_string(), &[listed], &metadata, at).await?;
        self.listings.push(listing);
        for (at, moment) in merchants::fate(number, at, &mut self.chance) {
            self.plan_for(at, moment);
        }
        Ok(())
    }

    /// What happens to a product once it is listed.
    pub(super) async fn happen(&mut self, moment: Moment, at: DateTime<Utc>) -> Result<(), BulkError> {
        let (Moment::Fetch(nth)
        | Moment::Fail(nth)
        | Moment::Refresh(nth)
        | Moment::Reprice(nth)
        | Moment::Delete(nth)
        | Moment::Restore(nth)) = moment
        else {
            return Ok(());
        };
        let Some(listing) = self.listings.get_mut(nth) else { return Ok(()) };
        let Some(shop) = self.shops.get(listing.shop) else { return Ok(()) };
        let by_merchant = Metadata { actor_id: Some(shop.owner), ..Metadata::default() };
        let (event, metadata) = match moment {
            Moment::Restore(_) if listing.is_deleted => {
                listing.is_deleted = false;
                let (taobao_url, taobao_item_id) =
                    (merchants::link(&listing.item), Some(listing.item.clone()));
                (ProductEvent::Restored { store_id: shop.id, taobao_url, taobao_item_id }, by_merchant)
            }
            // Nothing else happens to what is deleted.
            _ if listing.is_deleted => return Ok(()),
            Moment::Delete(_) => {
                listing.is_deleted = true;
                (ProductEvent::Deleted {}, by_merchant)
            }
            Moment::Fetch(_) => {
                listing.is_fetched = true;
                (merchants::found(listing, &mut self.chance), Metadata::default())
            }
            Moment::Fail(_) => (merchants::reason(&mut self.chance), Metadata::default()),
            Moment::Refresh(_) => (ProductEvent::RefreshRequested {}, by_merchant),
            Moment::Reprice(_) if listing.is_fetched => {
                (merchants::repriced(shop.id, &mut self.chance), by_merchant)
            }
            _ => return Ok(()),
        };
        let id = listing.id.to_string();
        self.bulk.record(&self.stores.products, &id, &[event], &metadata, at).await
    }
}
