//! Answering at a fixed moment after the question, so that time does not tell what was found.
//!
//! Sending a code to somebody takes longer than finding nobody to send it to, and no other work is just as
//! long. Both are answered when the same time has passed, which is far longer than either takes; what takes longer
//! still is answered at the next such moment.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How long after the question it is answered.
pub const MOMENT: Duration = Duration::from_millis(200);

/// Does `work`, and gives its outcome when a whole number of [`MOMENT`]s has passed.
pub async fn evenly<T>(work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let outcome = work.await;
    let passed = u32::try_from(begun.elapsed().as_millis() / MOMENT.as_millis()).unwrap_or(0);
    sleep_until(begun + MOMENT * (passed + 1)).await;
    outcome
}
