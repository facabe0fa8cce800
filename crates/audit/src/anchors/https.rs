//! Anchors sent to a service of somebody else: a POST for each.

use super::{AnchorError, line};
use bytes::Bytes;
use http::Request;
use salus_core::Secret;
use salus_outbound::Outbound;
use salus_store::Anchor;
use serde::Deserialize;
use std::path::PathBuf;

/// Section `[audit.anchor.https]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpsConfig {
    /// Where each anchor is sent to, as `{"seq": …, "hash": "…", "at": "…"}`.
    pub url: String,
    /// The file of the secret that goes with it as a bearer token; it is read each time.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
}

/// The service.
pub struct HttpsSink {
    config: HttpsConfig,
    outbound: Outbound,
}

impl HttpsSink {
    /// The address is the operator's own choice, so it may lie in the own network.
    pub fn new(config: HttpsConfig, outbound: &Outbound) -> Self {
        Self { config, outbound: outbound.inside() }
    }

    /// Sends an anchor; any answer of 2xx says that it is kept.
    ///
    /// # Errors
    /// Where it is not.
    pub async fn keep(&self, anchor: &Anchor) -> Result<(), AnchorError> {
        let mut request = Request::post(&self.config.url).header("content-type", "application/json");
        if let Some(path) = &self.config.token_file {
            let told = |error| AnchorError::Setup(format!("{}: {error}", path.display()));
            let token = Secret::new(tokio::fs::read_to_string(path).await.map_err(told)?);
            request = request.header("authorization", format!("Bearer {}", token.expose().trim()));
        }
        let malformed = |_| AnchorError::Setup("[audit.anchor.https] url or token is malformed".to_owned());
        let request = request.body(Bytes::from(line(anchor))).map_err(malformed)?;
        let status = self.outbound.send(request).await?.status();
        match status.is_success() {
            true => Ok(()),
            false => {
                Err(AnchorError::Refused { place: "the anchor service", status: status.as_u16(), why: None })
            }
        }
    }
}
