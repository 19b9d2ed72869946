//! The listener: HTTP/1.1 with a time limit on everything a caller can hold open.
//!
//! HTTP/2 is not spoken: a partner's connection carries one request at a time, and the whole
//! class of stream floods (rapid reset, CONTINUATION) does not exist here.

use super::guard::guard;
use super::limits::{
    HEADER_BYTES_MAX, HEADER_FIELDS_MAX, HEADER_TIMEOUT, STOP_TIMEOUT, WATCHERS_MAX,
};
use super::problem::{Code, Problem};
use super::socket::Socket;
use crate::shell::timers::stopped;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::future::RouteFuture;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// Pause after a failed accept (too many open files), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stopping` turns true, then lets open requests finish for a while.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: usize,
    mut stopping: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(connections.max(1)));
    let reserve = Arc::new(Semaphore::new(WATCHERS_MAX));
    let watched = router.clone().layer(from_fn(watchers_only)).layer(from_fn(guard));
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_headers(HEADER_FIELDS_MAX)
        .max_buf_size(HEADER_BYTES_MAX)
        .half_close(true);
    loop {
        let (place, is_reserved) = tokio::select! {
            biased;
            Ok(place) = room.clone().acquire_owned() => (place, false),
            Ok(place) = reserve.clone().acquire_owned() => (place, true),
            else => break,
        };
        let (stream, peer) = tokio::select! {
            () = stopped(&mut stopping) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => (without_delay(stream), peer),
                Err(error) => {
                    tracing::warn!(error = %error, "a connection was not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        // A place that was given back while nobody came is a caller's again.
        let (place, is_reserved) = match room.clone().try_acquire_owned() {
            Ok(free) if is_reserved => (free, false),
            _ => (place, is_reserved),
        };
        let (socket, timed_out) = Socket::new(stream, place);
        let router = if is_reserved { watched.clone() } else { router.clone() };
        let connection = graceful.watch(connection(&builder, socket, Routes { router, peer }));
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            if let Err(error) = connection.as_mut().await {
                timed_out.store(error.is_timeout(), Ordering::Relaxed);
                tracing::debug!(error = %error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

/// On a connection above the number: only those who watch the server are answered.
async fn watchers_only(request: axum::extract::Request, next: Next) -> Response {
    match request.uri().path() {
        "/livez" | "/readyz" => next.run(request).await,
        _ => Problem::new(Code::Busy, "Too many connections are open.").closing().into_response(),
    }
}

/// Answers are small and complete: waiting to fill a packet only delays them.
fn without_delay(stream: TcpStream) -> TcpStream {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = %error, "no delay cannot be switched off");
    }
    stream
}

/// The routes as one connection sees them: every request knows where it came from.
#[derive(Clone)]
struct Routes {
    router: Router,
    peer: SocketAddr,
}

impl tower::Service<Request<Incoming>> for Routes {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> RouteFuture<Infallible> {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(self.peer);
        self.router.call(request)
    }
}

/// One connection with its service.
fn connection(
    builder: &http1::Builder,
    socket: Socket,
    routes: Routes,
) -> http1::Connection<TokioIo<Socket>, TowerToHyperService<Routes>> {
    builder.serve_connection(TokioIo::new(socket), TowerToHyperService::new(routes))
}
