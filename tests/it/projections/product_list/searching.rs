//! Searching titles: exactly those that hold every word, which an index alone would not tell.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::PgPool;
use unicode_normalization::UnicodeNormalization;
use zhanggui::projections::product_list::{Query, Search};

use super::{Market, found, listed, new_id};

/// Titles and searches are made of few characters, so that they often meet; each stands for a difficulty.
const CHARACTERS: [&str; 22] = [
    "红", "茶", "杯", "龍", "a", "B", "b", "Ａ", "É", "é", "e\u{301}", "ß", "σ", "Σ", "％", "%", "_", "\\",
    "'", " ", "\u{3000}", "😀",
];

/// Titles and searches of four of the characters, so that a title often has every two neighbours of a search, yet
/// not the search itself.
fn cases() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    prop::sample::subsequence(&CHARACTERS[..], 4).prop_flat_map(|some| {
        let text = |most: usize| {
            let characters = prop::collection::vec(prop::sample::select(some.clone()), 1..most);
            characters.prop_map(|parts| parts.concat())
        };
        (prop::collection::vec(text(12), 1..25), prop::collection::vec(text(6), 1..20))
    })
}

async fn folded(pool: &PgPool, texts: &[String]) -> Vec<String> {
    sqlx::query_scalar("SELECT fold_title(t) FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n")
        .bind(texts)
        .fetch_all(pool)
        .await
        .unwrap()
}

async fn titles_found(market: &Market, query: &Query) -> Vec<String> {
    let (rows, total) = market.walk(query, 7).await;
    assert_eq!(i64::try_from(rows.len()).unwrap(), total);
    let mut titles: Vec<_> = rows.into_iter().filter_map(|row| row.title).collect();
    titles.sort();
    titles
}

#[test]
fn the_index_finds_what_looking_at_every_title_finds() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let market = runtime.block_on(Market::start());
    let hits = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 25, failure_persistence: None, ..Config::default() });
    runner
        .run(&cases(), |(titles, searches)| {
            runtime.block_on(async {
                let store_id = market.open_store().await;
                let events = titles.iter().map(|title| {
                    let (market, product_id) = (&market, new_id());
                    async move {
                        let events = [("product.listed", listed(store_id, product_id)), found(title)];
                        market.tell(product_id, &events).await;
                    }
                });
                futures_util::future::join_all(events).await;
                let (keys, words) =
                    (folded(market.pool(), &titles).await, folded(market.pool(), &searches).await);
                for (search, words) in searches.iter().zip(words) {
                    let Some(search) = Search::parse(search).unwrap() else { continue };
                    let query = Query { search: Some(search), ..Query::all_of(store_id) };
                    let holds = |key: &String| words.split(' ').all(|word| key.contains(word));
                    let by_looking = titles.iter().zip(&keys).filter(|(_, key)| holds(key));
                    let mut by_looking: Vec<_> = by_looking.map(|(title, _)| title.clone()).collect();
                    by_looking.sort();
                    hits.set(hits.get() + by_looking.len());
                    prop_assert_eq!(titles_found(&market, &query).await, by_looking, "{:?}", query.search);
                }
                Ok(())
            })
        })
        .unwrap();
    assert!(hits.get() > 100, "{} hits only", hits.get());
}

#[tokio::test]
async fn words_are_found_whatever_their_width_and_case_and_wherever_they_stand() {
    let market = Market::start().await;
    let store_id = market.open_store().await;
    let title = "Ｎｉｋｅ 耐克 Air Max 跑步鞋 ÉTÉ Ночь 100%棉_x";
    market.add_product(store_id, Some(title)).await;
    market.add_product(store_id, Some("别的东西 100x 棉ax")).await;
    // Every two neighbours of 红茶杯, but not the word.
    market.add_product(store_id, Some("茶杯 红茶")).await;
    market.add_product(store_id, None).await;
    let hits = [
        "跑",
        "步",
        "步鞋",
        "跑步鞋",
        "nike",
        "NIKE",
        "ＮＩＫＥ",
        "ik",
        "k",
        "été",
        "НОЧЬ",
        "max air",
        "鞋 耐克",
        "0%棉",
        "棉_x",
        "克\u{3000}M",
    ];
    for word in hits {
        let query = Query { search: Search::parse(word).unwrap(), ..Query::all_of(store_id) };
        assert_eq!(titles_found(&market, &query).await, [title], "{word}");
    }
    for word in ["红茶杯", "步跑", "ete", "maxair", "nike 李宁", "%%", "x_", "\\", "' OR 1=1 --"] {
        let query = Query { search: Search::parse(word).unwrap(), ..Query::all_of(store_id) };
        assert_eq!(titles_found(&market, &query).await, [""; 0], "{word}");
    }
}

#[tokio::test]
async fn a_search_looks_into_one_store_even_where_two_share_their_mark() {
    let market = Market::start().await;
    let mine = new_id();
    // The same last digits: the same grams.
    let theirs = uuid::Uuid::from_u128(mine.as_u128() ^ (1 << 100));
    let my_product = market.add_product(mine, Some("红茶")).await;
    market.add_product(theirs, Some("红茶杯")).await;
    let query = Query { search: Search::parse("红茶").unwrap(), ..Query::all_of(mine) };
    let page = market.first_page(&query).await;
    assert_eq!((page.products[0].product_id, page.products.len(), page.total), (my_product, 1, 1));
}

#[tokio::test]
async fn folding_is_that_of_unicode_but_for_what_is_documented() {
    let market = Market::start().await;
    let letters: Vec<String> = ('\u{1}'..='\u{4ff}').filter(|c| !c.is_control()).map(String::from).collect();
    for (letter, folded) in letters.iter().zip(folded(market.pool(), &letters).await) {
        let expected = match letter.as_str() {
            "İ" => "i".to_owned(),
            // A final sigma, and the lunate one that NFKC makes of it, are sigmas.
            "ς" | "ϲ" | "Ϲ" => "σ".to_owned(),
            _ => letter.nfkc().collect::<String>().to_lowercase().nfkc().collect(),
        };
        assert_eq!(folded, expected, "U+{:04X}", u32::from(letter.chars().next().unwrap()));
    }
}
