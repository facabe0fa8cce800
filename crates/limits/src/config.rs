//! What an operator can set: the section `[limits]`.

use serde::Deserialize;
use std::path::PathBuf;

/// Where is counted.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// `rediss://user:password@redis.example:6379/0`, by TLS, or `redis://…` on this machine; none = each node counts by
    /// itself.
    pub redis: Option<String>,
    /// A PEM file of the authority that stands behind Redis, where that is a private one.
    pub root: Option<PathBuf>,
    /// The file of the key that names are hashed with before Redis sees them, the same on all nodes; none = a secret of this
    /// installation.
    pub key_file: Option<PathBuf>,
    /// What all names in Redis begin with, so that several installations may share one.
    pub prefix: String,
    /// An answer that takes longer than this, in milliseconds, is none: this node counts by itself until it is better.
    pub time_limit_ms: u64,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { redis: None, root: None, key_file: None, prefix: "salus".to_owned(), time_limit_ms: 200 }
    }
}

/// The address can hold a password.
impl std::fmt::Debug for LimitsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let redis = self.redis.as_ref().map(|_| "…");
        f.debug_struct("LimitsConfig")
            .field("redis", &redis)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
