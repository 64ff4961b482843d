//! Item ids in addresses, and the address a short link's page leads to.

use reqwest::Url;

use crate::adapters::taobao::hosts;

/// The most bytes of a short link's page, and the most addresses in it, that are looked at.
const LOOKED_AT: usize = 256 * 1024;
const MOST: usize = 64;
/// Ids are digits, or since 2022 opaque to those who are not logged in.
const LONGEST_ID: usize = 64;

/// The id of the item whose page is at `url`, if it is one.
pub(super) fn item_id(url: &Url) -> Option<String> {
    if !hosts::has_pages(url) || hosts::is_short(url) {
        return None;
    }
    let path = url.path();
    if let Some(id) = path.strip_prefix("/i").and_then(|rest| rest.strip_suffix(".htm"))
        && is_number(id)
    {
        return Some(id.to_owned());
    }
    // Both the hosts' own pages and those that only embed them end like this.
    let is_item = ["/item.htm", "/detail.htm", "/detail.html"].iter().any(|end| path.ends_with(end));
    let mut pairs = url.query_pairs();
    let id = pairs.find(|(name, _)| matches!(&**name, "id" | "itemId" | "item_id")).filter(|_| is_item)?.1;
    let is_id = (1..=LONGEST_ID).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_id.then(|| id.into_owned())
}

fn is_number(text: &str) -> bool {
    (5..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The page of an item.
pub(super) fn item_url(id: &str) -> Option<Url> {
    let mut url = Url::parse("https://item.taobao.com/item.htm").ok()?;
    url.query_pairs_mut().append_pair("id", id);
    Some(url)
}

/// The first item that a short link's page, which is a script that leads on, has an address of.
pub(super) fn item_id_in(page: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(page.get(..LOOKED_AT).unwrap_or(page));
    // In scripts slashes are escaped, in markup ampersands.
    let text = text.replace("\\/", "/").replace("\\u0026", "&").replace("&amp;", "&");
    let starts = text.match_indices("http").take(MOST);
    starts.filter_map(|(at, _)| first_url(text.get(at..)?)).find_map(|url| item_id(&url))
}

fn first_url(text: &str) -> Option<Url> {
    let is_end =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '\\' | '`');
    let text = text.get(..text.floor_char_boundary(2048))?;
    Url::parse(text.split(is_end).next()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_the_addresses_that_items_have() {
        for (text, expected) in [
            ("https://item.taobao.com/item.htm?spm=a1&id=520813250866", Some("520813250866")),
            ("https://detail.m.tmall.com/item.htm?id=1234567&skuId=9", Some("1234567")),
            ("https://h5.m.taobao.com/awp/core/detail.htm?itemId=abc-DEF_9", Some("abc-DEF_9")),
            ("https://a.m.taobao.com/i520813250866.htm", Some("520813250866")),
            ("https://item.taobao.com/item.htm?id=", None),
            ("https://item.taobao.com/item.htm?id=1%20or%202", None),
            ("https://www.taobao.com/?id=520813250866", None),
            ("https://m.tb.cn/item.htm?id=520813250866", None),
            ("https://evil.example/item.htm?id=520813250866", None),
        ] {
            assert_eq!(item_id(&Url::parse(text).unwrap()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_address_in_a_short_links_page_is_found() {
        let page = br#"<link href="https://g.alicdn.com/a.css"><script>
            var url = 'https:\/\/item.taobao.com\/item.htm?ut_sk=1\u0026id=520813250866&amp;x=y';</script>"#;
        assert_eq!(item_id_in(page).as_deref(), Some("520813250866"));
        assert_eq!(item_id_in(b"<a href='https://evil.example/item.htm?id=520813250866'>"), None);
        assert_eq!(item_id_in(b"http http http://"), None);
        assert_eq!(item_url("a&b").unwrap().as_str(), "https://item.taobao.com/item.htm?id=a%26b");
    }
}
