//! What is answered while the server prepares its database: it is alive, it is not ready, and it is measured.
//!
//! Building read models from a long log takes a while. Whoever probes finds out what is going on, and whoever asks for
//! anything else is told to come back.

use axum::Router;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;

use super::observe::{harden, language, with_words};
use super::operations::healthz;
use super::problem::Problem;

/// The server before it serves.
pub fn router(metrics: PrometheusHandle) -> Router {
    let measured = async move || ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.render());
    Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(measured))
        .fallback(async || Problem::unavailable())
        .layer(from_fn(say))
}

/// Puts the words in and the headers on, as later for every request.
async fn say(request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = with_words(response, &problem, language, "starting");
    }
    harden(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt;

    use super::*;
    use crate::telemetry;

    async fn ask(path: &str) -> (u16, String, String) {
        let router = router(telemetry::start_metrics().unwrap());
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let answer = router.oneshot(request).await.unwrap();
        let after = answer.headers().get(header::RETRY_AFTER).map(|after| after.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), 100_000).await.unwrap();
        (status, after.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn it_is_alive_and_measured_and_everything_else_comes_later() {
        assert_eq!(ask("/healthz").await.0, 200);
        assert_eq!(ask("/metrics").await.0, 200);
        for path in ["/readyz", "/", "/api/v1/me"] {
            let (status, after, body) = ask(path).await;
            assert_eq!((status, after.as_str()), (503, "2"), "{path}");
            assert!(body.contains("\"code\":\"unavailable\""), "{body}");
        }
    }
}
