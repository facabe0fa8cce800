//! The detail of an entry: what exactly was looked at, sealed under the key of the patient it is about.

use super::NewAudit;
use super::chain::sha256;
use crate::keys::PatientKey;
use crate::{Error, seal};
use salus_core::Rng;
use serde_json::Value;

/// To what a sealed detail is bound: it opens as nothing else.
const ASSOCIATED: &[u8] = b"audit detail";

impl NewAudit {
    /// The entry with a detail. A detail that says nothing is left out.
    pub(crate) fn with_detail(self, detail: &Value, key: &PatientKey, rng: &dyn Rng) -> Result<Self, Error> {
        let says_nothing = detail.as_object().is_none_or(serde_json::Map::is_empty);
        if says_nothing {
            return Ok(Self { pat: key.pat, ..self });
        }
        let sealed = seal::seal_bytes(ASSOCIATED, detail.to_string().as_bytes(), key, rng)?;
        Ok(Self { pat: key.pat, detail_digest: Some(sha256(&sealed)), detail: Some(sealed), ..self })
    }
}

/// Opens a detail; none where it does not open.
pub(crate) fn open(sealed: &[u8], key: &PatientKey) -> Option<Value> {
    serde_json::from_slice(&seal::open_bytes(ASSOCIATED, sealed, key)?).ok()
}
