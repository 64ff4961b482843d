//! The link in a text that was pasted, and whom it names: nothing is mended, what is odd is refused.

use unicode_normalization::UnicodeNormalization;

use super::FieldCode;

/// The most characters of text that are looked through for a link.
const LONGEST_TEXT: usize = 4_096;
/// The most bytes of a link.
pub(super) const LONGEST_LINK: usize = 2_048;

/// A link whose host is plainly readable; its path and query are as they were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    /// Whether it was `https` or had no scheme.
    pub(super) is_https: bool,
    /// The host in lower case: ASCII letters, digits, `-` and `.` only.
    pub(super) host: String,
    /// Everything from the path on.
    pub(super) rest: &'a str,
}

/// The first link in a text: itself a link, with or without its scheme, or what an app shares around one.
pub(super) fn first(text: &str) -> Result<Found<'_>, FieldCode> {
    let text = text.trim();
    if text.is_empty() {
        return Err(FieldCode::Required);
    }
    if text.chars().nth(LONGEST_TEXT).is_some() {
        return Err(FieldCode::TooLong);
    }
    if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return Err(FieldCode::InvalidFormat);
    }
    let link = cut_out(text)?;
    if link.len() > LONGEST_LINK {
        return Err(FieldCode::TooLong);
    }
    take_apart(link)
}

/// The run of characters that a link can be made of, from its scheme on or, without one, from its host.
fn cut_out(text: &str) -> Result<&str, FieldCode> {
    let with_scheme = [find(text, "https://"), find(text, "http://")].into_iter().flatten().min();
    let start = match with_scheme {
        Some(start) => start,
        None => bare(text).ok_or(FieldCode::InvalidFormat)?,
    };
    let from = text.get(start..).unwrap_or_default();
    let length = from.find(|c: char| !is_of_a_link(c)).unwrap_or(from.len());
    let (link, after) = from.split_at(length);
    // `id=12３４` must not be read as 12: a wide digit goes on where an ASCII one would.
    let goes_on = after.chars().next().is_some_and(|c| {
        !c.is_ascii() && c.nfkc().next().is_some_and(|narrow| narrow.is_ascii_alphanumeric() || narrow == '.')
    });
    if goes_on { Err(FieldCode::InvalidFormat) } else { Ok(link) }
}

/// Where `scheme` begins, in any case, unless it goes on a word or a link that has begun before.
fn find(text: &str, scheme: &str) -> Option<usize> {
    text.char_indices().map(|(at, _)| at).find(|at| {
        let begins = text.get(*at..at + scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        begins && before.is_none_or(|before| !before.is_ascii_alphanumeric())
    })
}

/// Where a link without its scheme begins: a word that starts with a host and goes on with a path.
fn bare(text: &str) -> Option<usize> {
    let mut at = 0;
    for word in text.split(|c: char| !is_of_a_link(c)) {
        let named = word.strip_prefix("//").unwrap_or(word);
        let host = named.split('/').next().unwrap_or_default();
        if host.len() < named.len() && host.contains('.') {
            return Some(at + word.len() - named.len());
        }
        at += word.len();
        at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    None
}

/// Printable ASCII but what never stands in a link and often around one.
const fn is_of_a_link(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | '\'' | '<' | '>' | '`' | '|' | '^' | '{' | '}')
}

/// Splits off scheme and host, and refuses whatever stands there besides: userinfo, ports, escapes, backslashes.
fn take_apart(link: &str) -> Result<Found<'_>, FieldCode> {
    let (is_https, after) = match link.split_once("://") {
        Some((scheme, after)) if scheme.eq_ignore_ascii_case("https") => (true, after),
        Some((scheme, after)) if scheme.eq_ignore_ascii_case("http") => (false, after),
        _ => (true, link),
    };
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let (authority, rest) = after.split_at(end);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let is_label = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    if !authority.chars().all(is_plain) || !authority.split('.').all(is_label) || rest.contains('\\') {
        return Err(FieldCode::InvalidFormat);
    }
    Ok(Found { is_https, host: authority.to_ascii_lowercase(), rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_link_of_a_text_is_found() {
        for (text, host, rest) in [
            ("https://item.taobao.com/item.htm?id=1", "item.taobao.com", "/item.htm?id=1"),
            (" HTTPS://Item.Taobao.COM/x\n", "item.taobao.com", "/x"),
            ("item.taobao.com/x", "item.taobao.com", "/x"),
            ("//item.taobao.com/x", "item.taobao.com", "/x"),
            ("看看这个 m.tb.cn/h.5 吧", "m.tb.cn", "/h.5"),
            ("【淘宝】https://m.tb.cn/h.5?tk=a CZ1 「标题」", "m.tb.cn", "/h.5?tk=a"),
            ("标题https://a.cn/x，https://b.cn/y", "a.cn", "/x"),
            ("(https://a.cn?x)", "a.cn", "?x)"),
        ] {
            let found = first(text).unwrap();
            assert_eq!((found.host.as_str(), found.rest), (host, rest), "{text}");
        }
    }

    #[test]
    fn what_hides_where_it_leads_is_refused() {
        for text in [
            "https://taobao.com@evil.example/x",
            "https://@taobao.com/x",
            "https://taobao.com:443/x",
            "https://taobao.com\\@evil.example/x",
            "https://a.cn/x\\y",
            "https://%74aobao.com/x",
            "https://taobao.com./x",
            "https://.taobao.com/x",
            "https://-a.taobao.com/x",
            "https://[::1]/x",
            "https://ｔaobao.com/x",
            "https://item.taobao.com/item.htm?id=12３４",
            "https://item．taobao.com/item.htm?id=12",
            "https://a.cn/\u{0}x",
            "https://",
            "https:///x",
            "javascript:alert(1)",
            "data:text/html,x",
            "「标题」",
            "hello",
        ] {
            assert_eq!(first(text), Err(FieldCode::InvalidFormat), "{text}");
        }
        assert_eq!(first(" \n"), Err(FieldCode::Required));
        assert_eq!(first(&"x".repeat(1_000_000)), Err(FieldCode::TooLong));
        assert_eq!(first(&format!("https://a.cn/{}", "x".repeat(2_048))), Err(FieldCode::TooLong));
    }
}
