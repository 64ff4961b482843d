//! The numbers of analysts as tables: one shape for spreadsheets, Parquet files and whoever writes another.

mod csv;
mod parquet;
pub mod role;
pub mod tables;

use chrono::{DateTime, NaiveDate, Utc};

/// A table with a name, columns of one kind each, and rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What a file of it is called.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// A cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its cells hold.
    pub kind: Kind,
    /// Whether a cell may be empty.
    pub may_be_empty: bool,
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A local day.
    Date,
    /// An instant, to the millisecond.
    Time,
    /// A whole number.
    Number,
    /// A number with a fraction.
    Fraction,
    /// Yes or no.
    Switch,
    /// Text.
    Text,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A local day.
    Date(NaiveDate),
    /// An instant.
    Time(DateTime<Utc>),
    /// A whole number.
    Number(i64),
    /// A number with a fraction.
    Fraction(f64),
    /// Yes or no.
    Switch(bool),
    /// Text.
    Text(String),
}
