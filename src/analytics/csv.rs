//! A table as comma-separated values, as spreadsheets read them.

use chrono::SecondsFormat;

use super::{Cell, Table};
use crate::http::merchant::csv::{MARK, row};

impl Table {
    /// The whole file: a header, then a line a row. No cell is a formula.
    #[must_use]
    pub fn csv(&self) -> String {
        let head = row(self.columns.iter().map(|column| column.name));
        let lines = self.rows.iter().map(|cells| {
            let cells: Vec<_> = cells.iter().map(text).collect();
            row(cells.iter().map(String::as_str))
        });
        MARK.to_owned() + &head + &lines.collect::<String>()
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Date(date) => date.to_string(),
        Cell::Time(instant) => instant.to_rfc3339_opts(SecondsFormat::Millis, true),
        Cell::Number(number) => number.to_string(),
        Cell::Fraction(number) => number.to_string(),
        Cell::Switch(is_on) => is_on.to_string(),
        Cell::Text(text) => text.clone(),
    }
}
