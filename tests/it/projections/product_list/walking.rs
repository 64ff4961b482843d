//! Walking through a list while others change it.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use uuid::Uuid;
use zhanggui::projections::product_list::{Query, Search, Sort, list};

use super::{Market, listed, new_id};

/// A title and price by number, many of them equal, some missing.
fn facts(number: usize) -> (&'static str, serde_json::Value) {
    let price = (!number.is_multiple_of(3)).then(|| format!("{}.50", number % 4 + 1));
    let title = (!number.is_multiple_of(5)).then(|| format!("茶 {}", number % 6));
    (
        "product.info_recorded",
        json!({"title": title, "price": price, "image_url": null, "info_source": "page"}),
    )
}

async fn add(market: &Market, store_id: Uuid, number: usize) -> Uuid {
    let product_id = new_id();
    market.tell(product_id, &[("product.listed", listed(store_id, product_id)), facts(number)]).await;
    product_id
}

/// Products that come and go, a few at each turn.
struct Restless {
    store_id: Uuid,
    staying: Vec<Uuid>,
    leaving: Vec<Uuid>,
    turns: usize,
}

impl Restless {
    /// One is deleted, one that was deleted before comes back, a new one comes, and one that stays changes what is
    /// in no order.
    async fn turn(&mut self, market: &Market) {
        let nth = |turn: usize| self.leaving[turn % self.leaving.len()];
        market.tell(nth(self.turns), &[("product.deleted", json!({}))]).await;
        if self.turns > 0 {
            market.tell(nth(self.turns - 1), &[("product.restored", json!({}))]).await;
        }
        add(market, self.store_id, self.turns).await;
        let stays = self.staying[self.turns % self.staying.len()];
        market.tell(stays, &[("product.refresh_requested", json!({}))]).await;
        self.turns += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stays_is_seen_exactly_once_while_others_come_and_go() {
    let market = Market::start().await;
    let store_id = market.open_store().await;
    let mut others = Restless { store_id, staying: Vec::new(), leaving: Vec::new(), turns: 0 };
    for number in 0..60 {
        let list = if number % 4 == 0 { &mut others.leaving } else { &mut others.staying };
        list.push(add(&market, store_id, number).await);
    }
    let searching = Query { search: Search::parse("茶").unwrap(), ..Query::all_of(store_id) };
    for query in Sort::ALL.map(|sort| Query { sort, ..Query::all_of(store_id) }).iter().chain([&searching]) {
        let (mut seen, mut place) = (HashMap::<Uuid, usize>::new(), None);
        loop {
            let (page, ()) =
                tokio::join!(list(market.pool(), query, place.as_ref(), 9), others.turn(&market));
            let page = page.unwrap();
            for product in &page.products {
                *seen.entry(product.product_id).or_default() += 1;
            }
            place = page.next;
            if place.is_none() {
                break;
            }
        }
        // A deleted product keeps its place, so even one that comes back is seen once at most.
        assert!(seen.values().all(|times| *times == 1), "{query:?}: somebody was seen twice");
        // Every fifth has no title to be found by.
        let expected = if query.search.is_some() { 36 } else { 45 };
        let stayed = others.staying.iter().filter(|id| seen.contains_key(id)).count();
        assert_eq!(stayed, expected, "{query:?}: somebody who stayed was not seen");
    }
    assert!(others.turns > 40);
    // All that ever were, but for the last that was deleted.
    let (all, total) = market.walk(&Query::all_of(store_id), 100).await;
    assert_eq!((all.len(), total), (59 + others.turns, i64::try_from(59 + others.turns).unwrap()));
}

#[tokio::test]
async fn what_has_no_title_or_price_comes_last_in_both_directions() {
    let market = Market::start().await;
    let store_id = market.open_store().await;
    for number in 0..30 {
        add(&market, store_id, number).await;
    }
    for sort in [Sort::CheapestFirst, Sort::DearestFirst, Sort::Title] {
        let query = Query { sort, ..Query::all_of(store_id) };
        let (all, total) = market.walk(&query, 4).await;
        assert_eq!((all.len(), total), (30, 30));
        assert_eq!(all.iter().map(|row| row.product_id).collect::<HashSet<_>>().len(), 30);
        let known: Vec<_> = all
            .iter()
            .map(|row| if sort == Sort::Title { row.title.clone() } else { row.price.clone() })
            .collect();
        let first_unknown = known.iter().position(Option::is_none).unwrap();
        assert!(known[first_unknown..].iter().all(Option::is_none), "{sort:?}: {known:?}");
        let is_sorted = match sort {
            Sort::DearestFirst => known[..first_unknown].is_sorted_by(|a, b| a >= b),
            _ => known[..first_unknown].is_sorted(),
        };
        assert!(is_sorted, "{sort:?}: {known:?}");
    }
}

#[tokio::test]
async fn behind_the_last_product_the_list_is_empty_and_its_total_right() {
    let market = Market::start().await;
    let store_id = market.open_store().await;
    let products =
        [market.add_product(store_id, Some("红茶")).await, market.add_product(store_id, Some("绿茶")).await];
    for search in [None, Search::parse("茶").unwrap()] {
        let query = Query { search, ..Query::all_of(store_id) };
        let page = list(market.pool(), &query, None, 1).await.unwrap();
        assert_eq!((page.products[0].product_id, page.total), (products[1], 2));
        market.tell(products[0], &[("product.deleted", json!({}))]).await;
        let page = list(market.pool(), &query, page.next.as_ref(), 1).await.unwrap();
        assert_eq!((page.products.len(), page.next, page.total), (0, None, 1));
        market.tell(products[0], &[("product.restored", json!({}))]).await;
    }
    let nobodys = market.first_page(&Query::all_of(new_id())).await;
    assert_eq!((nobodys.products.len(), nobodys.next, nobodys.total), (0, None, 0));
}

#[tokio::test]
async fn titles_that_grow_by_normalisation_are_listed_and_walked() {
    let market = Market::start().await;
    let store_id = market.open_store().await;
    // U+FDFA becomes 18 characters: more than an index row can hold, were it not cut.
    let long = "\u{fdfa}".repeat(120);
    let mut wide: String = ('\u{4e00}'..).take(119).collect();
    wide.push('\u{10ffff}');
    for title in [long.as_str(), wide.as_str(), long.as_str(), "茶"] {
        market.add_product(store_id, Some(title)).await;
    }
    let query = Query { sort: Sort::Title, ..Query::all_of(store_id) };
    assert_eq!(market.walk(&query, 1).await.0.len(), 4);
    let query = Query { search: Search::parse("\u{fdfa}").unwrap(), ..query };
    assert_eq!(market.walk(&query, 1).await.1, 2);
}
