//! Taobao's own hosts, compared label by label: `taobao.com.evil.example` and `eviltaobao.com` are not among them.

use reqwest::Url;

/// Where pages may be fetched from: these names and what is below them.
const PAGES: [&str; 5] = ["taobao.com", "tmall.com", "tmall.hk", "tb.cn", "alicdn.com"];
/// Where images are: the hosts that the page's policy lets pictures in from.
const IMAGES: [&str; 3] = ["alicdn.com", "taobaocdn.com", "tbcdn.cn"];
/// Links there only stand for other links.
const SHORT: [&str; 1] = ["tb.cn"];

/// Whether a page may be fetched from this address's host.
pub(super) fn has_pages(url: &Url) -> bool {
    is_below(url, &PAGES)
}

/// Whether an image at this address is one of Taobao's.
pub(super) fn has_images(url: &Url) -> bool {
    is_below(url, &IMAGES)
}

/// Whether this is a short link.
pub(super) fn is_short(url: &Url) -> bool {
    is_below(url, &SHORT)
}

/// Whether the host is a name (IP addresses in any spelling are none once they are parsed) below one of these.
pub(super) fn is_below(url: &Url, names: &[&str]) -> bool {
    url.domain().is_some_and(|host| {
        names.iter().any(|name| {
            host.strip_suffix(name).is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
        })
    })
}
