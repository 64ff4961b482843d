//! What each event does to what is shown.

use chrono::TimeDelta;
use serde_json::json;
use zhanggui::ports::Clock;
use zhanggui::projections::product_list::{Query, Search, Status, by_id, categories, store_by_id, store_of};

use super::{Market, found, listed, new_id};

#[tokio::test]
async fn a_store_is_found_by_its_owner_and_by_its_id() {
    let market = Market::start().await;
    let (store_id, owner_id) = (new_id(), new_id());
    market.tell(store_id, &[("store.opened", json!({"owner_id": owner_id, "name": "茶庄"}))]).await;
    market.tell(store_id, &[("store.renamed", json!({"name": "新茶庄"}))]).await;
    market.add_product(store_id, None).await;
    let store = store_of(market.pool(), owner_id).await.unwrap().unwrap();
    assert_eq!((store.store_id, store.name.as_str(), store.product_count), (store_id, "新茶庄", 1));
    assert_eq!(store_by_id(market.pool(), store_id).await.unwrap(), Some(store));
    assert_eq!(store_of(market.pool(), store_id).await.unwrap(), None);
    assert_eq!(store_by_id(market.pool(), owner_id).await.unwrap(), None);
}

#[tokio::test]
async fn a_product_goes_through_its_life() {
    let market = Market::start().await;
    let (store_id, product_id) = (market.open_store().await, new_id());
    let listed_at = market.site.clock.now();
    market.tell(product_id, &[("product.listed", listed(store_id, product_id))]).await;
    let fresh = market.product(product_id).await;
    assert_eq!((fresh.status.as_str(), fresh.info_status.as_str(), fresh.version), ("listed", "pending", 1));
    assert_eq!((fresh.title, fresh.price, fresh.info_source), (None, None, None));

    market.site.clock.advance(TimeDelta::seconds(1));
    let facts = json!({"title": "红茶", "price": "19.90", "image_url": "https://img.alicdn.com/1.jpg", "info_source": "page"});
    market.tell(product_id, &[("product.info_recorded", facts)]).await;
    let fetched = market.product(product_id).await;
    assert_eq!((fetched.title.as_deref(), fetched.price.as_deref()), (Some("红茶"), Some("19.90")));
    assert_eq!((fetched.info_status.as_str(), fetched.info_source.as_deref()), ("fetched", Some("page")));
    assert_eq!((fetched.listed_at, fetched.updated_at), (listed_at, listed_at + TimeDelta::seconds(1)));

    market.tell(product_id, &[("product.refresh_requested", json!({}))]).await;
    assert_eq!(market.product(product_id).await.info_status, "pending");
    market.tell(product_id, &[("product.info_failed", json!({"reason": "needs_login"}))]).await;
    let failed = market.product(product_id).await;
    assert_eq!((failed.info_status.as_str(), failed.info_error.as_deref()), ("failed", Some("needs_login")));
    assert_eq!((failed.title.as_deref(), failed.version), (Some("红茶"), 4));

    market.tell(product_id, &[("product.modified", json!({"price": "18.00", "status": "delisted"}))]).await;
    let modified = market.product(product_id).await;
    assert_eq!((modified.price.as_deref(), modified.status.as_str()), (Some("18.00"), "delisted"));
    assert_eq!((modified.price_by_hand, modified.title_by_hand), (true, false));
    market.tell(product_id, &[("product.modified", json!({"title": "好红茶"}))]).await;
    assert_eq!(market.product(product_id).await.info_source.as_deref(), Some("merchant"));
}

#[tokio::test]
async fn behind_another_item_only_what_a_person_set_stays() {
    let market = Market::start().await;
    let (store_id, product_id) = (market.open_store().await, new_id());
    let facts = json!({"title": "红茶", "price": "19.90", "image_url": "https://img.alicdn.com/1.jpg", "info_source": "api"});
    let events = [
        ("product.listed", listed(store_id, product_id)),
        ("product.info_recorded", facts),
        ("product.modified", json!({"price": "18.00"})),
        (
            "product.modified",
            json!({"taobao_url": "https://item.taobao.com/item.htm?id=2", "taobao_item_id": "2"}),
        ),
    ];
    market.tell(product_id, &events).await;
    let product = market.product(product_id).await;
    assert_eq!((product.title, product.price.as_deref(), product.image_url), (None, Some("18.00"), None));
    assert_eq!((product.info_status.as_str(), product.info_source.as_deref()), ("pending", Some("merchant")));
    assert_eq!((product.taobao_item_id.as_deref(), product.version), (Some("2"), 4));
    let short = json!({"taobao_url": "https://m.tb.cn/h.5xYz", "taobao_item_id": null});
    market.tell(product_id, &[found("绿茶"), ("product.modified", short)]).await;
    let product = market.product(product_id).await;
    assert_eq!(
        (product.taobao_item_id, product.title),
        (None, None),
        "behind a short link, no item is known"
    );
    let query = Query { search: Search::parse("红茶").unwrap(), ..Query::all_of(store_id) };
    assert_eq!(market.first_page(&query).await.total, 0, "the old title is not found any more");
}

#[tokio::test]
async fn a_deleted_product_is_gone_from_every_answer_at_once_and_comes_back_where_it_was() {
    let market = Market::start().await;
    let store_id = market.open_store().await;
    let category_id = market.add_category(store_id, "茶").await;
    let product_id = market.add_product(store_id, Some("红茶")).await;
    market.tell(product_id, &[("product.modified", json!({"category_id": category_id}))]).await;
    let everything = Query::all_of(store_id);
    let queries = [
        everything.clone(),
        Query { category_id: Some(category_id), ..everything.clone() },
        Query { status: Some(Status::Listed), ..everything.clone() },
        Query { search: Search::parse("茶").unwrap(), ..everything },
    ];
    let before = market.product(product_id).await;
    for expected in [1_i64, 0, 1] {
        if expected == 0 {
            market.tell(product_id, &[("product.deleted", json!({}))]).await;
            assert!(market.product(product_id).await.deleted_at.is_some());
        }
        for query in &queries {
            let page = market.first_page(query).await;
            assert_eq!(
                (i64::try_from(page.products.len()).unwrap(), page.total),
                (expected, expected),
                "{query:?}"
            );
        }
        assert_eq!(store_by_id(market.pool(), store_id).await.unwrap().unwrap().product_count, expected);
        assert_eq!(categories(market.pool(), store_id).await.unwrap()[0].product_count, expected);
        if expected == 0 {
            market.tell(product_id, &[("product.restored", json!({}))]).await;
        }
    }
    let after = market.product(product_id).await;
    assert_eq!(after.version, before.version + 2);
    assert_eq!(zhanggui::projections::product_list::ProductRow { version: before.version, ..after }, before);
    assert_eq!(by_id(market.pool(), new_id()).await.unwrap(), None);
}

#[tokio::test]
async fn a_removed_category_leaves_its_products_in_none() {
    let market = Market::start().await;
    let store_id = market.open_store().await;
    let (tea, cups) = (market.add_category(store_id, "茶").await, market.add_category(store_id, "杯").await);
    let product_id = market.add_product(store_id, Some("红茶")).await;
    market.tell(product_id, &[("product.modified", json!({"category_id": tea}))]).await;
    market.tell(store_id, &[("store.category_renamed", json!({"category_id": tea, "name": "A 茶"}))]).await;
    let names: Vec<_> = categories(market.pool(), store_id).await.unwrap();
    let names: Vec<_> = names.iter().map(|row| (row.name.as_str(), row.product_count)).collect();
    assert_eq!(names, [("A 茶", 1), ("杯", 0)]);

    market.tell(store_id, &[("store.category_removed", json!({"category_id": tea}))]).await;
    assert_eq!(market.product(product_id).await.category_id, None);
    for search in [None, Search::parse("茶").unwrap()] {
        let all = Query { search, ..Query::all_of(store_id) };
        assert_eq!(market.first_page(&all).await.products[0].category_id, None);
        let of_tea = market.first_page(&Query { category_id: Some(tea), ..all }).await;
        assert_eq!((of_tea.products.len(), of_tea.total), (0, 0));
    }
    market.tell(product_id, &[("product.modified", json!({"category_id": cups}))]).await;
    assert_eq!(market.product(product_id).await.category_id, Some(cups));
    market.tell(product_id, &[("product.modified", json!({"category_id": null}))]).await;
    assert_eq!(market.product(product_id).await.category_id, None);
}

#[tokio::test]
async fn another_store_s_category_shows_nothing_of_this_one() {
    let market = Market::start().await;
    let (mine, theirs) = (market.open_store().await, market.open_store().await);
    let category_id = market.add_category(theirs, "茶").await;
    let product_id = market.add_product(mine, Some("红茶")).await;
    market.tell(product_id, &[("product.modified", json!({"category_id": category_id}))]).await;
    assert_eq!(market.product(product_id).await.category_id, None);
    for store_id in [mine, theirs] {
        let query = Query { category_id: Some(category_id), ..Query::all_of(store_id) };
        assert_eq!(market.first_page(&query).await.total, 0);
    }
}

#[tokio::test]
async fn the_version_is_the_number_of_the_stream_s_events() {
    let market = Market::start().await;
    let store_id = market.open_store().await;
    let product_id = new_id();
    let events = [
        ("product.listed", listed(store_id, product_id)),
        found("茶"),
        ("product.info_failed", json!({"reason": "blocked"})),
        ("product.refresh_requested", json!({})),
        ("product.modified", json!({"title": "绿茶"})),
        ("product.deleted", json!({})),
        ("product.restored", json!({})),
    ];
    for (sequence, event) in (1_i64..).zip(&events) {
        market.tell(product_id, std::slice::from_ref(event)).await;
        assert_eq!(market.product(product_id).await.version, sequence, "{}", event.0);
    }
    let all_at_once = new_id();
    market.tell(all_at_once, &events).await;
    assert_eq!(market.product(all_at_once).await.version, 7);
}
