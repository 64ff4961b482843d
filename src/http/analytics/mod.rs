//! B6 over HTTP: what analysts ask, each as JSON or, by `Accept`, as a file for a spreadsheet.
//!
//! A range is of local days, both ends included, at most [`LONGEST`] of them. Days to come are left out.

pub mod active;
pub mod daily;
pub mod products;
pub mod retention;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::Shared;
use super::problem::Problem;
use super::session::prefers;
use crate::analytics::Table;
use crate::calendar::before;

/// The most days of an answer.
pub const LONGEST: i64 = 366;

/// From which day to which.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RangeQuery {
    /// The first local day. Unless given, so that the answer has a usual length.
    #[param(nullable = false, format = "date")]
    from: Option<String>,
    /// The last local day; today unless given. At most 366 days in all.
    #[param(nullable = false, format = "date")]
    to: Option<String>,
}

/// Days that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The first.
    pub(crate) from: NaiveDate,
    /// The last.
    pub(crate) to: NaiveDate,
    /// The open day.
    pub(crate) today: NaiveDate,
}

impl Asked {
    /// The days that have begun.
    fn begun(self) -> (NaiveDate, NaiveDate) {
        (self.from, self.to.min(self.today))
    }
}

impl RangeQuery {
    /// Reads the range; without a beginning it is `usual` days long.
    fn read(&self, site: &Shared, usual: u64) -> Result<Asked, Problem> {
        let today = today(site);
        let read = |text: &Option<String>| text.as_deref().map(date).transpose();
        let to = read(&self.to)?.unwrap_or(today);
        let from = read(&self.from)?.unwrap_or_else(|| before(to, usual - 1));
        let days = (to - from).num_days() + 1;
        if (1..=LONGEST).contains(&days) {
            Ok(Asked { from, to, today })
        } else {
            Err(Problem::new("invalid_query"))
        }
    }
}

/// The local day that is open now.
fn today(site: &Shared) -> NaiveDate {
    site.settings.calendar.date(site.ports.now())
}

/// A date as it is written here, and of years of which there can be events.
fn date(text: &str) -> Result<NaiveDate, Problem> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = text.parse().ok().filter(|date: &NaiveDate| is_plain && (2000..=9998).contains(&date.year()));
    date.ok_or(Problem::new("invalid_query"))
}

/// JSON, or the table as a file where the client prefers one.
fn answer(headers: &HeaderMap, body: &impl Serialize, table: &Table) -> Response {
    let mut response = if prefers(headers, "text/csv") {
        let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
        let file = format!("attachment; filename=\"{}.csv\"", table.name);
        ([kind, (header::CONTENT_DISPOSITION, file)], table.csv()).into_response()
    } else {
        axum::Json(body).into_response()
    };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_dates_are_dates() {
        assert_eq!(date("2024-02-29").unwrap(), NaiveDate::from_ymd_opt(2024, 2, 29).unwrap());
        for wrong in
            ["", "today", "2026-02-29", "2026-1-1", "1999-12-31", "9999-01-01", "+2026-01-01", "2026-01-01T"]
        {
            assert_eq!(date(wrong).unwrap_err().code, "invalid_query", "{wrong}");
        }
    }
}
