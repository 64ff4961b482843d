//! Accepting connections, with bounds that a stranger cannot wear out, and finishing them in order.
//!
//! axum's own loop waits for ever for a request's header; a thousand half-sent ones would take every
//! file descriptor. Here a header has its time, connections have a number, and the last ones may finish.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// How long a request's header may take to arrive, and an idle connection may wait for its next one.
const HEADER_TIME: Duration = Duration::from_secs(15);
/// The most connections at a time; beyond them new ones wait in the kernel's queue.
const MOST_CONNECTIONS: usize = 2_000;
/// How long requests in flight may take to finish once the server is asked to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Another handle of the same socket, for who answers before the server can.
///
/// # Errors
/// The operating system's.
pub fn twin(listener: TcpListener) -> std::io::Result<(TcpListener, TcpListener)> {
    let listener = listener.into_std()?;
    let twin = TcpListener::from_std(listener.try_clone()?)?;
    Ok((TcpListener::from_std(listener)?, twin))
}

/// Serves `router` until `stop` resolves, then lets what is in flight finish.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = graceful.watch(connection(stream, peer, router.clone()));
                tokio::spawn(async move {
                    // A client that breaks off or sends rubbish is no event of ours.
                    let _ended = connection.await;
                    drop(place);
                });
            }
            // Out of descriptors, or a client that was gone at once: the next one may do better.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off");
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> http1::Connection<
    TokioIo<TcpStream>,
    impl hyper::service::Service<
        Request<Incoming>,
        Response = axum::response::Response,
        Error = std::convert::Infallible,
        Future: Send,
    >,
> {
    // Small answers should not wait for more to send.
    let _best_effort = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .serve_connection(TokioIo::new(stream), service)
}
