//! Comma-separated values (RFC 4180), as spreadsheets write and read them.
//!
//! Read ([`read`]): UTF-8 with or without a byte-order mark, else GB 18030 (which holds GBK, what a Chinese Excel
//! writes); quotes, line breaks within quotes, lines that end in LF, CRLF or not at all. A row that makes no sense is
//! one bad row, and costs no other. Written ([`write`](mod@write)): UTF-8 with the mark, since Excel takes everything else for
//! GBK. A cell that a spreadsheet would take for a formula is written with a `'` before it, and read without it.

mod charset;
mod read;
mod write;

pub(super) use read::{Row, Rows};
pub(crate) use write::row;

/// The mark by which spreadsheets know UTF-8.
pub(crate) const MARK: &str = "\u{feff}";

/// What a formula begins with, or what a spreadsheet drops before looking for one; Chinese ones take the wide signs, too.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether a cell is written with a `'` before it. What begins like that by itself is, too, or it would lose its own.
fn is_guarded(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            table in prop::collection::vec(prop::collection::vec("[a-z鞋=＝@'-][a-z\",\r\n鞋 '-]{0,5}", 1..4), 0..4)
        ) {
            let text: String = table.iter().map(|cells| row(cells.iter().map(String::as_str))).collect();
            let read: Option<Vec<_>> = Rows::of(Bytes::from(text)).map(|row| row.cells).collect();
            prop_assert_eq!(read, Some(table));
        }

        #[test]
        fn any_bytes_are_answered(bytes: Vec<u8>) {
            let most = bytes.len();
            prop_assert!(Rows::of(Bytes::from(bytes)).count() <= most);
        }

        #[test]
        fn no_line_is_lost_whatever_stands_in_others(lines in prop::collection::vec("[a\", \r]{0,6}", 0..20)) {
            let text = lines.join("\n") + "\nlast,line\n";
            let last = Rows::of(Bytes::from(text)).last().and_then(|row| row.cells);
            prop_assert_eq!(last, Some(vec!["last".to_owned(), "line".to_owned()]));
        }
    }
}
