//! A body must come in its time: whoever sends a byte now and then must not hold a handler and its connection.

use std::error::Error;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody};
use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::{Instant, timeout_at};

use super::merchant::import;

/// How long a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patience {
    /// Until its body is there; shorter than the whole.
    pub(super) body: Duration,
    /// Until it is answered.
    pub(super) whole: Duration,
}

/// What nearly every request gets.
const USUAL: Patience = Patience { body: Duration::from_secs(12), whole: Duration::from_secs(15) };
/// Five megabytes on a slow line, and ten thousand appends after them.
const OF_FILES: Patience = Patience { body: Duration::from_mins(1), whole: Duration::from_mins(2) };

/// What requests of this route get.
pub(super) fn patience(route: &str) -> Patience {
    if route == import::PATH { OF_FILES } else { USUAL }
}

/// The rest of the body did not come.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body did not arrive in time")]
struct TooSlow;

/// Whether an error comes from a body that was not there in time.
pub(super) fn is_too_slow(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TooSlow>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The same body, which fails when it is not there within `longest`.
pub(super) fn in_time(body: Body, longest: Duration) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let until = Instant::now() + longest;
    let next = move |parts: Option<BodyDataStream>| async move {
        let mut parts = parts?;
        match timeout_at(until, parts.next()).await {
            Ok(part) => part.map(|part| (part, Some(parts))),
            Err(_) => Some((Err(axum::Error::new(TooSlow)), None)),
        }
    };
    Body::from_stream(stream::unfold(Some(body.into_data_stream()), next))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_come_fails_and_says_why() {
        let never = || Body::from_stream(stream::pending::<Result<String, std::io::Error>>());
        let error = to_bytes(in_time(never(), Duration::from_millis(1)), 10).await.unwrap_err();
        assert!(is_too_slow(&error), "{error:?}");
        let large = to_bytes(in_time(Body::from("x".repeat(11)), USUAL.body), 10).await.unwrap_err();
        assert!(!is_too_slow(&large), "{large:?}");
        assert_eq!(to_bytes(in_time(Body::from("x"), USUAL.body), 10).await.unwrap(), "x");
    }

    #[test]
    fn files_have_more_time_than_anything_else() {
        assert_eq!((patience(import::PATH), patience("/api/v1/login")), (OF_FILES, USUAL));
        for patience in [OF_FILES, USUAL] {
            assert!(patience.body < patience.whole);
        }
    }
}
