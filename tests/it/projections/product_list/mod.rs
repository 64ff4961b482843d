//! The product list: what every event does to it, every question against brute force, and how it is answered.
//!
//! Events are recorded as they are, by an aggregate that decides nothing: what is tested is what follows from them.

mod changing;
mod histories;
mod plans;
mod searching;
mod walking;

use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Commands, Metadata, Store};
use zhanggui::projections::product_list::{Page, ProductRow, Query, by_id, list};

use super::teller::{Teller, Told};
use crate::support::site::TestSite;

/// A site with stores and products.
struct Market {
    site: TestSite,
    streams: Commands<Teller>,
}

impl Market {
    async fn start() -> Self {
        let site = TestSite::start().await;
        let streams = Commands::new(Store::new(site.app.log.clone(), Upcasters::default()), ());
        Self { site, streams }
    }

    fn pool(&self) -> &PgPool {
        &self.site.app.log.pool
    }

    /// Records events of a stream: the type and the other fields of each.
    async fn tell(&self, stream: Uuid, events: &[(&str, Value)]) {
        let events = events.iter().map(|(name, fields)| Told::new(name, fields));
        self.streams.execute(&stream.to_string(), events.collect(), Metadata::default()).await.unwrap();
    }

    async fn open_store(&self) -> Uuid {
        let store_id = new_id();
        self.tell(store_id, &[("store.opened", json!({"owner_id": new_id(), "name": "茶庄"}))]).await;
        store_id
    }

    async fn add_category(&self, store_id: Uuid, name: &str) -> Uuid {
        let category_id = new_id();
        let event = json!({"category_id": category_id, "name": name});
        self.tell(store_id, &[("store.category_added", event)]).await;
        category_id
    }

    /// Lists a product, and names it where a title is given.
    async fn add_product(&self, store_id: Uuid, title: Option<&str>) -> Uuid {
        let product_id = new_id();
        let listed = ("product.listed", listed(store_id, product_id));
        match title {
            None => self.tell(product_id, &[listed]).await,
            Some(title) => self.tell(product_id, &[listed, found(title)]).await,
        }
        product_id
    }

    async fn product(&self, product_id: Uuid) -> ProductRow {
        by_id(self.pool(), product_id).await.unwrap().unwrap()
    }

    /// Every page of a list, `limit` at a time.
    async fn walk(&self, query: &Query, limit: u16) -> (Vec<ProductRow>, i64) {
        let mut page = list(self.pool(), query, None, limit).await.unwrap();
        let (mut all, total) = (Vec::new(), page.total);
        while let Some(next) = page.next.take() {
            assert_eq!(page.products.len(), usize::from(limit));
            all.append(&mut page.products);
            page = list(self.pool(), query, Some(&next), limit).await.unwrap();
            assert_eq!(page.total, total);
        }
        all.append(&mut page.products);
        (all, total)
    }

    async fn first_page(&self, query: &Query) -> Page {
        list(self.pool(), query, None, 100).await.unwrap()
    }
}

fn new_id() -> Uuid {
    zhanggui::ports::Ports::system().id().unwrap()
}

fn listed(store_id: Uuid, item: Uuid) -> Value {
    json!({
        "store_id": store_id,
        "taobao_url": format!("https://item.taobao.com/item.htm?id={item}"),
        "taobao_item_id": item.simple().to_string(),
        "coupon_url": "https://uland.taobao.com/coupon/edetail?e=1",
        "category_id": null,
    })
}

fn found(title: &str) -> (&'static str, Value) {
    (
        "product.info_recorded",
        json!({"title": title, "price": null, "image_url": null, "info_source": "page"}),
    )
}
