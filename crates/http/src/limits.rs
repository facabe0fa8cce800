//! How many requests an address, an account or a registered app may send: generous, and the same for everybody.
//!
//! Each process counts for itself. [`Limiter`] is the seam for counting together on several nodes: such a limiter takes
//! shares ahead and settles up in the background, so that no request waits for another machine to be let in.

use crate::ApiError;
use crate::config::HttpConfig;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use salus_auth::lockout::household;
use salus_core::Clock;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts what comes under a key.
pub(crate) trait Limiter<K>: Send + Sync {
    /// Counts one more, or says how long until there is room for it.
    fn take(&self, key: &K) -> Result<(), Duration>;
}

/// The limits, by address and by account (for each lane of its own), and by app. A minute's worth may come at once.
pub(crate) struct Limits {
    by_address: Box<dyn Limiter<(Lane, IpAddr)>>,
    by_account: Box<dyn Limiter<(Lane, String)>>,
    by_client: Box<dyn Limiter<String>>,
}

/// Which requests are counted together: whoever was busy, an emergency does not wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    Ordinary,
    Emergency,
}

impl Lane {
    /// Emergencies, what they show, and the links that strangers open with a code.
    pub(crate) fn of(path: &str) -> Self {
        let is_emergency = path.starts_with("/api/v1/emergency/")
            || path.starts_with("/api/v1/links/")
            || path.ends_with("/emergency-card");
        if is_emergency { Self::Emergency } else { Self::Ordinary }
    }
}

impl Limits {
    pub(crate) fn new(config: &HttpConfig, clock: &Arc<dyn Clock>) -> Self {
        Self {
            by_address: Box::new(Keyed::new(config.requests_per_minute_by_address, clock)),
            by_account: Box::new(Keyed::new(config.requests_per_minute_by_account, clock)),
            by_client: Box::new(Keyed::new(config.requests_per_minute_by_client, clock)),
        }
    }

    pub(crate) fn check_address(&self, address: IpAddr, lane: Lane) -> Result<(), ApiError> {
        let_in(self.by_address.take(&(lane, household(address))))
    }

    pub(crate) fn check_account(&self, account: &str, lane: Lane) -> Result<(), ApiError> {
        let_in(self.by_account.take(&(lane, account.to_owned())))
    }

    pub(crate) fn check_client(&self, client: &str) -> Result<(), ApiError> {
        let_in(self.by_client.take(&client.to_owned()))
    }
}

fn let_in(taken: Result<(), Duration>) -> Result<(), ApiError> {
    taken.map_err(|wait| {
        ApiError::too_many_requests(u64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(1))
    })
}

type Counter<K> = RateLimiter<K, DashMapStateStore<K>, LimitClock, NoOpMiddleware<Nanos>>;

/// Counts in this process's memory.
struct Keyed<K: Hash + Eq + Clone> {
    /// None where there is no limit.
    limiter: Option<Counter<K>>,
    clock: LimitClock,
    checks: AtomicU64,
}

/// Every so many checks, what has not been seen for a minute is forgotten.
const TIDY_EVERY: u64 = 10_000;

impl<K: Hash + Eq + Clone> Keyed<K> {
    fn new(per_minute: u32, clock: &Arc<dyn Clock>) -> Self {
        let clock = LimitClock(Arc::clone(clock));
        let quota = NonZeroU32::new(per_minute).map(Quota::per_minute);
        let limiter = quota.map(|quota| RateLimiter::dashmap_with_clock(quota, clock.clone()));
        Self { limiter, clock, checks: AtomicU64::new(0) }
    }
}

impl<K: Hash + Eq + Clone + Send + Sync> Limiter<K> for Keyed<K> {
    fn take(&self, key: &K) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|not_yet| not_yet.wait_time_from(self.clock.now()))
    }
}

/// Our clock, as the limiter reads it.
#[derive(Clone)]
struct LimitClock(Arc<dyn Clock>);

impl governor::clock::Clock for LimitClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let micros = u64::try_from(self.0.now().as_microsecond()).unwrap_or(0);
        Nanos::new(micros.saturating_mul(1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::RETRY_AFTER;
    use salus_core::ManualClock;

    #[test]
    fn a_minutes_worth_may_come_at_once_and_no_more() {
        let clock = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let config = HttpConfig { requests_per_minute_by_account: 60, ..HttpConfig::default() };
        let limits = Limits::new(&config, &(Arc::clone(&clock) as Arc<dyn Clock>));
        let taken = |n| (0..n).filter(|_| limits.check_account("maria", Lane::Ordinary).is_ok()).count();
        assert_eq!(taken(100), 60);
        assert!(limits.check_account("john", Lane::Ordinary).is_ok());
        let problem = limits.check_account("maria", Lane::Ordinary).unwrap_err().problem(None, None);
        assert_eq!(problem.headers()[RETRY_AFTER], "1");
        clock.advance_seconds(10);
        assert_eq!(taken(100), 10);
    }

    #[test]
    fn an_app_has_a_limit_of_its_own() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let config = HttpConfig { requests_per_minute_by_client: 10, ..HttpConfig::default() };
        let limits = Limits::new(&config, &clock);
        assert_eq!((0..20).filter(|_| limits.check_client("lab-app").is_ok()).count(), 10);
        assert!(limits.check_client("other-app").is_ok());
        assert!(
            limits.check_account("lab-app", Lane::Ordinary).is_ok(),
            "an account of that name is somebody else"
        );
    }

    #[test]
    fn an_emergency_does_not_wait_for_what_else_was_asked() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let config = HttpConfig { requests_per_minute_by_account: 2, ..HttpConfig::default() };
        let limits = Limits::new(&config, &clock);
        let ask = |path: &str| limits.check_account("osei", Lane::of(path)).is_ok();
        let asked = ["/api/v1/people", "/fhir/r4/Patient", "/api/v1/people/p/glance"].map(ask);
        assert_eq!(asked, [true, true, false]);
        let asked = ["/api/v1/people/p/emergency-card", "/api/v1/emergency/accesses"].map(ask);
        assert_eq!(asked, [true, true]);
        assert!(!ask("/api/v1/emergency/accesses"), "it has a limit of its own");
    }

    #[test]
    fn zero_means_no_limit() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let config = HttpConfig { requests_per_minute_by_address: 0, ..HttpConfig::default() };
        let limits = Limits::new(&config, &clock);
        let address = "192.0.2.1".parse().unwrap();
        assert!((0..10_000).all(|_| limits.check_address(address, Lane::Ordinary).is_ok()));
    }
}
