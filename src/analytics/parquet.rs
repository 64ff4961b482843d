//! A table as a Parquet file: one row group, plain pages, dates and instants as such.

use std::io::Write;
use std::sync::Arc;

use chrono::Datelike;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use super::{Cell, Column, Kind, Table};

/// 1970-01-01, from which Parquet counts days, as chrono counts them.
const EPOCH: i32 = 719_163;

impl Table {
    /// Writes the whole file.
    ///
    /// # Errors
    /// What keeps it from being written.
    pub fn parquet(&self, into: impl Write + Send) -> Result<(), ParquetError> {
        let schema = Arc::new(parse_message_type(&self.message())?);
        let properties = WriterProperties::builder()
            .set_created_by(concat!("zhanggui ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let mut file = SerializedFileWriter::new(into, schema, Arc::new(properties))?;
        let mut group = file.next_row_group()?;
        for (nth, column) in self.columns.iter().enumerate() {
            let cells: Vec<&Cell> = self.rows.iter().filter_map(|row| row.get(nth)).collect();
            if let Some(mut writer) = group.next_column()? {
                write(&mut writer, *column, &cells)?;
                writer.close()?;
            }
        }
        group.close()?;
        file.close()?;
        Ok(())
    }

    /// The schema in Parquet's own words.
    fn message(&self) -> String {
        let fields = self.columns.iter().map(|column| {
            let repetition = if column.may_be_empty { "optional" } else { "required" };
            let (stored, logical) = match column.kind {
                Kind::Date => ("int32", " (DATE)"),
                Kind::Time => ("int64", " (TIMESTAMP(MILLIS, true))"),
                Kind::Number => ("int64", ""),
                Kind::Fraction => ("double", ""),
                Kind::Switch => ("boolean", ""),
                Kind::Text => ("binary", " (STRING)"),
            };
            format!("  {repetition} {stored} {}{logical};\n", column.name)
        });
        format!("message {} {{\n{}}}", self.name, fields.collect::<String>())
    }
}

fn write(
    writer: &mut SerializedColumnWriter<'_>,
    column: Column,
    cells: &[&Cell],
) -> Result<(), ParquetError> {
    match column.kind {
        Kind::Date => typed::<Int32Type>(writer, column, cells, |cell| match cell {
            Cell::Date(date) => Some(date.num_days_from_ce() - EPOCH),
            _ => None,
        }),
        Kind::Time => typed::<Int64Type>(writer, column, cells, |cell| match cell {
            Cell::Time(instant) => Some(instant.timestamp_millis()),
            _ => None,
        }),
        Kind::Number => typed::<Int64Type>(writer, column, cells, |cell| match cell {
            Cell::Number(number) => Some(*number),
            _ => None,
        }),
        Kind::Fraction => typed::<DoubleType>(writer, column, cells, |cell| match cell {
            Cell::Fraction(number) => Some(*number),
            _ => None,
        }),
        Kind::Switch => typed::<BoolType>(writer, column, cells, |cell| match cell {
            Cell::Switch(is_on) => Some(*is_on),
            _ => None,
        }),
        Kind::Text => typed::<ByteArrayType>(writer, column, cells, |cell| match cell {
            Cell::Text(text) => Some(ByteArray::from(text.as_str())),
            _ => None,
        }),
    }
}

/// Writes one column: the values that are there and, where some may be missing, which are.
fn typed<T: DataType>(
    writer: &mut SerializedColumnWriter<'_>,
    column: Column,
    cells: &[&Cell],
    value: impl Fn(&Cell) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let found: Vec<Option<T::T>> = cells.iter().map(|cell| value(cell)).collect();
    let levels: Vec<i16> = found.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = found.into_iter().flatten().collect();
    if !column.may_be_empty && values.len() < cells.len() {
        return Err(ParquetError::General(format!("{} is not filled in every row", column.name)));
    }
    let levels = column.may_be_empty.then_some(levels.as_slice());
    writer.typed::<T>().write_batch(&values, levels, None)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_another_kind_is_refused_where_none_may_be_missing() {
        let column = Column { name: "day", kind: Kind::Date, may_be_empty: false };
        let table = |cell| Table { name: "t", columns: vec![column], rows: vec![vec![cell]] };
        assert_eq!(EPOCH, chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap().num_days_from_ce());
        let mut file = Vec::new();
        table(Cell::Date(chrono::NaiveDate::from_ymd_opt(2026, 11, 26).unwrap())).parquet(&mut file).unwrap();
        assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
        assert!(table(Cell::Number(1)).parquet(Vec::new()).is_err());
    }
}
