//! The public keys of clients that publish them at an address of their own (`jwks_uri`), and change them there.
//!
//! **Invariant:** the address was named by somebody outside. It is asked by the guarded way out alone, without a
//! certificate of ours, and however many assertions arrive, not more often than once in [`PAUSE`].

use super::jwt::MOST_KEYS_CHARS;
use crate::Error;
use http::header::ACCEPT;
use http::{Request, StatusCode};
use jiff::SignedDuration;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use salus_core::Timestamp;
use salus_outbound::{Outbound, OutboundConfig};
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long keys are believed without asking again.
const LIFE: SignedDuration = SignedDuration::from_mins(5);
/// An address is left alone for so long after it was asked, even by a name that is not among its keys.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// At so many addresses keys are remembered.
const MOST_ADDRESSES: usize = 500;
/// So many requests for keys are under way at once.
const CONCURRENT: usize = 4;
const TIME_LIMIT_S: u64 = 5;

/// Fetches keys, and remembers them for minutes.
pub(crate) struct ClientKeys {
    outbound: Outbound,
    known: quick_cache::sync::Cache<String, Arc<Mutex<Published>>>,
}

/// What is known of one address. Whoever asks it holds the lock, so that everybody else waits for the same answer.
#[derive(Default)]
struct Published {
    asked_at: Option<Timestamp>,
    read: Option<(Arc<JwkSet>, Timestamp)>,
}

impl ClientKeys {
    pub(super) fn open(config: &OutboundConfig) -> Result<Self, Error> {
        let config = OutboundConfig {
            client_certificate: None,
            concurrent: config.concurrent.min(CONCURRENT),
            max_response_bytes: MOST_KEYS_CHARS as u64,
            time_limit_seconds: config.time_limit_seconds.min(TIME_LIMIT_S),
            ..config.clone()
        };
        let outbound = Outbound::new(&config).map_err(|cause| Error::Config(format!("outbound: {cause}")))?;
        Ok(Self { outbound, known: quick_cache::sync::Cache::new(MOST_ADDRESSES) })
    }

    /// The keys that an address publishes; none where it cannot be asked. A `kid` that is not among the keys at hand is
    /// a reason to look again: the client may have changed them.
    pub(super) async fn at(&self, uri: &str, kid: Option<&str>, now: Timestamp) -> Option<Arc<JwkSet>> {
        let entry = self.known.get_or_insert_with(uri, || Ok::<_, std::convert::Infallible>(Arc::default()));
        let Ok(entry) = entry;
        let mut published = entry.lock().await;
        if !published.has(kid, now) && published.asked_at.is_none_or(|asked_at| now >= asked_at + PAUSE) {
            published.asked_at = Some(now);
            match self.fetch(uri).await {
                Ok(keys) => published.read = Some((Arc::new(keys), now)),
                Err(cause) => tracing::warn!(error = %cause, "the keys of a client could not be fetched"),
            }
        }
        published.fresh(now).cloned()
    }

    async fn fetch(&self, uri: &str) -> Result<JwkSet, String> {
        let request = Request::get(uri).header(ACCEPT, "application/json").body(Default::default());
        let request = request.map_err(|_| "the address cannot be asked".to_owned())?;
        let answer = self.outbound.send(request).await.map_err(|cause| cause.to_string())?;
        if answer.status() != StatusCode::OK {
            return Err(format!("the answer has the status {}", answer.status().as_u16()));
        }
        serde_json::from_slice(answer.body()).map_err(|_| "the answer is no JSON Web Key Set".to_owned())
    }
}

impl Published {
    fn fresh(&self, now: Timestamp) -> Option<&Arc<JwkSet>> {
        self.read.as_ref().filter(|(_, read_at)| now < *read_at + LIFE).map(|(keys, _)| keys)
    }

    fn has(&self, kid: Option<&str>, now: Timestamp) -> bool {
        let names = |key: &Jwk| key.common.key_id.as_deref() == kid;
        self.fresh(now).is_some_and(|keys| kid.is_none() || keys.keys.iter().any(names))
    }
}
