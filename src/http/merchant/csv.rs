//! Comma-separated values (RFC 4180), as spreadsheets write and read them.
//!
//! Read: UTF-8 with or without a byte-order mark, else GB 18030 (which holds GBK, what a Chinese Excel writes);
//! quotes, line breaks within quotes, lines that end in LF, CRLF or not at all. Written: UTF-8 with the mark, since
//! Excel takes everything else for GBK. A cell that a spreadsheet would take for a formula is written with a `'` before it.

use std::borrow::Cow;

use encoding_rs::GB18030;

/// The mark by which spreadsheets know UTF-8.
pub(crate) const MARK: &str = "\u{feff}";

/// One row: the line on which it begins, from 1, and its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The line in the file on which it begins.
    pub(super) line: usize,
    /// Its cells, without their quotes.
    pub(super) cells: Vec<String>,
}

/// The text of a file. A few bytes can be read both ways, `鞋` in GBK as well as `Ь` in UTF-8: UTF-8 goes first, which
/// is wrong only where no other character of the file gives GBK away. `None` for what is neither UTF-8 nor GB 18030.
pub(super) fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let bytes = bytes.strip_prefix(MARK.as_bytes()).unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => GB18030.decode_without_bom_handling_and_without_replacement(bytes),
    }
}

/// The rows of a text, one at a time; empty lines are passed over.
#[derive(Clone, Debug)]
pub(super) struct Rows<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Rows<'a> {
    /// The rows of `text`.
    pub(super) const fn of(text: &'a str) -> Self {
        Self { rest: text, line: 1 }
    }

    /// The next cell, and whether the row goes on behind it.
    fn cell(&mut self) -> (String, bool) {
        let mut cell = String::new();
        let mut quoted = false;
        let mut chars = self.rest.char_indices().peekable();
        let (mut end, mut goes_on) = (self.rest.len(), false);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' if quoted && chars.peek().is_some_and(|(_, next)| *next == '"') => {
                    cell.push('"');
                    chars.next();
                }
                '"' if quoted => quoted = false,
                '"' if cell.is_empty() => quoted = true,
                ',' | '\n' if !quoted => {
                    (end, goes_on) = (at + 1, c == ',');
                    self.line += usize::from(c == '\n');
                    break;
                }
                _ => {
                    self.line += usize::from(c == '\n');
                    cell.push(c);
                }
            }
        }
        self.rest = self.rest.get(end..).unwrap_or_default();
        if !goes_on && cell.ends_with('\r') {
            cell.pop();
        }
        (cell, goes_on)
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        while !self.rest.is_empty() {
            let line = self.line;
            let mut cells = Vec::new();
            loop {
                let (cell, goes_on) = self.cell();
                cells.push(cell);
                if !goes_on {
                    break;
                }
            }
            if cells.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(Row { line, cells });
            }
        }
        None
    }
}

/// A row as it is written, with the end of its line.
pub(crate) fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<_> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
        Rows::of(text).map(|row| (row.line, row.cells)).collect()
    }

    #[test]
    fn rows_are_read_as_spreadsheets_write_them() {
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            rows("a,b\r\n\"x, \"\"y\"\"\",\"1\n2\"\n\n,\nlast,"),
            [(1, cells(&["a", "b"])), (2, cells(&["x, \"y\"", "1\n2"])), (6, cells(&["last", ""])),]
        );
        assert_eq!(rows(""), []);
        assert_eq!(rows("\"open, \n"), [(1, cells(&["open, \n"]))]);
    }

    #[test]
    fn files_of_a_chinese_spreadsheet_are_read() {
        assert_eq!(text("\u{feff}鞋".as_bytes()).as_deref(), Some("鞋"));
        assert_eq!(text("鞋".as_bytes()).as_deref(), Some("鞋"));
        assert_eq!(text(b"\xd0\xac\xd7\xd3").as_deref(), Some("鞋子"), "GBK");
        assert_eq!(text(b"\xff\xff\x00"), None);
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(row(["=1+1", "a,b", "say \"x\"", "ok"]), "\"'=1+1\",\"a,b\",\"say \"\"x\"\"\",ok\r\n");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(table in prop::collection::vec(prop::collection::vec("[a-z鞋][a-z\",\n鞋 ]{0,5}", 1..4), 0..4)) {
            let text: String = table.iter().map(|cells| row(cells.iter().map(String::as_str))).collect();
            prop_assert_eq!(Rows::of(&text).map(|row| row.cells).collect::<Vec<_>>(), table);
        }

        #[test]
        fn any_bytes_are_answered(bytes: Vec<u8>) {
            if let Some(text) = text(&bytes) {
                prop_assert!(Rows::of(&text).count() <= text.len());
            }
        }
    }
}
