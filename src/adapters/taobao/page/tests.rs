//! Any bytes are read without a panic, and what comes out keeps its promises.

use proptest::prelude::*;

use super::*;

const PAGE: &str = r#"<!doctype html><html><head><meta charset="utf-8"><title>纯棉T恤-淘宝网</title>
<meta property="og:title" content="纯棉T恤"><meta property="og:image" content="//img.alicdn.com/a.jpg">
<script type="application/ld+json">{"@type":"Product","name":"纯棉T恤","offers":{"price":"19.90"}}</script>
<script>!(function () {var a = window.__ICE_APP_CONTEXT__ || {};var b = {"loaderData":{"home":{"data":{"res":{
"item":{"title":"纯棉T恤","images":["//img.alicdn.com/a.jpg"]},"componentsVO":{"priceVO":{"price":{"priceText":"19.90",
"priceMoney":"1990"}}}}}}}};for (var k in a) {b[k] = a[k]};window.__ICE_APP_CONTEXT__=b;})();</script></head>
<body><h3 class="tb-main-title" data-title="纯棉T恤"></h3><em class="tb-rmb-num">19.90</em></body></html>"#;

fn keeps_its_promises(bytes: &[u8], content_type: Option<&str>) {
    if let Ok(info) = read_page(bytes, content_type) {
        assert!((1..=120).contains(&info.title.chars().count()), "{info:?}");
        assert!(!info.title.contains(char::is_control), "{info:?}");
        assert!(info.price.is_none_or(|price| canonical_price(&price).as_ref() == Some(&price)));
        assert!(info.image_url.is_none_or(|image| image.starts_with("https://")));
    }
}

#[test]
fn the_sample_is_read() {
    let info = read_page(PAGE.as_bytes(), None).unwrap();
    assert_eq!(info.title, "纯棉T恤");
    assert_eq!(info.price.as_deref(), Some("19.90"));
    assert_eq!(info.image_url.as_deref(), Some("https://img.alicdn.com/a.jpg"));
}

#[test]
fn a_page_cut_off_anywhere_is_read_or_refused() {
    for length in 0..PAGE.len() {
        keeps_its_promises(&PAGE.as_bytes()[..length], Some("text/html; charset=utf-8"));
    }
}

#[test]
fn what_comes_after_the_longest_page_is_not_looked_at() {
    let mut page = vec![b' '; LONGEST_PAGE];
    page.extend_from_slice(b"<title>too late</title>");
    assert_eq!(read_page(&page, None), Err(PageRefusal::Unreadable));
}

#[test]
fn deep_and_endless_json_is_no_state() {
    for state in
        ["[".repeat(500_000), "{\"a\":".repeat(300_000), "{\"".repeat(500_000), "{\"a\"}".repeat(300_000)]
    {
        for kind in ["application/json", "application/ld+json"] {
            let page = format!("<script type={kind}>{state}</script><title>纯棉T恤</title>");
            assert_eq!(read_page(page.as_bytes(), None).unwrap().price, None);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, content_type in ".{0,40}") {
        keeps_its_promises(&bytes, Some(&content_type));
    }

    #[test]
    fn a_page_with_anything_in_it_anywhere_is_read_without_a_panic(
        at in 0..PAGE.len(),
        length in 0_usize..40,
        other in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..20),
            "(<script>|</script>|<!--|-->|\"|\\{|\\}|&#x0;|<title>|[\\]<>'\\\\/=]){1,8}".prop_map(String::into_bytes),
        ],
    ) {
        let end = (at + length).min(PAGE.len());
        let page = [&PAGE.as_bytes()[..at], &other, &PAGE.as_bytes()[end..]].concat();
        keeps_its_promises(&page, None);
        keeps_its_promises(&page, Some("text/html; charset=gbk"));
    }
}
