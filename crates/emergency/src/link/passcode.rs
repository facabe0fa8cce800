//! The passcode of a link: kept as a hash, compared in constant time.

use crate::words::text;
use aws_lc_rs::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use salus_fhir::json::Value;
use salus_http::ApiError;
use std::num::NonZeroU32;

/// What it costs to try a passcode. Five tries are all there are (see [`super::MOST_ATTEMPTS`]); this is for whoever
/// has the sealed record and the patient's key already.
const ROUNDS: NonZeroU32 = NonZeroU32::new(100_000).unwrap();

/// A stored passcode.
#[derive(Clone)]
pub(super) struct Passcode {
    pub(super) salt: [u8; 16],
    pub(super) hash: [u8; 32],
}

impl Passcode {
    /// The hash of a passcode, worked out off the threads that answer requests.
    pub(super) async fn of(words: String, salt: [u8; 16]) -> Result<Self, ApiError> {
        let hashed = tokio::task::spawn_blocking(move || {
            let mut hash = [0; 32];
            pbkdf2::derive(PBKDF2_HMAC_SHA256, ROUNDS, &salt, words.as_bytes(), &mut hash);
            Self { salt, hash }
        });
        hashed.await.map_err(|_| ApiError::internal("a passcode could not be hashed"))
    }

    pub(super) async fn is(&self, words: String) -> Result<bool, ApiError> {
        let Self { salt, hash } = self.clone();
        let checked = tokio::task::spawn_blocking(move || {
            pbkdf2::verify(PBKDF2_HMAC_SHA256, ROUNDS, &salt, words.as_bytes(), &hash).is_ok()
        });
        checked.await.map_err(|_| ApiError::internal("a passcode could not be checked"))
    }

    pub(super) fn read(body: &Value) -> Option<Self> {
        let (mut salt, mut hash) = ([0; 16], [0; 32]);
        hex::decode_to_slice(text(body, "salt")?, &mut salt).ok()?;
        hex::decode_to_slice(text(body, "passcodeHash")?, &mut hash).ok()?;
        Some(Self { salt, hash })
    }
}
