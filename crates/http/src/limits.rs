//! How many requests an address, an account or a registered app may send: generous, and the same for everybody.
//!
//! Each process counts for itself. [`Limiter`] is the seam for counting together on several nodes: such a limiter takes
//! shares ahead and settles up in the background, so that no request waits for another machine to be let in.

use crate::ApiError;
use crate::address::household;
use crate::config::HttpConfig;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
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

/// The limits, by address, by account and by app. A minute's worth may come at once.
pub(crate) struct Limits {
    by_address: Box<dyn Limiter<IpAddr>>,
    by_account: Box<dyn Limiter<String>>,
    by_client: Box<dyn Limiter<String>>,
}

impl Limits {
    pub(crate) fn new(config: &HttpConfig, clock: &Arc<dyn Clock>) -> Self {
        Self {
            by_address: Box::new(Keyed::new(config.requests_per_minute_by_address, clock)),
            by_account: Box::new(Keyed::new(config.requests_per_minute_by_account, clock)),
            by_client: Box::new(Keyed::new(config.requests_per_minute_by_client, clock)),
        }
    }

    pub(crate) fn check_address(&self, address: IpAddr) -> Result<(), ApiError> {
        let_in(self.by_address.take(&household(address)))
    }

    pub(crate) fn check_account(&self, account: &str) -> Result<(), ApiError> {
        let_in(self.by_account.take(&account.to_owned()))
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
        let taken = |n| (0..n).filter(|_| limits.check_account("maria").is_ok()).count();
        assert_eq!(taken(100), 60);
        assert!(limits.check_account("john").is_ok());
        let problem = limits.check_account("maria").unwrap_err().problem(None, None);
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
        assert!(limits.check_account("lab-app").is_ok(), "an account of that name is somebody else");
    }

    #[test]
    fn zero_means_no_limit() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let config = HttpConfig { requests_per_minute_by_address: 0, ..HttpConfig::default() };
        let limits = Limits::new(&config, &clock);
        let address = "192.0.2.1".parse().unwrap();
        assert!((0..10_000).all(|_| limits.check_address(address).is_ok()));
    }
}
