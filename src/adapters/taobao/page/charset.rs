//! From bytes to text: UTF-8, or one of the Chinese encodings that older pages have.
//!
//! Said by a byte order mark, by the header, by a `<meta>` in the first kilobytes, or not at all. Other encodings
//! are not believed: servers say `ISO-8859-1` when nobody told them anything.

use std::borrow::Cow;

use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8};

/// How far a `<meta>` may be from the beginning. Browsers look at 1024 bytes; some of these pages begin with
/// comments.
const SNIFFED: usize = 4096;
const MARK: char = '\u{fffd}';

/// The text; bytes that are none become U+FFFD.
pub(super) fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0;
    }
    let header = content_type.and_then(|header| named(header.as_bytes()));
    let start = bytes.get(..SNIFFED).unwrap_or(bytes);
    let meta = named(start);
    match (header, meta) {
        (Some(said), None) | (None, Some(said)) => read(bytes, said),
        (Some(one), Some(other)) if one == other => read(bytes, one),
        // Whoever is right makes fewer marks; the header, if nobody is.
        (Some(one), Some(other)) => {
            let (one, other) = (read(bytes, one), read(bytes, other));
            if marks(&other) < marks(&one) { other } else { one }
        }
        (None, None) => {
            // A page that is cut off in the middle of a character has one mark at its end.
            let text = read(bytes, UTF_8);
            if marks(&text) <= 1 { text } else { read(bytes, GB18030) }
        }
    }
}

fn read<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Cow<'a, str> {
    encoding.decode_without_bom_handling(bytes).0
}

fn marks(text: &str) -> usize {
    text.chars().filter(|c| *c == MARK).count()
}

/// The encoding named behind the first `charset=` whose name is known.
fn named(text: &[u8]) -> Option<&'static Encoding> {
    const WORD: &[u8] = b"charset";
    let starts = text.windows(WORD.len()).enumerate();
    let found = starts.filter(|(_, window)| window.eq_ignore_ascii_case(WORD));
    found.take(16).find_map(|(at, _)| label(text.get(at + WORD.len()..)?))
}

/// The encoding of ` = "gbk"` and the like.
fn label(text: &[u8]) -> Option<&'static Encoding> {
    let text = text.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let text = text.strip_prefix(b"\"").or_else(|| text.strip_prefix(b"'")).unwrap_or(text);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let length = text.iter().position(|byte| !is_name(byte)).unwrap_or(text.len());
    let encoding = Encoding::for_label(text.get(..length)?)?;
    // GB18030 holds all of GBK, and what pages call GBK or GB2312 is often more than that.
    let known = [(UTF_8, UTF_8), (GBK, GB18030), (GB18030, GB18030), (BIG5, BIG5)];
    known.iter().find(|(said, _)| *said == encoding).map(|(_, read)| *read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gbk(text: &str) -> Vec<u8> {
        GBK.encode(text).0.into_owned()
    }

    #[test]
    fn gbk_is_read_wherever_it_is_said_and_where_it_is_not() {
        let meta =
            gbk("<html><META http-equiv=Content-Type content='text/html; Charset = gb2312'><title>纯棉恤衫");
        assert!(decode(&meta, Some("text/html")).ends_with("纯棉恤衫"));
        assert!(decode(&meta, Some("text/html; charset=ISO-8859-1")).ends_with("纯棉恤衫"));
        assert!(decode(&meta, Some("text/html; charset=utf-8")).ends_with("纯棉恤衫"));
        let bare = gbk("<title>纯棉恤衫</title>");
        assert_eq!(decode(&bare, Some("text/html;charset=\"GBK\"")), "<title>纯棉恤衫</title>");
        assert_eq!(decode(&bare, None), "<title>纯棉恤衫</title>");
    }

    #[test]
    fn utf8_wins_where_it_is_right_and_a_cut_character_does_no_harm() {
        let page = "<meta charset=gbk><title>纯棉恤衫，男士</title>".as_bytes();
        assert!(decode(page, Some("text/html; charset=utf-8")).contains("纯棉恤衫，男士"));
        let cut = "<title>纯棉恤衫".as_bytes();
        assert!(decode(&cut[..cut.len() - 1], None).starts_with("<title>纯棉恤"));
        assert_eq!(decode(b"\xef\xbb\xbfok", Some("text/html; charset=gbk")), "ok");
        assert_eq!(decode(b"\xff\xfeo\0k\0", None), "ok");
    }
}
