//! Rows as `COPY … (FORMAT binary)` takes them (PostgreSQL's manual, COPY, "Binary Format").

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What every such stream begins with: the signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// 2000-01-01, PostgreSQL's zero, in microseconds since 1970.
const ZERO: i64 = 946_684_800_000_000;

/// Rows that are put together.
#[derive(Debug)]
pub(super) struct Rows(Vec<u8>);

impl Rows {
    /// The beginning of all rows.
    pub(super) fn first() -> Self {
        Self(HEADER.to_vec())
    }

    /// Rows that follow others.
    pub(super) const fn more() -> Self {
        Self(Vec::new())
    }

    /// The end of all rows.
    pub(super) fn end(mut self) -> Vec<u8> {
        self.0.extend((-1_i16).to_be_bytes());
        self.0
    }

    /// The rows so far.
    pub(super) fn bytes(self) -> Vec<u8> {
        self.0
    }

    /// Begins a row of so many columns.
    pub(super) fn row(&mut self, columns: i16) {
        self.0.extend(columns.to_be_bytes());
    }

    /// A `bytea` or `text`.
    pub(super) fn blob(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.extend(bytes);
    }

    /// A `bigint`.
    pub(super) fn bigint(&mut self, number: i64) {
        self.blob(&number.to_be_bytes());
    }

    /// A `uuid`.
    pub(super) fn uuid(&mut self, id: Uuid) {
        self.blob(id.as_bytes());
    }

    /// A `timestamptz`.
    pub(super) fn instant(&mut self, at: DateTime<Utc>) {
        self.bigint(at.timestamp_micros() - ZERO);
    }

    /// A `jsonb`, whose text follows the number of its form.
    pub(super) fn json(&mut self, text: &str) {
        self.length(text.len() + 1);
        self.0.push(1);
        self.0.extend(text.as_bytes());
    }

    fn length(&mut self, bytes: usize) {
        self.0.extend(i32::try_from(bytes).unwrap_or(i32::MAX).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_form_of_the_manual() {
        let mut rows = Rows::first();
        rows.row(3);
        rows.json("{}");
        rows.instant(DateTime::UNIX_EPOCH);
        rows.uuid(Uuid::nil());
        let mut expected = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\x03\0\0\0\x03\x01{}\0\0\0\x08".to_vec();
        expected.extend((-946_684_800_000_000_i64).to_be_bytes());
        expected.extend(b"\0\0\0\x10");
        expected.extend([0; 16]);
        expected.extend(b"\xff\xff");
        assert_eq!(rows.end(), expected);
    }
}
