//! Taking connections: so many at once, each with a limit for shaking hands and for the head of a request.
//!
//! A client that connects and then dawdles holds one place for a few seconds, and no thread.

use crate::config::Http;
use crate::tls::Certificates;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use salus_auth::Thumbprint;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

/// How many requests one HTTP/2 connection may have under way.
const STREAMS: u32 = 128;
/// The largest head that is read; what is sensible is decided behind ([`salus_http`]'s guard).
const HEAD_BYTES: usize = 64 * 1024;
/// At a stop, answers under way have so long.
const LAST_ANSWERS: Duration = Duration::from_secs(30);
/// After the system refused a connection (too many files are open), the next is asked for a moment later.
const BREATH: Duration = Duration::from_millis(50);

/// How many connections, and how long they may take.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Open at once.
    pub connections: usize,
    /// For the handshake, and then for each head of a request.
    pub head: Duration,
}

impl Limits {
    /// Those of the configuration.
    pub fn of(config: &Http) -> Self {
        Self { connections: config.connections.max(1), head: Duration::from_secs(config.head_seconds.max(1)) }
    }
}

/// Serves until `stop`, then answers what is under way.
pub async fn serve(
    listener: TcpListener,
    certificates: Option<Certificates>,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let builder = builder(limits);
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = tokio::select! {
            next = accept(&listener, &places) => next,
            () = &mut stop => break,
        };
        let Some((stream, peer, place)) = next else { continue };
        let (builder, router, watcher) = (builder.clone(), router.clone(), graceful.watcher());
        let certificates = certificates.clone();
        tokio::spawn(async move {
            match certificates {
                None => {
                    converse(stream, Peer { address: peer, certificate: None }, &builder, router, watcher)
                        .await
                }
                Some(certificates) => {
                    // Who shakes no hands in time, or not as it must be, is let go of without a word.
                    let shaken = tokio::time::timeout(limits.head, certificates.shake_hands(stream)).await;
                    if let Ok(Ok(Some(stream))) = shaken {
                        let peer = Peer { address: peer, certificate: shown(&stream) };
                        converse(stream, peer, &builder, router, watcher).await;
                    }
                }
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_ANSWERS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were not answered before the end");
    }
}

/// The next connection, as soon as there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // An answer in two pieces is not held back until the first is acknowledged.
            let _best_effort = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::debug!(error = %error, "a connection was not taken");
            tokio::time::sleep(BREATH).await;
            None
        }
    }
}

fn builder(limits: Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD_BYTES as u32)
        .keep_alive_interval(Some(limits.head))
        .keep_alive_timeout(limits.head);
    builder
}

/// Who is on the other side.
struct Peer {
    address: SocketAddr,
    /// The certificate that they showed; it was verified in the handshake.
    certificate: Option<Thumbprint>,
}

fn shown(stream: &TlsStream<TcpStream>) -> Option<Thumbprint> {
    let chain = stream.get_ref().1.peer_certificates()?;
    chain.first().map(|certificate| Thumbprint::of(certificate))
}

/// Answers one connection's requests.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    builder: &Builder<TokioExecutor>,
    router: Router,
    watcher: Watcher,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer.address));
        if let Some(certificate) = &peer.certificate {
            request.extensions_mut().insert(certificate.clone());
        }
        router.clone().oneshot(request)
    });
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    // The other side went away, or spoke no HTTP: nobody is left to tell.
    let _gone = watcher.watch(connection.into_owned()).await;
}
