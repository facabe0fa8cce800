//! How many requests an address, an account or a registered app may send: generous, and the same for everybody.
//!
//! Where is counted, in this process or together with other nodes, is for [`salus_limits`] to know.

use crate::ApiError;
use crate::config::HttpConfig;
use salus_auth::lockout::household;
use salus_limits::{Counters, Rate};
use std::net::IpAddr;
use std::time::Duration;

/// The limits, by address and by account (for each lane of its own), and by app. A minute's worth may come at once.
pub(crate) struct Limits {
    by_address: Rate,
    by_account: Rate,
    by_client: Rate,
}

/// Which requests are counted together: whoever was busy, an emergency does not wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    Ordinary,
    Emergency,
}

impl Lane {
    /// Under which what is counted in this lane.
    fn name(self, name: &str) -> String {
        match self {
            Self::Ordinary => name.to_owned(),
            Self::Emergency => format!("emergency {name}"),
        }
    }

    /// Emergencies, what they show, and the links that strangers open with a code.
    pub(crate) fn of(path: &str) -> Self {
        let is_emergency = path.starts_with("/api/v1/emergency/")
            || path.starts_with("/api/v1/links/")
            || path.ends_with("/emergency-card");
        if is_emergency { Self::Emergency } else { Self::Ordinary }
    }
}

impl Limits {
    pub(crate) fn new(config: &HttpConfig, counters: &Counters) -> Self {
        Self {
            by_address: counters.rate("requests-by-address", config.requests_per_minute_by_address),
            by_account: counters.rate("requests-by-account", config.requests_per_minute_by_account),
            by_client: counters.rate("requests-by-client", config.requests_per_minute_by_client),
        }
    }

    pub(crate) async fn check_address(&self, address: IpAddr, lane: Lane) -> Result<(), ApiError> {
        let_in(self.by_address.take(&lane.name(&household(address).to_string())).await)
    }

    pub(crate) async fn check_account(&self, account: &str, lane: Lane) -> Result<(), ApiError> {
        let_in(self.by_account.take(&lane.name(account)).await)
    }

    pub(crate) async fn check_client(&self, client: &str) -> Result<(), ApiError> {
        let_in(self.by_client.take(client).await)
    }
}

fn let_in(taken: Result<(), Duration>) -> Result<(), ApiError> {
    taken.map_err(|wait| {
        ApiError::too_many_requests(u64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::RETRY_AFTER;
    use salus_core::{Clock, ManualClock};
    use std::sync::Arc;

    fn limits(config: HttpConfig) -> Limits {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        Limits::new(&config, &Counters::local(clock))
    }

    #[tokio::test]
    async fn who_sends_too_much_is_told_when_to_come_again() {
        let limits = limits(HttpConfig { requests_per_minute_by_account: 60, ..HttpConfig::default() });
        for _ in 0..60 {
            assert!(limits.check_account("maria", Lane::Ordinary).await.is_ok());
        }
        let refused = limits.check_account("maria", Lane::Ordinary).await.unwrap_err();
        assert_eq!(refused.problem(None, None).headers()[RETRY_AFTER], "1");
    }

    #[tokio::test]
    async fn an_app_has_a_limit_of_its_own() {
        let limits = limits(HttpConfig { requests_per_minute_by_client: 10, ..HttpConfig::default() });
        let mut let_in = 0;
        for _ in 0..20 {
            let_in += u32::from(limits.check_client("lab-app").await.is_ok());
        }
        assert_eq!(let_in, 10);
        assert!(limits.check_client("other-app").await.is_ok());
        let account = limits.check_account("lab-app", Lane::Ordinary).await;
        assert!(account.is_ok(), "an account of that name is somebody else");
    }

    #[tokio::test]
    async fn an_emergency_does_not_wait_for_what_else_was_asked() {
        let limits = limits(HttpConfig { requests_per_minute_by_account: 2, ..HttpConfig::default() });
        for (path, expect) in [
            ("/api/v1/people", true),
            ("/fhir/r4/Patient", true),
            ("/api/v1/people/p/glance", false),
            ("/api/v1/people/p/emergency-card", true),
            ("/api/v1/emergency/accesses", true),
            // It has a limit of its own.
            ("/api/v1/emergency/accesses", false),
        ] {
            let asked = limits.check_account("osei", Lane::of(path)).await;
            assert_eq!(asked.is_ok(), expect, "{path}");
        }
    }

    #[tokio::test]
    async fn a_household_counts_as_one_address() {
        let limits = limits(HttpConfig { requests_per_minute_by_address: 1, ..HttpConfig::default() });
        for (address, expect) in [
            ("2001:db8:1:2::1", true),
            ("2001:db8:1:2::2", false),
            ("2001:db8:1:3::1", true),
            ("192.0.2.1", true),
        ] {
            let asked = limits.check_address(address.parse().unwrap(), Lane::Ordinary).await;
            assert_eq!(asked.is_ok(), expect, "{address}");
        }
    }
}
