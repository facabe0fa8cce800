//! What an operator can set: the section `[outbound]`.

use ipnet::IpNet;
use serde::Deserialize;
use std::path::PathBuf;

/// How Salus talks to other servers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutboundConfig {
    /// How long a request may take, from the look-up of the name to the last byte of the answer.
    pub time_limit_seconds: u64,
    /// The largest answer that is taken.
    pub max_response_bytes: u64,
    /// How many requests are under way at once; the others wait, and their waiting counts as their time.
    pub concurrent: usize,
    /// Lets requests go out without TLS to other machines than this one.
    pub allow_plain_http: bool,
    /// Networks that are not the public internet and may be reached all the same, such as `10.1.0.0/16`.
    pub allow_networks: Vec<IpNet>,
    /// A PEM file of certificate authorities that are trusted beside the public ones.
    pub extra_roots: Option<PathBuf>,
    /// The certificate by which Salus shows other servers who it is (mutual TLS).
    pub client_certificate: Option<ClientCertificate>,
}

/// A certificate and its key, as PEM files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCertificate {
    /// The certificate, then those that lead to its root.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self {
            time_limit_seconds: 10,
            max_response_bytes: 4 * 1024 * 1024,
            concurrent: 16,
            allow_plain_http: false,
            allow_networks: Vec::new(),
            extra_roots: None,
            client_certificate: None,
        }
    }
}
