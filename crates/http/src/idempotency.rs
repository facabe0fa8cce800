//! `Idempotency-Key`: a POST that is sent twice happens once, and is answered twice
//! (draft-ietf-httpapi-idempotency-key-header-07).
//!
//! Answers are kept in memory, not in the store: they hold health data, and the store's log would keep them under a key
//! that does not go when a person's key is destroyed. They are bounded in number, in bytes and in time, and a restart
//! forgets them; what must never happen twice whatever comes has a condition in its own transaction (`If-None-Exist`).

use crate::caller::Caller;
use crate::layers::headers::is_under;
use crate::{ApiError, App, is_public};
use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::SignedDuration;
use salus_core::Timestamp;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::Instrument;

/// How long an answer is kept.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
const MOST_KEY_BYTES: usize = 255;
/// Larger answers are not kept.
const MOST_ANSWER_BYTES: usize = 1024 * 1024;

/// The answers given under a key.
pub(crate) struct Answers {
    kept: quick_cache::sync::Cache<Slot, Arc<Kept>, ByBytes>,
    /// Those being worked out.
    running: Mutex<HashSet<Slot>>,
    hasher: RandomState,
}

/// Account, key, and path.
type Slot = (String, String, String);

struct Kept {
    /// Of the request's body, or of its length where the body streams.
    fingerprint: u64,
    at: Timestamp,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

#[derive(Clone)]
struct ByBytes;

impl quick_cache::Weighter<Slot, Arc<Kept>> for ByBytes {
    fn weight(&self, _: &Slot, kept: &Arc<Kept>) -> u64 {
        1_024 + kept.body.len() as u64
    }
}

impl Answers {
    pub(crate) fn new(bytes: u64) -> Self {
        let items = usize::try_from(bytes / 4_096).unwrap_or(usize::MAX).max(16);
        Self {
            kept: quick_cache::sync::Cache::with_weighter(items, bytes, ByBytes),
            running: Mutex::default(),
            hasher: RandomState::new(),
        }
    }

    /// What was answered before; an error where the key was used for something else.
    fn find(&self, slot: &Slot, fingerprint: u64, now: Timestamp) -> Result<Option<Response>, ApiError> {
        let Some(kept) = self.kept.get(slot).filter(|kept| now < kept.at + LIFE) else { return Ok(None) };
        if kept.fingerprint != fingerprint {
            let detail = "This Idempotency-Key was used for another request. A new request needs a new key.";
            return Err(ApiError::invalid(detail));
        }
        Ok(Some(kept.answer()))
    }

    /// Drops the answers to these accounts, and those that name the person.
    pub(crate) fn forget(&self, patient_id: &str, accounts: &[String]) {
        let names =
            |bytes: &[u8]| bytes.windows(patient_id.len().max(1)).any(|part| part == patient_id.as_bytes());
        self.kept.retain(|(account, _, path), kept| {
            !accounts.contains(account) && !path.contains(patient_id) && !names(&kept.body)
        });
    }

    /// Claims the slot until the claim is dropped; an error while somebody else holds it.
    fn claim<'a>(&'a self, slot: &Slot) -> Result<Claim<'a>, ApiError> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.insert(slot.clone()) {
            return Ok(Claim { answers: self, slot: slot.clone() });
        }
        Err(ApiError::conflict("A request with this Idempotency-Key is being worked on."))
    }
}

struct Claim<'a> {
    answers: &'a Answers,
    slot: Slot,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut running = self.answers.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.slot);
    }
}

impl Kept {
    fn answer(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
        response
    }
}

/// Lets a POST under `/api/v1` that carries a key happen once. The work goes on when the client has gone: what it did is
/// kept, so that the next try is answered with it.
pub(crate) async fn idempotency(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let Some(key) = key_of(&request)? else { return Ok(next.run(request).await) };
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, &app).await?;
    let slot = (caller.account().to_owned(), key, parts.uri.to_string());

    let work = async move {
        let _claim = app.answers.claim(&slot)?;
        let (request, fingerprint) = with_fingerprint(&app, Request::from_parts(parts, body)).await?;
        if let Some(answer) = app.answers.find(&slot, fingerprint, app.now())? {
            return Ok(answer);
        }
        keep(&app, &slot, fingerprint, next.run(request).await).await
    };
    let ended = tokio::spawn(work.in_current_span()).await;
    ended.unwrap_or_else(|cause| Err(ApiError::internal(format!("a request broke off: {cause}"))))
}

fn key_of(request: &Request) -> Result<Option<String>, ApiError> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if request.method() != Method::POST || !is_under(route, "/api/v1") || is_public("POST", route) {
        return Ok(None);
    }
    let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= MOST_KEY_BYTES);
    key.map(|key| Some(key.to_owned()))
        .ok_or_else(|| ApiError::bad_request("An Idempotency-Key has 1 to 255 visible ASCII characters."))
}

/// Reads the body to tell it from another. A file is not read here: it streams on, and is told from another by its
/// length.
async fn with_fingerprint(app: &App, request: Request) -> Result<(Request, u64), ApiError> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        let length = request.headers().get(CONTENT_LENGTH).map(|value| value.as_bytes().to_vec());
        return Ok((request, app.answers.hasher.hash_one(length)));
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, app.config.body_limit_bytes).await;
    let bytes = bytes.map_err(|_| ApiError::too_large())?;
    let fingerprint = app.answers.hasher.hash_one(&bytes);
    Ok((Request::from_parts(parts, Body::from(bytes)), fingerprint))
}

/// Keeps what can be given again: what succeeded, and refusals that will stay. The rest may be tried once more.
async fn keep(app: &App, slot: &Slot, fingerprint: u64, answer: Response) -> Result<Response, ApiError> {
    let status = answer.status();
    let is_final = status.is_success() || status == StatusCode::UNPROCESSABLE_ENTITY;
    let length =
        answer.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let is_kept = is_final
        && length.is_none_or(|length| length <= MOST_ANSWER_BYTES)
        && !answer.headers().contains_key(SET_COOKIE)
        && !answer.headers().contains_key(CONTENT_ENCODING)
        && answer.extensions().get::<ApiError>().is_none();
    if !is_kept {
        return Ok(answer);
    }
    let (parts, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, MOST_ANSWER_BYTES).await;
    let body = body.map_err(|cause| ApiError::internal(format!("an answer could not be kept: {cause}")))?;
    let mut headers = HeaderMap::new();
    for name in [CONTENT_TYPE, LOCATION] {
        if let Some(value) = parts.headers.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    let kept = Kept { fingerprint, at: app.now(), status, headers, body: body.clone() };
    app.answers.kept.insert(slot.clone(), Arc::new(kept));
    Ok(Response::from_parts(parts, Body::from(body)))
}
