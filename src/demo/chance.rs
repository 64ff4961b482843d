//! Chance that can be repeated: the same seed draws the same.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng as _, RngCore as _, SeedableRng as _};
use uuid::Uuid;

/// How busy each hour of a day is: asleep until seven, lunch, and the evening on the sofa.
const HOURS: [u32; 24] =
    [6, 3, 2, 1, 1, 2, 5, 12, 20, 28, 32, 36, 48, 44, 34, 30, 30, 34, 42, 56, 70, 74, 52, 22];

/// The source.
pub(super) struct Chance(StdRng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// From 0 up to, not including, 1.
    pub(super) fn part(&mut self) -> f64 {
        self.0.random()
    }

    /// Whether something happens that does so with this probability.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.part() < probability
    }

    /// One of the range.
    pub(super) fn number(&mut self, range: Range<u32>) -> u32 {
        self.0.random_range(range)
    }

    /// One of them.
    pub(super) fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let most = u32::try_from(words.len()).unwrap_or(1).max(1);
        let nth = self.number(0..most) as usize;
        words.get(nth).copied().unwrap_or_default()
    }

    /// So many seconds, to the millisecond.
    pub(super) fn seconds(&mut self, range: Range<u32>) -> TimeDelta {
        TimeDelta::milliseconds(self.0.random_range(i64::from(range.start) * 1000..i64::from(range.end) * 1000))
    }

    /// An instant of a day as people keep their hours; within the day, whatever the clocks do.
    pub(super) fn instant(&mut self, day: &Range<DateTime<Utc>>) -> DateTime<Utc> {
        let mut left = self.number(0..HOURS.iter().sum());
        let mut hour = 0;
        for weight in HOURS {
            if left < weight {
                break;
            }
            left -= weight;
            hour += 1;
        }
        let instant = day.start + TimeDelta::hours(hour) + self.seconds(0..3600);
        instant.min(day.end - TimeDelta::minutes(1)).max(day.start)
    }

    /// A time-ordered id.
    pub(super) fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let mut bytes = [0; 10];
        self.0.fill_bytes(&mut bytes);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// What a session would be known by.
    pub(super) fn digest(&mut self) -> String {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        hex::encode(bytes)
    }
}
