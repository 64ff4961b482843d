//! A body must come in its time: whoever sends a byte now and then must not hold a handler and its connection.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::{Instant, timeout_at};

/// How long a body may take to arrive; shorter than a request may take.
const LONGEST: Duration = Duration::from_secs(12);

/// The rest of the body did not come.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body did not arrive in time")]
struct TooSlow;

/// The same body, which fails when it is not there in time.
pub(super) fn in_time(body: Body) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let until = Instant::now() + LONGEST;
    let next = move |parts: Option<BodyDataStream>| async move {
        let mut parts = parts?;
        match timeout_at(until, parts.next()).await {
            Ok(part) => part.map(|part| (part, Some(parts))),
            Err(_) => Some((Err(axum::Error::new(TooSlow)), None)),
        }
    };
    Body::from_stream(stream::unfold(Some(body.into_data_stream()), next))
}
