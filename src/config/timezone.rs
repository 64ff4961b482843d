//! Whose days are counted.

use super::{Refusal, refuse};
use crate::calendar::Calendar;

/// The days of the zone of this name, Shanghai's unless one is given.
pub(super) fn check(given: Option<&str>, refusals: &mut Vec<Refusal>) -> Calendar {
    let timezone = given.unwrap_or("Asia/Shanghai").parse().unwrap_or_else(|_| {
        refuse(
            refusals,
            "ZHANGGUI_TIMEZONE is no time zone of the IANA database: write one like Asia/Shanghai or Europe/Berlin",
        );
        chrono_tz::Tz::Asia__Shanghai
    });
    Calendar::new(timezone)
}
