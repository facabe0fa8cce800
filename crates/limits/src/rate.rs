//! Requests a minute. A minute's worth may come at once.

use crate::Away;
use crate::counters::Shared;
use async_trait::async_trait;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use redis::Script;
use salus_core::Clock;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts requests by name.
#[async_trait]
pub trait Meter: Send + Sync {
    /// Counts one more, or says how long until there is room for it.
    async fn take(&self, name: &str) -> Result<Result<(), Duration>, Away>;
}

/// A limit of requests, counted together where Redis is there, and by this process in any case.
pub struct Rate {
    local: Option<LocalMeter>,
    shared: Option<SharedMeter>,
}

impl Rate {
    pub(crate) fn new(
        kind: &'static str,
        per_minute: u32,
        clock: Arc<dyn Clock>,
        shared: Option<Shared>,
    ) -> Self {
        let Some(per_minute) = NonZeroU32::new(per_minute) else { return Self { local: None, shared: None } };
        let local = Some(LocalMeter::new(per_minute, Arc::clone(&clock)));
        Self { local, shared: shared.map(|shared| SharedMeter::new(kind, per_minute, clock, shared)) }
    }

    /// Counts one more, or says how long until there is room for it.
    pub async fn take(&self, name: &str) -> Result<(), Duration> {
        let Some(local) = &self.local else { return Ok(()) };
        let alone = local.count(name);
        match &self.shared {
            None => alone,
            Some(shared) => shared.take(name).await.unwrap_or(alone),
        }
    }
}

/// The time for one request, in whole µs: both ways of counting reckon with integers.
fn interval(per_minute: NonZeroU32) -> Duration {
    Duration::from_micros(60_000_000_u64.div_ceil(per_minute.get().into()))
}

/// Counts in this process's memory.
pub struct LocalMeter {
    limiter: RateLimiter<String, DashMapStateStore<String>, LimitClock, NoOpMiddleware<Nanos>>,
    clock: LimitClock,
    checks: AtomicU64,
}

/// Every so many checks, what has not been seen for a minute is forgotten.
const TIDY_EVERY: u64 = 10_000;

impl LocalMeter {
    /// A limit of so many requests.
    pub fn new(per_minute: NonZeroU32, clock: Arc<dyn Clock>) -> Self {
        let clock = LimitClock(clock);
        let quota = Quota::with_period(interval(per_minute)).unwrap_or(Quota::per_minute(per_minute));
        let limiter = RateLimiter::dashmap_with_clock(quota.allow_burst(per_minute), clock.clone());
        Self { limiter, clock, checks: AtomicU64::new(0) }
    }

    fn count(&self, name: &str) -> Result<(), Duration> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.limiter.retain_recent();
        }
        let taken = self.limiter.check_key(&name.to_owned());
        taken.map_err(|not_yet| not_yet.wait_time_from(self.clock.now()))
    }
}

#[async_trait]
impl Meter for LocalMeter {
    async fn take(&self, name: &str) -> Result<Result<(), Duration>, Away> {
        Ok(self.count(name))
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

/// Counts in Redis, by the clocks of the nodes: they must agree to the second.
pub struct SharedMeter {
    kind: &'static str,
    per_minute: NonZeroU32,
    clock: Arc<dyn Clock>,
    shared: Shared,
    script: Script,
}

impl SharedMeter {
    pub(crate) fn new(
        kind: &'static str,
        per_minute: NonZeroU32,
        clock: Arc<dyn Clock>,
        shared: Shared,
    ) -> Self {
        Self { kind, per_minute, clock, shared, script: Script::new(include_str!("lua/take.lua")) }
    }
}

#[async_trait]
impl Meter for SharedMeter {
    async fn take(&self, name: &str) -> Result<Result<(), Duration>, Away> {
        let interval_us = i64::try_from(interval(self.per_minute).as_micros()).unwrap_or(i64::MAX);
        let arguments = [self.clock.now().as_microsecond(), interval_us, i64::from(self.per_minute.get())];
        let key = self.shared.keys.of(self.kind, name);
        let wait_us: u64 = self.shared.link.run(&self.script, &[key], &arguments).await?;
        Ok(if wait_us == 0 { Ok(()) } else { Err(Duration::from_micros(wait_us)) })
    }
}

#[cfg(test)]
mod tests {
    use crate::Counters;
    use salus_core::{Clock, ManualClock};
    use std::sync::Arc;

    #[tokio::test]
    async fn a_minutes_worth_may_come_at_once_and_no_more() {
        let clock = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let rate = Counters::local(Arc::clone(&clock) as Arc<dyn Clock>).rate("account", 60);
        let taken = async |name: &str| {
            let mut taken = 0;
            for _ in 0..100 {
                taken += u32::from(rate.take(name).await.is_ok());
            }
            taken
        };
        assert_eq!(taken("maria").await, 60);
        assert_eq!(rate.take("maria").await.unwrap_err().as_millis(), 1_000);
        clock.advance_seconds(10);
        assert_eq!((taken("maria").await, taken("john").await), (10, 60));
    }

    #[tokio::test]
    async fn zero_means_no_limit() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let rate = Counters::local(clock).rate("address", 0);
        for _ in 0..10_000 {
            assert!(rate.take("192.0.2.1").await.is_ok());
        }
    }
}
