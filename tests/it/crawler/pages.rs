//! Every page of the folder, served as Taobao serves it, and what is read from it.

use std::collections::BTreeSet;
use std::fs;

use zhanggui::reactors::product_source::InfoSource;

use super::{Crawler, failed};

const MAIN: &str = "https://img.alicdn.com/imgextra/i1/2200/O1CN01abcd_!!2200-0-item_pic.jpg";
const BOOTH: &str = "https://gd2.alicdn.com/imgextra/i2/main.jpg_400x400.jpg";

type Row = (&'static str, Result<(&'static str, Option<&'static str>, Option<&'static str>), &'static str>);

/// The page; its title, price and image, or why there are none.
const PAGES: [Row; 36] = [
    ("desktop_2022", Ok(("纯棉T恤男夏季短袖", Some("59.90"), Some(MAIN)))),
    ("desktop_2022_after_coupon", Ok(("真丝围巾 & 礼盒", Some("169.50"), Some(MAIN)))),
    ("tmall_2022", Ok(("【官方】保温杯500ml", Some("128.00"), Some(MAIN)))),
    // Beside every variant's own price, it is in none's range.
    ("decoy_price_in_state", Ok(("旗舰手机 256G", None, Some(MAIN)))),
    ("decoy_price_in_fen", Ok(("旗舰手机 512G", None, Some(MAIN)))),
    ("two_prices", Ok(("机械键盘", None, Some(MAIN)))),
    ("hidden_price", Ok(("新品预告 冲锋衣", None, Some(MAIN)))),
    ("no_price", Ok(("定制 家具 请咨询", None, Some(MAIN)))),
    ("price_range", Ok(("棉袜 10双装", Some("19.90"), Some(MAIN)))),
    ("off_shelf_2022", Err("not_found")),
    ("sold_out_ld", Err("not_found")),
    ("mobile_h5", Ok(("手工陶瓷杯", Some("45.00"), Some("https://gw.alicdn.com/bao/uploaded/i4/x.jpg")))),
    ("mobile_api_stack", Ok(("儿童雨衣", Some("36.80"), Some("https://gw.alicdn.com/r.jpg")))),
    ("desktop_2014", Ok(("景德镇手绘青花瓷碗", Some("25.00"), Some(BOOTH)))),
    ("desktop_2014_meta_only", Ok(("竹编收纳篮", Some("32.50"), Some(BOOTH)))),
    ("desktop_2014_wrong_header", Ok(("镕记龙井茶叶", Some("118.00"), Some(BOOTH)))),
    ("desktop_2014_off_shelf", Err("not_found")),
    (
        "tmall_2016",
        Ok(("高山乌龙茶 250g", Some("138.00"), Some("https://img.alicdn.com/imgextra/i3/tea.jpg"))),
    ),
    ("json_ld", Ok(("羊毛衫", Some("259.00"), Some("https://img.alicdn.com/w.jpg")))),
    ("json_ld_dollars", Ok(("Silk scarf", None, Some("https://img.alicdn.com/s.jpg")))),
    ("open_graph", Ok(("儿童 & 亲子 拼图", Some("19.90"), Some("https://img.alicdn.com/p.jpg")))),
    // Each place says something else, and the one before it is taken away.
    ("state_before_all", Ok(("来自状态", None, Some("https://img.alicdn.com/state.jpg")))),
    ("json_ld_before_open_graph", Ok(("来自结构化数据", None, Some("https://img.alicdn.com/json-ld.jpg")))),
    ("open_graph_before_title", Ok(("来自分享卡片", None, Some("https://img.alicdn.com/open-graph.jpg")))),
    ("title_only", Ok(("折叠露营椅", None, None))),
    ("truncated", Ok(("充电宝 20000毫安", None, None))),
    ("verification", Err("needs_login")),
    ("slider", Err("needs_login")),
    ("login", Err("needs_login")),
    ("login_script", Err("needs_login")),
    ("blocked", Err("needs_login")),
    ("not_there", Err("not_found")),
    ("shell", Err("unreadable")),
    ("not_html", Err("unreadable")),
    // What is in it is text like any other; it is up to who shows it to show it as text.
    ("hostile", Ok(("烛台 <img src=x onerror=alert(1)>", None, None))),
    ("a_page_that_is_not_there", Err("not_found")),
];

#[tokio::test]
async fn each_page_is_read_as_expected() {
    let crawler = Crawler::new().await;
    let mut wrong = Vec::new();
    for (name, expected) in PAGES {
        let found = crawler.fetch(name, "").await;
        let is_right = match (&found, expected) {
            (Ok(info), Ok((title, price, image))) => {
                assert_eq!((info.source, info.item_id.as_deref()), (InfoSource::Page, Some(name)));
                (info.title.as_deref(), info.price.as_deref(), info.image_url.as_deref())
                    == (Some(title), price, image)
            }
            (Err(error), Err(reason)) => *error == failed(reason),
            _ => false,
        };
        if !is_right {
            wrong.push(format!("{name}: {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_page_of_the_folder_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/crawler/pages");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<_> = files.map(|name| name.split('.').next().unwrap().to_owned()).collect();
    let listed: BTreeSet<_> = PAGES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(files.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(files.len() >= 20);
}
