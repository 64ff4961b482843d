//! Random histories: every list, total and count is what counting by hand gives, and a rebuild gives the same rows.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use uuid::Uuid;
use zhanggui::projections::product_list::{
    Info, ProductRow, Query, Search, Sort, Status, categories, store_by_id,
};

use super::{Market, new_id};
use crate::projections::rebuild::check_rebuilt_equals_live;

const TITLES: [&str; 6] = ["红茶", "绿茶 Tea", "tea Cup", "Ｔea", "杯子", "茶"];
const PRICES: [&str; 3] = ["9.90", "19.90", "100.00"];

/// What happens to one of a few products of two stores.
#[derive(Clone, Debug)]
enum Step {
    Recorded(Option<usize>, Option<usize>),
    Failed,
    Asked,
    Modified {
        title: Option<usize>,
        price: Option<usize>,
        /// The third is none.
        category: Option<usize>,
        status: Option<bool>,
        item: bool,
    },
    /// Deleted, or restored if it is.
    Gone,
    /// A category is removed and another takes its place.
    Removed(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let title = || prop::option::of(0..TITLES.len());
    let price = || prop::option::of(0..PRICES.len());
    let category = prop::option::of(0_usize..3);
    let modified = (title(), price(), category, prop::option::of(any::<bool>()), prop::bool::weighted(0.2));
    prop_oneof![
        4 => (title(), price()).prop_map(|(title, price)| Step::Recorded(title, price)),
        1 => Just(Step::Failed),
        1 => Just(Step::Asked),
        6 => modified.prop_map(|(title, price, category, status, item)| {
            Step::Modified { title, price, category, status, item }
        }),
        2 => Just(Step::Gone),
        1 => (0_usize..2).prop_map(Step::Removed),
    ]
}

/// A store of a case, with the products so far and whether each is deleted.
struct Shop {
    store_id: Uuid,
    categories: Vec<Uuid>,
    products: Vec<(Uuid, bool)>,
}

impl Shop {
    async fn open(market: &Market) -> Self {
        let store_id = market.open_store().await;
        let categories =
            vec![market.add_category(store_id, "甲").await, market.add_category(store_id, "乙").await];
        let mut products = Vec::new();
        for _ in 0..5 {
            products.push((market.add_product(store_id, None).await, false));
        }
        Self { store_id, categories, products }
    }

    fn event(&mut self, product: usize, step: &Step) -> (&'static str, Value) {
        let (_, is_deleted) = &mut self.products[product];
        match step {
            Step::Gone => {
                *is_deleted = !*is_deleted;
                (if *is_deleted { "product.deleted" } else { "product.restored" }, json!({}))
            }
            Step::Recorded(title, price) => {
                let (title, price) = (title.map(|nth| TITLES[nth]), price.map(|nth| PRICES[nth]));
                let fields = json!({"title": title, "price": price, "image_url": "i", "info_source": "api"});
                ("product.info_recorded", fields)
            }
            Step::Failed => ("product.info_failed", json!({"reason": "blocked"})),
            Step::Asked | Step::Removed(_) => ("product.refresh_requested", json!({})),
            Step::Modified { title, price, category, status, item } => {
                let mut fields = json!({});
                if let Some(nth) = title {
                    fields["title"] = json!(TITLES[*nth]);
                }
                if let Some(nth) = price {
                    fields["price"] = json!(PRICES[*nth]);
                }
                if let Some(category) = category {
                    fields["category_id"] = json!(self.categories.get(*category));
                }
                if let Some(listed) = status {
                    fields["status"] = json!(if *listed { "listed" } else { "delisted" });
                }
                if *item {
                    fields["taobao_item_id"] = json!(new_id().to_string());
                }
                ("product.modified", fields)
            }
        }
    }

    async fn play(&mut self, market: &Market, product: usize, step: &Step) {
        if let Step::Removed(nth) = step {
            let event = json!({"category_id": self.categories[*nth]});
            market.tell(self.store_id, &[("store.category_removed", event)]).await;
            self.categories[*nth] = market.add_category(self.store_id, "丙").await;
        } else if !self.products[product].1 || matches!(step, Step::Gone) {
            let event = self.event(product, step);
            let and_again = ("product.refresh_requested", json!({}));
            let events = if self.products[product].1 { vec![event] } else { vec![event, and_again] };
            market.tell(self.products[product].0, &events).await;
        }
    }

    /// Compares lists, totals and counts with what the products themselves say.
    async fn check(&self, market: &Market, from: usize) {
        let mut all = Vec::new();
        for (product_id, is_deleted) in &self.products {
            let product = market.product(*product_id).await;
            assert_eq!(product.deleted_at.is_some(), *is_deleted);
            all.extend((!is_deleted).then_some(product));
        }
        for nth in from..from + 25 {
            let query = Query {
                store_id: self.store_id,
                sort: Sort::ALL[nth % 5],
                category_id: [None, Some(self.categories[0]), Some(self.categories[1])][nth % 3],
                status: [None, None, Some(Status::Listed), Some(Status::Delisted)][nth % 4],
                info: [None, None, Some(Info::Pending), Some(Info::Fetched), Some(Info::Failed)][nth / 5 % 5],
                search: Search::parse(["", "茶", "TEA", "e"][nth / 2 % 4]).unwrap(),
            };
            let expected = by_hand(&all, &query);
            let (rows, total) = market.walk(&query, 2).await;
            assert_eq!(total, i64::try_from(expected.len()).unwrap(), "{query:?}");
            assert_eq!(rows, expected, "{query:?}");
        }
        let store = store_by_id(market.pool(), self.store_id).await.unwrap().unwrap();
        assert_eq!(store.product_count, i64::try_from(all.len()).unwrap());
        for category in categories(market.pool(), self.store_id).await.unwrap() {
            let held = all.iter().filter(|product| product.category_id == Some(category.category_id)).count();
            assert_eq!(category.product_count, i64::try_from(held).unwrap());
        }
    }
}

fn fold(title: &str) -> String {
    title.replace('Ｔ', "t").to_lowercase()
}

fn by_hand(all: &[ProductRow], query: &Query) -> Vec<ProductRow> {
    let word = query.search.as_ref().map(|search| fold(search.as_str()));
    let matches = |product: &&ProductRow| {
        query.category_id.is_none_or(|category| product.category_id == Some(category))
            && query.status.is_none_or(|status| product.status == status.as_str())
            && query.info.is_none_or(|info| product.info_status == info.as_str())
            && word
                .as_ref()
                .is_none_or(|word| product.title.as_ref().is_some_and(|title| fold(title).contains(word)))
    };
    let mut found: Vec<_> = all.iter().filter(matches).cloned().collect();
    let cents = |product: &ProductRow| {
        product.price.as_ref().map(|price| price.replace('.', "").parse::<i64>().unwrap())
    };
    found.sort_by_key(|product| product.product_id);
    match query.sort {
        Sort::NewestFirst => {
            found.sort_by_key(|product| product.listed_at);
            found.reverse();
        }
        Sort::OldestFirst => found.sort_by_key(|product| product.listed_at),
        Sort::Title => {
            found.sort_by_key(|product| product.title.as_deref().map_or("\u{10ffff}".to_owned(), fold));
        }
        Sort::CheapestFirst => found.sort_by_key(|product| cents(product).unwrap_or(i64::MAX)),
        Sort::DearestFirst => {
            found.sort_by_key(|product| cents(product).unwrap_or(-1));
            found.reverse();
        }
    }
    found
}

#[test]
fn lists_and_counts_are_those_by_hand_and_rebuilt_equals_live() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let market = runtime.block_on(Market::start());
    let next = AtomicUsize::new(0);
    let mut runner = TestRunner::new(Config { cases: 15, failure_persistence: None, ..Config::default() });
    runner
        .run(&prop::collection::vec((0_usize..2, 0_usize..5, step()), 1..40), |history| {
            runtime.block_on(async {
                let mut shops = [Shop::open(&market).await, Shop::open(&market).await];
                for (shop, product, step) in &history {
                    shops[*shop].play(&market, *product, step).await;
                }
                let from = next.fetch_add(25, Ordering::Relaxed);
                for shop in &shops {
                    shop.check(&market, from).await;
                }
                check_rebuilt_equals_live(&market.site).await;
                // The connections that asked before ask the new one.
                shops[0].check(&market, from).await;
                Ok(())
            })
        })
        .unwrap();
}
