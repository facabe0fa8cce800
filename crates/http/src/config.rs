//! How the HTTP surface is set up.

use serde::Deserialize;

/// The settings; each has a default that suits one machine serving its owner's household over a local proxy or none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// What people type to come here (`https://salus.example`), where a proxy changes the `Host` header.
    pub public_origin: Option<String>,
    /// Whether people come by TLS: then browsers are told to use nothing else for two years.
    pub is_tls: bool,
    /// How many proxies of ours write `X-Forwarded-For` before the request arrives here.
    pub trusted_proxies: usize,
    /// The most bytes of a request's body, where a route says nothing else.
    pub body_limit_bytes: usize,
    /// How long a request may take, in seconds; a large body has longer, by its size.
    pub request_timeout_s: u64,
    /// How many requests a minute one address may send; 0 = no limit.
    pub requests_per_minute_by_address: u32,
    /// How many requests a minute one account may send; 0 = no limit.
    pub requests_per_minute_by_account: u32,
    /// How many requests a minute one registered app may send, for all its people together; 0 = no limit.
    pub requests_per_minute_by_client: u32,
    /// How much memory the answers kept for `Idempotency-Key` may take, in bytes.
    pub idempotency_bytes: u64,
    /// How many background jobs run at once.
    pub jobs_at_once: usize,
    /// For how many days a job that is done can be looked up.
    pub jobs_done_days: u16,
    /// For how many days a job that failed for good can be looked up.
    pub jobs_failed_days: u16,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            public_origin: None,
            is_tls: false,
            trusted_proxies: 0,
            body_limit_bytes: 16 * 1024 * 1024,
            request_timeout_s: 60,
            requests_per_minute_by_address: 3_000,
            requests_per_minute_by_account: 3_000,
            requests_per_minute_by_client: 12_000,
            idempotency_bytes: 64 * 1024 * 1024,
            jobs_at_once: 2,
            jobs_done_days: 30,
            jobs_failed_days: 90,
        }
    }
}
