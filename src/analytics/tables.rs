//! Which tables there are, and how a read model's rows become theirs.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Cell, Column, Kind, Table};
use crate::calendar::{Calendar, after, days};
use crate::projections::daily_stats::{CohortRow, DayRow};
use crate::projections::product_funnel::FunnelRow;

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, may_be_empty: false }
}

const fn maybe(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, may_be_empty: true }
}

fn numbers(names: &[&'static str]) -> impl Iterator<Item = Column> {
    names.iter().map(|name| column(name, Kind::Number))
}

/// Registrations and active users by day.
#[must_use]
pub fn daily(rows: &[DayRow], timezone: &str) -> Table {
    let mut columns = vec![column("date", Kind::Date), column("timezone", Kind::Text)];
    columns.extend(numbers(&[
        "registrations",
        "active_users",
        "new_users",
        "returning_users",
        "weekly_active_users",
        "monthly_active_users",
    ]));
    columns.extend([
        column("final", Kind::Switch),
        column("revision", Kind::Number),
        maybe("cause", Kind::Text),
        maybe("counted_to", Kind::Number),
        maybe("closed_at", Kind::Time),
        column("as_of_position", Kind::Number),
    ]);
    let cells = |row: &DayRow| {
        vec![
            Cell::Date(row.date),
            // A closed day stays one of the time zone in which it was closed.
            Cell::Text(row.timezone.clone().unwrap_or_else(|| timezone.to_owned())),
            Cell::Number(row.registrations),
            Cell::Number(row.active_users),
            Cell::Number(row.new_users),
            Cell::Number(row.returning_users),
            Cell::Number(row.weekly_active_users),
            Cell::Number(row.monthly_active_users),
            Cell::Switch(row.revision > 0),
            Cell::Number(row.revision),
            row.cause.clone().map_or(Cell::Empty, Cell::Text),
            row.counted_to.map_or(Cell::Empty, Cell::Number),
            row.closed_at.map_or(Cell::Empty, Cell::Time),
            Cell::Number(row.as_of_position),
        ]
    };
    Table { name: "daily", columns, rows: rows.iter().map(cells).collect() }
}

/// The active people of one day.
#[must_use]
pub fn active(row: &DayRow, timezone: &str) -> Table {
    let mut columns = vec![column("at", Kind::Date), column("timezone", Kind::Text)];
    columns.extend(numbers(&["dau", "wau", "mau", "new_users", "returning_users"]));
    columns.push(column("final", Kind::Switch));
    columns.extend([
        column("revision", Kind::Number),
        maybe("counted_to", Kind::Number),
        column("as_of_position", Kind::Number),
    ]);
    let cells = vec![
        Cell::Date(row.date),
        Cell::Text(timezone.to_owned()),
        Cell::Number(row.active_users),
        Cell::Number(row.weekly_active_users),
        Cell::Number(row.monthly_active_users),
        Cell::Number(row.new_users),
        Cell::Number(row.returning_users),
        Cell::Switch(row.revision > 0),
        Cell::Number(row.revision),
        row.counted_to.map_or(Cell::Empty, Cell::Number),
        Cell::Number(row.as_of_position),
    ];
    Table { name: "active", columns, rows: vec![cells] }
}

/// Weekly cohorts, a row for each week of each; `this_week` is the Monday of the week that is not over.
#[must_use]
pub fn retention(rows: &[CohortRow], this_week: NaiveDate, timezone: &str) -> Table {
    let mut columns = vec![column("cohort_week", Kind::Date)];
    columns.extend(numbers(&["registrations", "week", "people"]));
    columns.extend([
        column("complete", Kind::Switch),
        column("timezone", Kind::Text),
        column("as_of_position", Kind::Number),
    ]);
    let cells = |row: &CohortRow| {
        vec![
            Cell::Date(row.cohort),
            Cell::Number(row.registrations),
            Cell::Number(row.week.into()),
            Cell::Number(row.people),
            Cell::Switch(week_of(row) < this_week),
            Cell::Text(timezone.to_owned()),
            Cell::Number(row.as_of_position),
        ]
    };
    Table { name: "retention", columns, rows: rows.iter().map(cells).collect() }
}

/// The Monday of the week of which a row tells.
#[must_use]
pub fn week_of(row: &CohortRow) -> NaiveDate {
    after(row.cohort, 7 * u64::try_from(row.week).unwrap_or(0))
}

/// When the days of a range begin, and when the last one ends; nothing for an empty range.
#[must_use]
pub fn funnel_bounds(calendar: Calendar, range: (NaiveDate, NaiveDate)) -> Vec<DateTime<Utc>> {
    let mut bounds: Vec<_> = days(range).map(|date| calendar.start(date)).collect();
    if !bounds.is_empty() {
        bounds.push(calendar.start(after(range.1, 1)));
    }
    bounds
}

/// What became of products, by day of the range.
#[must_use]
pub fn products(rows: &[FunnelRow], range: (NaiveDate, NaiveDate), timezone: &str) -> Table {
    let mut columns = vec![column("date", Kind::Date), column("timezone", Kind::Text)];
    columns.extend(numbers(&[
        "listed",
        "fetched",
        "failed",
        "deleted",
        "restored",
        "of_listed_fetched",
        "of_listed_failed",
        "of_listed_pending",
        "of_listed_deleted",
    ]));
    columns
        .extend([maybe("median_seconds_to_fetch", Kind::Fraction), column("as_of_position", Kind::Number)]);
    let cells = |(date, row): (NaiveDate, &FunnelRow)| {
        let mut cells = vec![Cell::Date(date), Cell::Text(timezone.to_owned())];
        cells.extend(
            [
                row.listed,
                row.fetched,
                row.failed,
                row.deleted,
                row.restored,
                row.of_listed_fetched,
                row.of_listed_failed,
                row.of_listed_pending,
                row.of_listed_deleted,
            ]
            .map(Cell::Number),
        );
        let median = row.median_seconds_to_fetch.map(milliseconds);
        cells.extend([median.map_or(Cell::Empty, Cell::Fraction), Cell::Number(row.as_of_position)]);
        cells
    };
    Table { name: "products", columns, rows: days(range).zip(rows).map(cells).collect() }
}

/// Seconds to the millisecond.
#[must_use]
pub fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
