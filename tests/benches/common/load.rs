//! The closed loop: workers that each do one thing after the other until the time is over.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::{Fault, cpu, float};

/// Somebody who waits for one answer before the next question.
pub(crate) trait Worker: Send + 'static {
    /// Asks once.
    fn once(&mut self) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Whose processor time is counted.
#[derive(Clone, Copy)]
pub(crate) struct Meter {
    /// The server of the database.
    pub(crate) postmaster: u32,
    /// The process of the system that is measured.
    pub(crate) program: u32,
}

/// What one round of one system came to.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sample {
    /// Answers.
    pub(crate) answers: f64,
    /// Answers a second.
    pub(crate) rate: f64,
    /// The median of the waiting times in ms.
    pub(crate) p50: f64,
    /// What 99 of 100 waited less than, in ms.
    pub(crate) p99: f64,
    /// PostgreSQL's processor time in µs an answer.
    pub(crate) postgres: f64,
    /// The program's processor time in µs an answer.
    pub(crate) program: f64,
}

/// Lets every worker ask again and again for `span`, at least once. One answer counts `weight` times.
pub(crate) async fn round<W: Worker>(
    workers: impl IntoIterator<Item = W>,
    span: Duration,
    weight: f64,
    meter: Meter,
) -> Result<Sample, Fault> {
    let before = (cpu::of_postgres(meter.postmaster)?, cpu::of_process(meter.program)?);
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for mut worker in workers {
        running.spawn(async move {
            let mut waits = Vec::with_capacity(1024);
            loop {
                let asked = Instant::now();
                worker.once().await?;
                waits.push(asked.elapsed());
                if begun.elapsed() >= span {
                    return Ok::<_, Fault>(waits);
                }
            }
        });
    }
    let mut waits = Vec::new();
    while let Some(done) = running.join_next().await {
        waits.append(&mut done??);
    }
    let elapsed = begun.elapsed();
    let program = cpu::of_process(meter.program)?;
    let after = (cpu::of_postgres(meter.postmaster)?, program);
    waits.sort_unstable();
    let answers = float(waits.len()) * weight;
    let micros = |now: Duration, then: Duration| now.saturating_sub(then).as_secs_f64() * 1e6 / answers;
    Ok(Sample {
        answers,
        rate: answers / elapsed.as_secs_f64(),
        p50: millis(&waits, 50),
        p99: millis(&waits, 99),
        postgres: micros(after.0, before.0),
        program: micros(after.1, before.1),
    })
}

/// What so many of 100 waited less than.
fn millis(sorted: &[Duration], percent: usize) -> f64 {
    let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).map_or(0.0, |wait| wait.as_secs_f64() * 1e3)
}
