//! Whatever an item page is, it is read or refused, and what is read is fit to be shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zhanggui::adapters::taobao::page::{canonical_price, read_page};

fuzz_target!(|input: (Option<&str>, &[u8])| {
    let (content_type, page) = input;
    if let Ok(info) = read_page(page, content_type) {
        assert!((1..=120).contains(&info.title.chars().count()) && !info.title.contains(char::is_control));
        assert!(info.price.is_none_or(|price| canonical_price(&price).as_ref() == Some(&price)));
        assert!(info.image_url.is_none_or(|image| image.starts_with("https://")));
    }
});
