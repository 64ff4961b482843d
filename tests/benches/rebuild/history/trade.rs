//! Stores and products in that history.

use rand::Rng;
use serde_json::{Value, json};

use super::{History, Product, Stream};
use crate::common::Fault;

impl History<'_> {
    pub(super) fn open_store(&mut self) -> Result<(), Fault> {
        let (id, nth) = (self.id(), self.somebody());
        let owner = self.people.get(nth).ok_or("nobody")?.stream.id;
        let name = format!("好店{}", self.stores.len());
        self.stores.push((Stream { id, length: 1 }, Vec::new()));
        self.tell("store", id, 1, "store.opened", &json!({"owner_id": owner, "name": name}))
    }

    pub(super) fn add_category(&mut self) -> Result<(), Fault> {
        if self.stores.is_empty() {
            return self.open_store();
        }
        let (category, nth) = (self.id(), self.random.random_range(0..self.stores.len()));
        let (stream, categories) = self.stores.get_mut(nth).ok_or("no store")?;
        stream.length += 1;
        categories.push(category);
        let (id, length, name) = (stream.id, stream.length, format!("分类{}", categories.len()));
        self.tell(
            "store",
            id,
            length,
            "store.category_added",
            &json!({"category_id": category, "name": name}),
        )
    }

    pub(super) fn list_product(&mut self) -> Result<(), Fault> {
        if self.stores.is_empty() {
            return self.open_store();
        }
        let (id, nth) = (self.id(), self.random.random_range(0..self.stores.len()));
        let (stream, categories) = self.stores.get(nth).ok_or("no store")?;
        let item = 520_000_000_000_u64 + u64::try_from(self.position)?;
        let product = Product { stream: Stream { id, length: 1 }, store: stream.id, item };
        let fields = json!({
            "store_id": stream.id, "taobao_url": product.url(), "taobao_item_id": item.to_string(),
            "coupon_url": format!("https://uland.taobao.com/coupon/edetail?e={item}"), "category_id": categories.first(),
        });
        self.products.push(product);
        self.tell("product", id, 1, "product.listed", &fields)
    }

    pub(super) fn of_product(&mut self, event: &str, fields: &Value) -> Result<(), Fault> {
        if self.products.is_empty() {
            return self.list_product();
        }
        let nth = self.random.random_range(0..self.products.len());
        let Product { stream, .. } = self.products.get_mut(nth).ok_or("no product")?;
        stream.length += 1;
        let (id, length) = (stream.id, stream.length);
        self.tell("product", id, length, event, fields)
    }

    pub(super) fn delete(&mut self) -> Result<(), Fault> {
        if self.products.is_empty() {
            return self.list_product();
        }
        let mut product = self.products.swap_remove(self.random.random_range(0..self.products.len()));
        product.stream.length += 1;
        let (id, length) = (product.stream.id, product.stream.length);
        self.deleted.push(product);
        self.tell("product", id, length, "product.deleted", &json!({}))
    }

    /// The one that was deleted last: somebody took it back.
    pub(super) fn restore(&mut self) -> Result<(), Fault> {
        let Some(mut product) = self.deleted.pop() else { return self.list_product() };
        product.stream.length += 1;
        let (id, length) = (product.stream.id, product.stream.length);
        let fields = json!({
            "store_id": product.store, "taobao_url": product.url(), "taobao_item_id": product.item.to_string(),
        });
        self.products.push(product);
        self.tell("product", id, length, "product.restored", &fields)
    }

    fn title(&mut self) -> String {
        let words = [
            "春季新款",
            "纯棉",
            "女士",
            "宽松",
            "Tea",
            "红茶",
            "礼盒装",
            "不锈钢",
            "保温杯",
            "500ml",
            "家用",
            "儿童",
        ];
        (0..5).filter_map(|_| words.get(self.random.random_range(0..words.len()))).copied().collect()
    }

    pub(super) fn record_info(&mut self) -> Result<(), Fault> {
        // Mostly the newest ones, which the crawler has just looked at.
        let (title, price) = (self.title(), self.random.random_range(100..100_000_u32));
        let price = format!("{}.{:02}", price / 100, price % 100);
        let fields = json!({"title": title, "price": price, "image_url": "https://img.alicdn.com/bao/uploaded/i1/TB1.jpg", "info_source": "page"});
        self.of_product("product.info_recorded", &fields)
    }

    pub(super) fn modify(&mut self) -> Result<(), Fault> {
        let title = self.title();
        self.of_product("product.modified", &json!({"title": title}))
    }
}
