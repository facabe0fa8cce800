//! Authorization codes: good once, for a minute, for the client that asked.

use super::shelf::{Kept, Link};
use salus_core::Timestamp;
use serde::{Deserialize, Serialize};

/// A code as it is stored, under the SHA-256 of its letters. It is kept for a while after it was used, so that the one
/// who comes with it a second time is recognised.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthCode {
    pub(crate) client: Link,
    pub(crate) account: Link,
    /// The grant that its exchange makes.
    pub(crate) grant_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) patient_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encounter_id: Option<String>,
    /// When and by what the person showed who they are.
    pub(crate) signed_in_at: Timestamp,
    #[serde(default, rename = "method", skip_serializing_if = "Vec::is_empty")]
    pub(crate) methods: Vec<String>,
    /// Where access was given only as long as the person stays signed in: until when that can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) used_at: Option<Timestamp>,
}

impl Kept for AuthCode {
    const TYPE: &'static str = "OAuthCode";
}
