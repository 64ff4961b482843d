//! Whatever is pasted as a link, it is refused or kept in a form that reads as itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zhanggui::merchant::links::{CouponLink, TaobaoLink};

fuzz_target!(|text: &str| {
    if let Ok(link) = TaobaoLink::parse(text) {
        assert_eq!(TaobaoLink::parse(&link.canonical()), Ok(link));
    }
    if let Ok(link) = CouponLink::parse(text) {
        assert_eq!(CouponLink::parse(link.as_str()), Ok(link.clone()));
    }
});
