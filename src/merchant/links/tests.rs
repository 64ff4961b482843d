//! Links of every form that is in use, links that pose as them, and any text at all.

use proptest::prelude::*;

use super::*;
use FieldCode::{InvalidFormat, Required, TooLong, UnknownHost};

fn canonical(text: &str) -> Result<String, FieldCode> {
    TaobaoLink::parse(text).map(|link| link.canonical())
}

#[test]
fn every_form_of_a_link_to_an_item_becomes_one() {
    let taobao = "https://item.taobao.com/item.htm?id=520813250866";
    let tmall = "https://detail.tmall.com/item.htm?id=520813250866";
    for (text, kept) in [
        ("https://item.taobao.com/item.htm?id=520813250866", taobao),
        ("http://item.taobao.com/item.htm?spm=a1z10.1-c.w4004&id=520813250866&ns=1#detail", taobao),
        ("item.taobao.com/item.htm?id=520813250866", taobao),
        ("//item.taobao.com/item.htm?id=520813250866", taobao),
        ("https://ITEM.Taobao.com/item.htm?id=520813250866", taobao),
        ("https://item.taobao.com/item.htm?ft=t&amp;id=520813250866&amp;x=1", taobao),
        ("https://item.taobao.com/item.htm?id=520813250866&id=520813250866", taobao),
        ("https://detail.taobao.com/item.htm?id=520813250866", taobao),
        ("https://h5.m.taobao.com/awp/core/detail.htm?id=520813250866&sourceType=item", taobao),
        ("https://m.intl.taobao.com/detail/detail.html?id=520813250866", taobao),
        ("https://world.taobao.com/item/520813250866.htm?fromSite=main", taobao),
        ("https://a.m.taobao.com/i520813250866.htm?sid=x", taobao),
        ("https://detail.tmall.com/item.htm?id=520813250866&skuId=31", tmall),
        ("https://chaoshi.detail.tmall.com/item.htm?id=520813250866", tmall),
        ("https://detail.m.tmall.com/item.htm?id=520813250866", tmall),
        ("https://detail.tmall.hk/hk/item.htm?id=5", "https://detail.tmall.hk/item.htm?id=5"),
        (
            "https://detail.tmall.com/item.htm?id=Xr8v-Ab_9q2",
            "https://detail.tmall.com/item.htm?id=Xr8v-Ab_9q2",
        ),
        ("「好看的杯子」https://item.taobao.com/item.htm?id=520813250866，快来看", taobao),
    ] {
        assert_eq!(canonical(text).as_deref(), Ok(kept), "{text}");
        assert_eq!(TaobaoLink::parse(text).unwrap().item_id(), kept.split("id=").nth(1));
    }
}

#[test]
fn what_the_app_shares_is_a_short_link_that_stands_for_itself() {
    let shared = "【淘宝】7天无理由退货 https://m.tb.cn/h.5xYz123?tk=AbCdEf CZ3456 「好看的杯子 大号」\n点击链接直接打开 或者 淘宝搜索直接打开";
    for (text, kept) in [
        (shared, "https://m.tb.cn/h.5xYz123"),
        ("https://e.tb.cn/h.gAbC?tk=x", "https://e.tb.cn/h.gAbC"),
        ("m.tb.cn/h.5xYz123", "https://m.tb.cn/h.5xYz123"),
    ] {
        let link = TaobaoLink::parse(text).unwrap();
        assert_eq!((link.canonical().as_str(), link.item_id()), (kept, None), "{text}");
    }
    for text in
        ["https://m.tb.cn/", "https://m.tb.cn/h.5/../x", "https://m.tb.cn/h.%35xYz", "https://m.tb.cn/...."]
    {
        assert_eq!(canonical(text), Err(InvalidFormat), "{text}");
    }
}

#[test]
fn who_poses_as_taobao_is_another_host() {
    for text in [
        "https://taobao.com.evil.example/item.htm?id=1",
        "https://eviltaobao.com/item.htm?id=1",
        "https://item-taobao.com/item.htm?id=1",
        "https://item.taobao.com.cn/item.htm?id=1",
        "https://tmall.com.tk/item.htm?id=1",
        "https://evil.example/item.taobao.com/item.htm?id=1",
        "https://evil.example?https://item.taobao.com/item.htm?id=1",
        "https://evil.example/#item.taobao.com/item.htm?id=1",
        "https://xn--tobao-3ve.com/item.htm?id=1",
        "https://x.tb.cn/h.5xYz",
        "https://tb.cn.evil.example/h.5xYz",
        "https://127.0.0.1/item.htm?id=1",
        "https://item。taobao。com/item.htm?id=1",
        "https://item.tao\nbao.com/item.htm?id=1",
        "https://evil.example https://item.taobao.com/item.htm?id=1",
    ] {
        assert_eq!(canonical(text), Err(UnknownHost), "{text}");
    }
}

#[test]
fn what_names_no_item_or_more_than_one_is_refused() {
    let digits = |n| "9".repeat(n);
    for text in [
        "https://item.taobao.com/item.htm".to_owned(),
        "https://item.taobao.com/item.htm?id=".to_owned(),
        "https://item.taobao.com/item.htm?id=0".to_owned(),
        "https://item.taobao.com/item.htm?id=-5".to_owned(),
        "https://item.taobao.com/item.htm?id=1&id=2".to_owned(),
        "https://item.taobao.com/item.htm?ID=1".to_owned(),
        "https://item.taobao.com/item.htm#id=1".to_owned(),
        "https://item.taobao.com/item.htm?id=１２３".to_owned(),
        "https://item.taobao.com/item.htm?id=12３".to_owned(),
        "https://item.taobao.com/item.htm?id=%EF%BC%91".to_owned(),
        "https://item.taobao.com/item.htm?id=1%00".to_owned(),
        format!("https://item.taobao.com/item.htm?id={}", digits(30)),
        format!("https://world.taobao.com/item/{}.htm", digits(21)),
        format!("https://item.taobao.com/item.htm?id={}", "x".repeat(65)),
        "https://s.taobao.com/search?id=1".to_owned(),
        "https://uland.taobao.com/coupon/edetail?id=1".to_owned(),
        "https://taobao.com/".to_owned(),
        "https://user@item.taobao.com/item.htm?id=1".to_owned(),
        "https://item.taobao.com@evil.example/item.htm?id=1".to_owned(),
        "https://item.taobao.com:443/item.htm?id=1".to_owned(),
        "https://item.taobao.com:8080/item.htm?id=1".to_owned(),
        "https://item.taobao.com\\.evil.example/item.htm?id=1".to_owned(),
        "https://item.taobao.com/item.htm?id=1\u{7}".to_owned(),
        "ftp://item.taobao.com/item.htm?id=1".to_owned(),
        "￥CZ3456 AbCdEfG￥".to_owned(),
    ] {
        assert_eq!(canonical(&text), Err(InvalidFormat), "{text}");
    }
    assert_eq!(canonical("  "), Err(Required));
    assert_eq!(canonical(&format!("https://item.taobao.com/item.htm?x={}", "y".repeat(2_048))), Err(TooLong));
    let twenty = format!("https://item.taobao.com/item.htm?id={}", digits(20));
    assert_eq!(canonical(&twenty), Ok(twenty.clone()));
}

#[test]
fn a_coupon_is_taobaos_own_or_any_plain_https_link() {
    for (text, kept) in [
        ("https://uland.taobao.com/coupon/edetail?activityId=a&itemId=1", None),
        ("http://s.click.taobao.com/t?e=m%3D2%26s%3Dx", Some("https://s.click.taobao.com/t?e=m%3D2%26s%3Dx")),
        ("s.click.taobao.com/AbC", Some("https://s.click.taobao.com/AbC")),
        (
            "https://shop.m.taobao.com/shop/coupon.htm?seller_id=1&amp;activity_id=2#x",
            Some("https://shop.m.taobao.com/shop/coupon.htm?seller_id=1&activity_id=2"),
        ),
        ("领券 https://m.tb.cn/h.5xYz 「券」", Some("https://m.tb.cn/h.5xYz")),
        ("https://coupons.example.com/c/1", None),
        ("https://pub.alimama.com/c?x=1", None),
    ] {
        assert_eq!(CouponLink::parse(text).unwrap().as_str(), kept.unwrap_or(text), "{text}");
    }
    for (text, code) in [
        ("", Required),
        ("http://coupons.example.com/c/1", InvalidFormat),
        ("https://coupons.example.com", InvalidFormat),
        ("https://coupons.example.com:8443/c", InvalidFormat),
        ("https://me@coupons.example.com/c", InvalidFormat),
        ("javascript:alert(1)", InvalidFormat),
        ("https://taobao.com.evil.example/c", UnknownHost),
        ("https://eviltaobao.com/c", UnknownHost),
        ("https://uland-tmall.example/c", UnknownHost),
        ("https://xn--80ak6aa92e.com/c", UnknownHost),
        ("https://localhost/c", UnknownHost),
        ("https://127.0.0.1/c", UnknownHost),
        ("https://0x7f.1/c", UnknownHost),
        ("https://2130706433/c", UnknownHost),
        ("https://[::1]/c", InvalidFormat),
    ] {
        assert_eq!(CouponLink::parse(text), Err(code), "{text}");
    }
}

/// Anything, and things that resemble links.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,60}",
        "[a-zA-Z0-9:/?#@.&=%;\\\\ \\t\\n「」。１２-]{0,60}",
        "(https?://|//|)[a-z@:\\\\.。-]{0,12}(item\\.taobao\\.com|detail\\.tmall\\.com|m\\.tb\\.cn|taobao\\.com)[a-z.@:。\\\\-]{0,6}/[a-z./]{0,8}(item\\.htm|h\\.[A-Za-z0-9]{2,6}|)(\\?[a-z&=;%0-9]{0,12}&?id=[0-9a-zA-Z１-]{0,22}|)",
    ]
}

proptest! {
    #[test]
    fn any_text_is_answered_and_what_is_kept_reads_as_itself(text in texts()) {
        if let Ok(link) = TaobaoLink::parse(&text) {
            let kept = link.canonical();
            prop_assert_eq!(TaobaoLink::parse(&kept), Ok(link));
            let host = url::Url::parse(&kept).unwrap().host_str().unwrap().to_owned();
            prop_assert!(["item.taobao.com", "detail.tmall.com", "detail.tmall.hk", "m.tb.cn", "e.tb.cn"].contains(&host.as_str()));
        }
        if let Ok(link) = CouponLink::parse(&text) {
            prop_assert_eq!(CouponLink::parse(link.as_str()), Ok(link.clone()));
            prop_assert!(link.as_str().starts_with("https://") && link.as_str().is_ascii());
        }
    }

    #[test]
    fn a_browser_would_go_where_the_link_says(text in texts()) {
        // What is taken for Taobao's as a whole text leads there when it is typed into a browser, too.
        if let (Ok(_), Ok(url)) = (TaobaoLink::parse(&text), url::Url::parse(text.trim())) {
            let host = url.host_str().unwrap_or_default();
            prop_assert!(["taobao.com", "tmall.com", "tmall.hk", "tb.cn"].iter().any(|own| lies_in(host, own)), "{}", host);
        }
    }

    #[test]
    fn an_id_is_found_wherever_it_stands(id in "[1-9][0-9]{4,14}", before in "([a-z]{1,4}=[a-z0-9%]{0,6}&){0,4}", after in "(&[a-z]{3,4}=[a-z0-9]{0,6}){0,4}") {
        let before = before.replace("id=", "ix=");
        let link = TaobaoLink::parse(&format!("https://item.taobao.com/item.htm?{before}id={id}{after}")).unwrap();
        prop_assert_eq!(link.item_id(), Some(id.as_str()));
    }
}
