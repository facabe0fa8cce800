//! The client itself.

use crate::guard::{Forbidden, Guard, Reach};
use crate::{OutboundConfig, OutboundError, trust};
use bytes::Bytes;
use http::{Method, Request, Response, Uri};
use std::io::ErrorKind;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use ureq::Agent;
use ureq::unversioned::transport::DefaultConnector;

/// Sends requests to other servers. Cheap to clone; the clones share their connections and their limits.
#[derive(Clone)]
pub struct Outbound {
    public: Agent,
    inside: Agent,
    reach: Reach,
    allow_plain_http: bool,
    max_response_bytes: u64,
    time_limit: Duration,
    places: Arc<Semaphore>,
}

impl Outbound {
    /// A client that reaches the public internet only.
    ///
    /// # Errors
    /// Where a file of the configuration cannot be used; the text names it.
    pub fn new(config: &OutboundConfig) -> Result<Self, OutboundError> {
        let time_limit = Duration::from_secs(config.time_limit_seconds.max(1));
        let settings = Agent::config_builder()
            .tls_config(trust::tls(config)?)
            // A proxy named in the environment would see the addresses and stand outside the guard.
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(time_limit))
            .user_agent("salus")
            .build();
        let agent = |reach| {
            let guard = Guard { reach, allowed: config.allow_networks.clone() };
            Agent::with_parts(settings.clone(), DefaultConnector::default(), guard)
        };
        Ok(Self {
            public: agent(Reach::Public),
            inside: agent(Reach::Inside),
            reach: Reach::Public,
            allow_plain_http: config.allow_plain_http,
            max_response_bytes: config.max_response_bytes,
            time_limit,
            places: Arc::new(Semaphore::new(config.concurrent.max(1))),
        })
    }

    /// The same client, reaching into the own network as well: for an address that the operator wrote into the
    /// configuration, and never for one that a user or another server named.
    #[must_use]
    pub fn inside(&self) -> Self {
        Self { reach: Reach::Inside, ..self.clone() }
    }

    /// Sends a request on the blocking pool. An answer of any status is an answer; a redirect is one, too.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, OutboundError> {
        let host = host(request.uri());
        let timed_out = || OutboundError::TimedOut { host: host.clone() };
        let place = tokio::time::timeout(self.time_limit, self.places.clone().acquire_owned());
        let place = place.await.map_err(|_| timed_out())?.map_err(|_| timed_out())?;
        let client = self.clone();
        // The place goes with the request: who asked may give up, and the thread is in use all the same.
        let sent = tokio::task::spawn_blocking(move || {
            let answer = client.send_blocking(request);
            drop(place);
            answer
        });
        let broken = |_| OutboundError::Unreachable { host, reason: "the request broke off".to_owned() };
        sent.await.map_err(broken)?
    }

    /// Sends a request and waits for its answer on this thread, which must be one that may block.
    pub fn send_blocking(&self, request: Request<Bytes>) -> Result<Response<Bytes>, OutboundError> {
        let host = host(request.uri());
        if let Some(reason) = self.objection(request.uri()) {
            return Err(OutboundError::Refused { host, reason });
        }
        let agent = if self.reach == Reach::Inside { &self.inside } else { &self.public };
        let (parts, body) = request.into_parts();
        let carries_none =
            body.is_empty() && matches!(parts.method, Method::GET | Method::HEAD | Method::DELETE);
        let answer = match carries_none {
            true => agent.run(Request::from_parts(parts, ())),
            false => agent.run(Request::from_parts(parts, body.as_ref())),
        };
        let (parts, body) = answer.map_err(|error| told(error, &host))?.into_parts();
        let body = body.into_with_config().limit(self.max_response_bytes).read_to_vec();
        Ok(Response::from_parts(parts, Bytes::from(body.map_err(|error| told(error, &host))?)))
    }

    /// Why a request may not be sent at all.
    fn objection(&self, uri: &Uri) -> Option<&'static str> {
        let authority = uri.authority()?.as_str();
        if authority.contains('@') {
            return Some("the address carries a password");
        }
        match uri.scheme_str() {
            Some("https") => None,
            Some("http") if self.allow_plain_http || is_loopback(uri) => None,
            Some("http") => Some("it would travel without TLS"),
            _ => Some("its scheme is neither https nor http"),
        }
    }
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The part of an address that may be told.
fn host(uri: &Uri) -> String {
    uri.host().unwrap_or("an address without a host").to_owned()
}

fn told(error: ureq::Error, host: &str) -> OutboundError {
    let host = host.to_owned();
    match error {
        ureq::Error::Timeout(_) => OutboundError::TimedOut { host },
        ureq::Error::BodyExceedsLimit(_) => OutboundError::TooLarge { host },
        ureq::Error::LargeResponseHeader(..) => OutboundError::TooLarge { host },
        ureq::Error::Other(cause) if cause.is::<Forbidden>() => {
            OutboundError::Refused { host, reason: "the address is not on the public internet" }
        }
        ureq::Error::Rustls(cause) => OutboundError::Untrusted { host, reason: cause.to_string() },
        ureq::Error::Tls(reason) => OutboundError::Untrusted { host, reason: reason.to_owned() },
        ureq::Error::Io(cause) => told_by_the_system(cause, host),
        ureq::Error::HostNotFound => {
            OutboundError::Unreachable { host, reason: "there is no such host".to_owned() }
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            OutboundError::Refused { host, reason: "the request is malformed" }
        }
        _ => OutboundError::Unreachable { host, reason: "it speaks no HTTP that is understood".to_owned() },
    }
}

fn told_by_the_system(cause: std::io::Error, host: String) -> OutboundError {
    if let Some(tls) = cause.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return OutboundError::Untrusted { host, reason: tls.to_string() };
    }
    match cause.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => OutboundError::TimedOut { host },
        kind => OutboundError::Unreachable { host, reason: kind.to_string() },
    }
}
