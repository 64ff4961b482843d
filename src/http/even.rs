//! Answering at a fixed moment after the question, so that time does not tell what was found.
//!
//! Sending a code to somebody takes longer than finding nobody to send it to, and no other work is just as
//! long. Both are answered when the same time has passed, which is far longer than either takes.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How long after the question it is answered.
pub const MOMENT: Duration = Duration::from_millis(200);

/// Does `work`, and gives its outcome not before [`MOMENT`] has passed.
pub async fn evenly<T>(work: impl Future<Output = T>) -> T {
    let moment = Instant::now() + MOMENT;
    let outcome = work.await;
    sleep_until(moment).await;
    outcome
}
