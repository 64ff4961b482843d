//! The rows of a file, one at a time: no more of it is taken apart than the row that is looked at.

use axum::body::Bytes;

use super::charset::Charset;
use super::{MARK, is_guarded};

/// The most cells of a row that are kept; what stands behind them is passed over.
const MOST_CELLS: usize = 32;
/// The most bytes of a row. Without a bound, quotes that never end could have the rest of the file read again and
/// again, once from each line.
const LONGEST_ROW: usize = 16 * 1024;

/// One row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The line in the file on which it begins, from 1.
    pub(crate) line: usize,
    /// Its cells, without their quotes. None where it makes no sense: quotes that do not end, or end before the cell
    /// does; bytes that are no text; no end in sight.
    pub(crate) cells: Option<Vec<String>>,
}

/// The rows of a file; empty ones are passed over. Behind one that makes no sense the next line begins.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    rest: Bytes,
    line: usize,
    charset: Charset,
}

impl Rows {
    /// The rows of `file`.
    pub(crate) fn of(mut file: Bytes) -> Self {
        let charset = if file.starts_with(MARK.as_bytes()) {
            file = file.slice(MARK.len()..);
            Charset::Utf8
        } else {
            Charset::of(&file)
        };
        Self { rest: file, line: 1, charset }
    }

    fn read(&self, cell: &[u8]) -> Option<String> {
        let text = self.charset.decode(cell)?;
        match text.strip_prefix('\'') {
            Some(rest) if is_guarded(rest) => Some(rest.to_owned()),
            _ => Some(text),
        }
    }
}

impl Iterator for Rows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        while !self.rest.is_empty() {
            let line = self.line;
            let found = scan(&self.rest);
            let end = found.as_ref().map_or_else(|| end_of_line(&self.rest), |found| found.end);
            let taken = self.rest.split_to(end);
            self.line += taken.split(|byte| *byte == b'\n').count() - 1;
            if found.as_ref().is_none_or(|found| !found.is_blank) {
                let cells = found.and_then(|found| found.cells.iter().map(|cell| self.read(cell)).collect());
                return Some(Row { line, cells });
            }
        }
        None
    }
}

fn end_of_line(text: &[u8]) -> usize {
    text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1)
}

/// A row as it was found.
#[derive(Debug)]
struct Found {
    cells: Vec<Vec<u8>>,
    is_blank: bool,
    end: usize,
}

impl Found {
    fn put(&mut self, cell: &mut Vec<u8>) {
        self.is_blank &= cell.trim_ascii().is_empty();
        if self.cells.len() < MOST_CELLS {
            self.cells.push(std::mem::take(cell));
        }
        cell.clear();
    }
}

/// Where in a cell the next byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Open,
    Quoted,
    /// Behind the quotes.
    Closed,
}

/// The first row of `text`, unless it makes no sense.
fn scan(text: &[u8]) -> Option<Found> {
    let mut found = Found { cells: Vec::new(), is_blank: true, end: text.len() };
    let (mut cell, mut place) = (Vec::new(), Place::Open);
    let mut bytes = text.iter().copied().take(LONGEST_ROW).enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match (place, byte) {
            (Place::Quoted, b'"') => {
                if bytes.next_if(|(_, next)| *next == b'"').is_some() {
                    cell.push(b'"');
                } else {
                    place = Place::Closed;
                }
            }
            (Place::Quoted, _) => cell.push(byte),
            (Place::Open, b'"') if cell.is_empty() => place = Place::Quoted,
            (_, b',') => {
                found.put(&mut cell);
                place = Place::Open;
            }
            (_, b'\n') => {
                found.end = at + 1;
                break;
            }
            (Place::Open, _) => cell.push(byte),
            (Place::Closed, _) if byte.is_ascii_whitespace() => {}
            (Place::Closed, _) => return None,
        }
    }
    if place == Place::Quoted || found.end > LONGEST_ROW {
        return None;
    }
    if place == Place::Open && cell.ends_with(b"\r") {
        cell.pop();
    }
    found.put(&mut cell);
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Vec<(usize, Option<Vec<String>>)>;

    fn rows(file: impl Into<Vec<u8>>) -> Read {
        Rows::of(Bytes::from(file.into())).map(|row| (row.line, row.cells)).collect()
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Option<Vec<String>>) {
        (line, Some(cells.iter().map(|cell| (*cell).to_owned()).collect()))
    }

    #[test]
    fn rows_are_read_as_spreadsheets_write_them() {
        assert_eq!(
            rows("a,b\r\n\"x, \"\"y\"\"\",\"1\n2\" \n\n,\nlast,"),
            [row(1, &["a", "b"]), row(2, &["x, \"y\"", "1\n2"]), row(6, &["last", ""])]
        );
        assert_eq!(rows(""), []);
        assert_eq!(rows("\u{feff}鞋"), [row(1, &["鞋"])]);
        assert_eq!(rows(b"\xd0\xac\xd7\xd3,\xb1\xad".to_vec()), [row(1, &["鞋子", "杯"])]);
        assert_eq!(rows("'=1,'-特价,''=,'a,'"), [row(1, &["=1", "-特价", "'=", "'a", "'"])]);
    }

    #[test]
    fn quotes_that_do_not_end_are_one_bad_line() {
        assert_eq!(rows("a\n\"open, \nb\nc\n"), [row(1, &["a"]), (2, None), row(3, &["b"]), row(4, &["c"])]);
        // The quotes of a later line end them, in the middle of what that begins with.
        assert_eq!(
            rows("\"open\nb\n\"c, d\",e\nf\n"),
            [(1, None), row(2, &["b"]), row(3, &["c, d", "e"]), row(4, &["f"])]
        );
        assert_eq!(rows("\"open"), [(1, None)]);
    }

    #[test]
    fn a_line_that_is_no_text_is_bad_and_leaves_the_others_as_they_are() {
        let file = [&b"a\n\xff,\xe9\x9e\n"[..], "鞋子\n".as_bytes()].concat();
        assert_eq!(rows(file), [row(1, &["a"]), (2, None), row(3, &["鞋子"])]);
    }

    #[test]
    fn of_a_row_without_end_little_is_kept() {
        let kept: Vec<_> = ["x"].into_iter().chain([""; MOST_CELLS - 1]).collect();
        assert_eq!(rows(format!("x{}\nb", ",".repeat(1_000))), [row(1, &kept), row(2, &["b"])]);
        let long = "x".repeat(LONGEST_ROW);
        assert_eq!(rows(format!("{long}\nb")), [(1, None), row(2, &["b"])]);
        assert_eq!(rows(format!("{}b", ",".repeat(100))).len(), 1, "not blank");
    }

    #[test]
    fn quotes_that_open_on_every_line_cost_no_more_than_a_row_each() {
        // Whatever stands before it, each of these leaves the quotes open.
        let file = Bytes::from("x\",\"\n".repeat(100_000));
        let begun = std::time::Instant::now();
        assert_eq!(Rows::of(file).take(1_000).filter(|row| row.cells.is_none()).count(), 1_000);
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", begun.elapsed());
    }
}
