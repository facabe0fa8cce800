//! How many requests an address or an account may send: generous, and the same for everybody.

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

/// The limits, by address and by account. A minute's worth may come at once.
pub(crate) struct Limits {
    by_address: Keyed<IpAddr>,
    by_account: Keyed<String>,
}

impl Limits {
    pub(crate) fn new(config: &HttpConfig, clock: &Arc<dyn Clock>) -> Self {
        Self {
            by_address: Keyed::new(config.requests_per_minute_by_address, clock),
            by_account: Keyed::new(config.requests_per_minute_by_account, clock),
        }
    }

    pub(crate) fn check_address(&self, address: IpAddr) -> Result<(), ApiError> {
        self.by_address.check(&household(address))
    }

    pub(crate) fn check_account(&self, account: &str) -> Result<(), ApiError> {
        self.by_account.check(&account.to_owned())
    }
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, LimitClock, NoOpMiddleware<Nanos>>;

struct Keyed<K: Hash + Eq + Clone> {
    /// None where there is no limit.
    limiter: Option<Limiter<K>>,
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

    fn check(&self, key: &K) -> Result<(), ApiError> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|not_yet| {
            let wait = not_yet.wait_time_from(self.clock.now());
            ApiError::too_many_requests(u64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(1))
        })
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
    fn zero_means_no_limit() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let config = HttpConfig { requests_per_minute_by_address: 0, ..HttpConfig::default() };
        let limits = Limits::new(&config, &clock);
        let address = "192.0.2.1".parse().unwrap();
        assert!((0..10_000).all(|_| limits.check_address(address).is_ok()));
    }
}
