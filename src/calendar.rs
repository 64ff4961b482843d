//! Local days: which day an instant belongs to, and when a day begins and ends.
//!
//! A day begins at the first instant whose local date is that day or a later one, and lasts until the next day
//! begins. So days follow each other without gap or overlap whatever a zone does: days of 23 and 25 hours, a midnight
//! that does not exist or comes twice, a day that was left out (which then begins where the next one does). The
//! rules of the zones are those of the crate chrono-tz, the same in every instance of a program, whatever tables the
//! machine or the database has; leap seconds do not exist, as in PostgreSQL.

use std::ops::Range;

use chrono::{
    DateTime, Datelike, Days, MappedLocalTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;

/// The longest that a clock has ever been set forward over, twice: no local time is missing for longer.
const SEARCHED: i64 = 2 * 24 * 4;

/// The days of a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar(Tz);

impl Calendar {
    /// The days of this zone.
    #[must_use]
    pub const fn new(timezone: Tz) -> Self {
        Self(timezone)
    }

    /// The zone's name, as in the IANA database.
    #[must_use]
    pub fn timezone(self) -> &'static str {
        self.0.name()
    }

    /// The local day that `instant` belongs to.
    #[must_use]
    pub fn date(self, instant: DateTime<Utc>) -> NaiveDate {
        let date = instant.with_timezone(&self.0).date_naive();
        // Set back over midnight, a clock shows yesterday's date again after today has begun.
        let next = after(date, 1);
        if instant >= self.start(next) { next } else { date }
    }

    /// From when to when a day lasts; the end belongs to the next one.
    #[must_use]
    pub fn day(self, date: NaiveDate) -> Range<DateTime<Utc>> {
        self.start(date)..self.start(after(date, 1))
    }

    /// When the day begins.
    #[must_use]
    pub fn start(self, date: NaiveDate) -> DateTime<Utc> {
        let midnight = date.and_time(NaiveTime::MIN);
        let begin = match self.0.from_local_datetime(&midnight) {
            MappedLocalTime::Single(start) | MappedLocalTime::Ambiguous(start, _) => start,
            // Clocks were set forward over midnight: the day begins when that happened.
            MappedLocalTime::None => return self.first_instant_after(midnight),
        };
        // Clocks may have shown the day before and been set back into the day that was.
        let begin = begin.with_timezone(&Utc);
        (1..=8)
            .rev()
            .map(|quarters| begin - TimeDelta::minutes(15 * quarters))
            .find(|earlier| earlier.with_timezone(&self.0).date_naive() >= date)
            .map_or(begin, |earlier| self.sharpened(earlier - TimeDelta::minutes(15), earlier, date))
    }

    /// The first instant of the local times that follow a missing one.
    fn first_instant_after(self, missing: chrono::NaiveDateTime) -> DateTime<Utc> {
        let mut local = missing;
        for _ in 0..SEARCHED {
            local += TimeDelta::minutes(15);
            if let MappedLocalTime::Single(found) | MappedLocalTime::Ambiguous(found, _) =
                self.0.from_local_datetime(&local)
            {
                let found = found.with_timezone(&Utc);
                return self.sharpened(found - TimeDelta::minutes(15), found, missing.date());
            }
        }
        missing.and_utc()
    }

    /// The first second after `before` and up to `until` on which the local date is `date` or later.
    fn sharpened(self, before: DateTime<Utc>, until: DateTime<Utc>, date: NaiveDate) -> DateTime<Utc> {
        let (mut low, mut high) = (before.timestamp(), until.timestamp());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            let instant = DateTime::from_timestamp(middle, 0).unwrap_or(until);
            if instant.with_timezone(&self.0).date_naive() >= date {
                high = middle;
            } else {
                low = middle;
            }
        }
        DateTime::from_timestamp(high, 0).unwrap_or(until)
    }
}

/// The day so many days later; the last day there is, where there is none.
#[must_use]
pub fn after(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// The day so many days before; the first day there is, where there is none.
#[must_use]
pub fn before(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

/// The Monday of the day's week.
#[must_use]
pub fn week(date: NaiveDate) -> NaiveDate {
    date.week(Weekday::Mon).checked_first_day().unwrap_or(date)
}

/// The days from the first to the last, both included.
pub fn days(range: (NaiveDate, NaiveDate)) -> impl Iterator<Item = NaiveDate> {
    let (first, last) = range;
    let amount = (last.num_days_from_ce() - first.num_days_from_ce() + 1).max(0);
    first.iter_days().take(usize::try_from(amount).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn half_hours(zone: Tz, day: &str) -> i64 {
        let day = Calendar::new(zone).day(date(day));
        (day.end - day.start).num_minutes() / 30
    }

    #[test]
    fn a_day_of_shanghai_begins_at_sixteen_hours_utc() {
        let shanghai = Calendar::new(Tz::Asia__Shanghai);
        assert_eq!(shanghai.timezone(), "Asia/Shanghai");
        for (at, day) in [
            ("2026-11-25T15:59:59.999999Z", "2026-11-25"),
            ("2026-11-25T16:00:00Z", "2026-11-26"),
            ("2026-11-26T15:59:59.999999Z", "2026-11-26"),
        ] {
            assert_eq!(shanghai.date(instant(at)), date(day));
        }
    }

    #[test]
    fn days_are_as_long_as_the_clocks_make_them() {
        for (zone, day, long) in [
            (Tz::Asia__Shanghai, "2026-11-26", 48),
            (Tz::Europe__Berlin, "2026-03-29", 46),
            (Tz::Europe__Berlin, "2026-10-25", 50),
            (Tz::America__New_York, "2026-03-08", 46),
            (Tz::America__New_York, "2026-11-01", 50),
            (Tz::Australia__Lord_Howe, "2026-04-05", 49),
            // Midnight does not exist.
            (Tz::America__Sao_Paulo, "2018-11-04", 46),
            (Tz::Africa__Cairo, "2024-04-26", 46),
            // Midnight comes twice.
            (Tz::America__Havana, "2024-11-03", 50),
            // One minute of the day, then an hour of the day before again.
            (Tz::America__St_Johns, "2010-11-07", 50),
            // A day that never was.
            (Tz::Pacific__Apia, "2011-12-30", 0),
        ] {
            assert_eq!(half_hours(zone, day), long, "{zone} {day}");
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(week(date("2026-11-26")), date("2026-11-23"));
        assert_eq!(week(date("2026-11-23")), date("2026-11-23"));
        assert_eq!(days((date("2026-02-27"), date("2026-03-01"))).count(), 3);
        assert_eq!(days((date("2026-03-01"), date("2026-02-27"))).count(), 0);
    }

    #[test]
    fn a_leap_second_is_of_the_day_that_it_ends_and_makes_none_longer() {
        let utc = Calendar::new(Tz::UTC);
        let leap = instant("2016-12-31T23:59:60Z");
        assert_eq!(utc.date(leap), date("2016-12-31"));
        assert!(utc.day(date("2016-12-31")).contains(&leap));
        assert_eq!(half_hours(Tz::UTC, "2016-12-31"), 48);
        // Kept as microseconds since some instant it is the next second, as PostgreSQL reads it, too.
        let kept = DateTime::from_timestamp_micros(leap.timestamp_micros()).unwrap();
        assert_eq!((kept, utc.date(kept)), (instant("2017-01-01T00:00:00Z"), date("2017-01-01")));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn an_instant_belongs_to_the_day_that_holds_it(zone in 0..chrono_tz::TZ_VARIANTS.len(), at in 0_i64..4_000_000_000) {
            let calendar = Calendar::new(chrono_tz::TZ_VARIANTS[zone]);
            let at = DateTime::from_timestamp(at, 0).unwrap();
            let date = calendar.date(at);
            prop_assert!(calendar.day(date).contains(&at), "{} {at} {date} {:?}", calendar.timezone(), calendar.day(date));
            let next = calendar.day(after(date, 1));
            prop_assert_eq!(calendar.day(date).end, next.start);
            prop_assert!(next.start <= next.end);
        }
    }
}
