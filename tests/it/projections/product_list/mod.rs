//! The product list: what every event does to it, every question against brute force, and how it is answered.
//!
//! Events are recorded as they are, by an aggregate that decides nothing: what is tested is what follows from them.

mod changing;
mod histories;
mod plans;
mod searching;
mod walking;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{ClaimChange, Commands, LoggedAggregate, Metadata, Store};
use zhanggui::projections::product_list::{Page, ProductRow, Query, by_id, list};

use crate::support::site::TestSite;

/// An event as it stands in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Told(Value);

impl DomainEvent for Told {
    fn event_type(&self) -> String {
        self.0["type"].as_str().unwrap().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

/// Records whatever it is told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Teller;

#[derive(Debug, thiserror::Error)]
#[error("never refused")]
struct Never;

impl Aggregate for Teller {
    const TYPE: &'static str = "teller";
    type Command = Vec<Told>;
    type Event = Told;
    type Error = Never;
    type Services = ();

    async fn handle(&mut self, events: Vec<Told>, (): &(), sink: &EventSink<Self>) -> Result<(), Never> {
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, _: Told) {}
}

impl LoggedAggregate for Teller {
    const STATE_VERSION: i32 = 1;

    fn claims(_: &Told) -> Vec<ClaimChange> {
        Vec::new()
    }

    fn claims_taken(_: &[String]) -> Never {
        Never
    }
}

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
        let events = events.iter().map(|(name, fields)| {
            let mut event = fields.clone();
            event["type"] = json!(name);
            Told(event)
        });
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
