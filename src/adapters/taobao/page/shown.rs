//! Titles and images: from what a page says to what may be shown to people.

use reqwest::Url;
use unicode_normalization::UnicodeNormalization as _;

use crate::adapters::taobao::hosts;

/// The most characters of a title that are kept, as the contract has it.
const LONGEST_TITLE: usize = 120;
/// The longest address of an image.
const LONGEST_ADDRESS: usize = 1024;
/// What the sites put behind an item's name in `<title>`, in lower case and without blanks.
const SITES: [&str; 9] = [
    "淘宝网",
    "tmall.com天猫",
    "天猫tmall.com",
    "天猫国际",
    "天猫超市",
    "天猫超市-tmall.com天猫",
    "天猫",
    "taobao",
    "淘宝",
];
/// Titles that no item has: those of the sites themselves and of their walls.
const NO_TITLES: [&str; 22] = [
    "淘宝网",
    "淘宝",
    "taobao",
    "taobao.com",
    "天猫",
    "tmall",
    "tmall.com",
    "天猫tmall.com",
    "tmall.com天猫",
    "商品详情",
    "宝贝详情",
    "淘宝网-淘!我喜欢",
    "淘!我喜欢",
    "天猫-理想生活上天猫",
    "理想生活上天猫",
    "404",
    "404notfound",
    "出错啦",
    "undefined",
    "null",
    "untitled",
    "loading...",
];

/// A title in one line: no control characters, blanks collapsed, the site's name taken off, at most 120
/// characters. `None` when nothing is left, or only what no item is called.
#[must_use]
pub fn canonical_title(text: &str) -> Option<String> {
    // More is cut off below; it need not be worked on first.
    let text: String = text.chars().take(LONGEST_TITLE * 8).collect();
    let words: String = text.chars().map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    let title = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = without_site(&title);
    let kept: String = title.chars().take(LONGEST_TITLE).collect();
    let kept = kept.trim();
    let is_named = kept.chars().any(char::is_alphanumeric) && !NO_TITLES.contains(&folded(kept).as_str());
    is_named.then(|| kept.to_owned())
}

/// Control characters, and those that turn the direction of the text around them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffd}')
}

fn without_site(title: &str) -> &str {
    // From the left: a site's name may have a dash in it.
    for (at, dash) in title.char_indices().filter(|(_, c)| matches!(c, '-' | '–' | '—' | '_' | '|')) {
        let behind = title.get(at + dash.len_utf8()..).unwrap_or_default();
        if SITES.contains(&folded(behind).as_str()) {
            return title.get(..at).unwrap_or_default().trim_end();
        }
    }
    title
}

fn folded(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase().replace('！', "!")
}

/// An image's address as `https`, if it is at one of the hosts where Taobao keeps images. A page that names
/// another one would have the merchant's browser tell somebody else that it was looked at.
#[must_use]
pub fn canonical_image(address: &str) -> Option<String> {
    let address = address.trim();
    if address.is_empty() || address.len() > LONGEST_ADDRESS {
        return None;
    }
    let address = if address.starts_with("//") { format!("https:{address}") } else { address.to_owned() };
    let mut url = Url::parse(&address).ok()?;
    if url.scheme() == "http" {
        url.set_scheme("https").ok()?;
    }
    let is_plain = url.scheme() == "https" && url.port().is_none() && url.username().is_empty();
    let fits = is_plain && url.password().is_none() && hosts::has_images(&url);
    url.set_fragment(None);
    let text = String::from(url);
    (fits && text.len() <= LONGEST_ADDRESS).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_without_the_sites_name() {
        for (text, expected) in [
            ("  纯棉\n T恤 \u{0} 男 ", "纯棉 T恤 男"),
            ("纯棉T恤-淘宝网", "纯棉T恤"),
            ("纯棉T恤 - 淘宝网", "纯棉T恤"),
            ("纯棉T恤-tmall.com天猫", "纯棉T恤"),
            ("T-shirt-天猫Tmall.com", "T-shirt"),
            ("牛奶-天猫超市-tmall.com天猫", "牛奶"),
            ("A\u{202e}B", "A B"),
            ("淘宝网红T恤", "淘宝网红T恤"),
        ] {
            assert_eq!(canonical_title(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(canonical_title(&"好".repeat(5_000)).unwrap().chars().count(), 120);
    }

    #[test]
    fn the_sites_own_titles_are_no_items() {
        for text in [
            "",
            " ",
            "-",
            "淘宝网 - 淘！我喜欢",
            "天猫Tmall.com",
            "-淘宝网",
            "404 Not Found",
            "…",
            "\u{200b}",
        ] {
            assert_eq!(canonical_title(text), None, "{text}");
        }
    }

    #[test]
    fn an_image_is_https_and_at_taobaos() {
        for (address, expected) in [
            ("//img.alicdn.com/a.jpg", "https://img.alicdn.com/a.jpg"),
            ("http://gw.alicdn.com/a.jpg_400x400.jpg", "https://gw.alicdn.com/a.jpg_400x400.jpg"),
            (" https://img.taobaocdn.com/b.png#x ", "https://img.taobaocdn.com/b.png"),
        ] {
            assert_eq!(canonical_image(address).as_deref(), Some(expected), "{address}");
        }
        for address in [
            "",
            "a.jpg",
            "data:image/png;base64,AAAA",
            "javascript:alert(1)",
            "https://evil.example/a.jpg",
            "https://alicdn.com.evil.example/a.jpg",
            "https://evilalicdn.com/a.jpg",
            // The policy of the page would not show it.
            "https://img.taobao.com/a.jpg",
            "https://u:p@img.alicdn.com/a.jpg",
            "https://img.alicdn.com:8443/a.jpg",
            "https://127.0.0.1/a.jpg",
            "///img",
        ] {
            assert_eq!(canonical_image(address), None, "{address}");
        }
    }
}
