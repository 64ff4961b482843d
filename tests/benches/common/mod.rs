//! What both benches share: a durable PostgreSQL of their own, a closed loop, processor time, and the report.
//!
//! Figures are ratios inside one run on one machine. The systems that are compared take turns (A B A B …),
//! [`ROUNDS`] rounds each, and what is reported is the median. `ZHANGGUI_BENCH_SECONDS` is the length of
//! one round in seconds (default 1); the program itself refuses that variable, so unset it afterwards.

pub(crate) mod cluster;
pub(crate) mod cpu;
pub(crate) mod load;
pub(crate) mod report;

use std::time::Duration;

/// What a bench stops at.
pub(crate) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// How many rounds each system gets.
pub(crate) const ROUNDS: usize = 5;

/// The length of one round.
pub(crate) fn span() -> Result<Duration, Fault> {
    let given = std::env::var("ZHANGGUI_BENCH_SECONDS").ok();
    let seconds: f64 = given.map_or(Ok(1.0), |text| text.parse())?;
    Ok(Duration::try_from_secs_f64(seconds)?)
}

/// A count as a number to compute with.
pub(crate) fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The median; 0 of nothing.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    let at = |place: usize| values.get(place).copied().unwrap_or_default();
    let (lower, upper) = (values.len().saturating_sub(1) / 2, values.len() / 2);
    f64::midpoint(at(lower), at(upper))
}
