//! Guessing costs time: each failed sign-in makes the next one wait longer, for the account and for the address.
//! Where is counted, in this process or together with other nodes, is for [`salus_limits`] to know.
//!
//! The counts are kept by what was typed, whether or not there is such an account, so that a wait tells nothing.
//! An attempt is counted before its password is looked at: a hundred guesses sent at once are a hundred guesses.
//! An address from which the account was opened lately is counted apart, so that a stranger who guesses cannot keep
//! the owner out. An address is an IPv4 address or a whole IPv6 /64: a household has as many of the others as it likes.

use jiff::SignedDuration;
use salus_core::Timestamp;
use salus_limits::attempts::Patience;
use salus_limits::{Attempts, Counters, Slot};
use std::net::{IpAddr, Ipv6Addr};

/// How patient the sign-in is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LockoutConfig {
    /// Attempts on one account that need no waiting. NIST SP 800-63B-4 §3.2.2 allows 100 in a row at most.
    pub free_by_account: u32,
    /// Attempts from one address that need no waiting; higher, for many people share one.
    pub free_by_address: u32,
    /// The longest wait, in seconds; waits double from one second up to this.
    pub longest_wait_s: u32,
}

impl Default for LockoutConfig {
    fn default() -> Self {
        Self { free_by_account: 5, free_by_address: 30, longest_wait_s: 900 }
    }
}

/// Who tries: the e-mail address as typed (in lower case), and where from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) email: &'a str,
    pub(crate) address: Option<IpAddr>,
}

/// What counts as one address: an IPv4 address, or a whole IPv6 /64, which is what one household is given.
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

/// Counts failures by account and by address; an account from where it was opened lately is counted apart.
pub(crate) struct Lockout {
    config: LockoutConfig,
    attempts: Attempts,
}

const ACCOUNT: &str = "attempts-by-account";
const ADDRESS: &str = "attempts-by-address";
const KNOWN: &str = "attempts-from-known";
/// Where an account was opened from lately, by household.
const TRUSTED: &str = "opened-from";

impl Lockout {
    pub(crate) fn new(config: LockoutConfig, counters: &Counters) -> Self {
        let attempts = counters.attempts(Patience { longest_wait_s: config.longest_wait_s });
        Self { config, attempts }
    }

    /// Lets an attempt pass and counts it as failed until [`Lockout::succeeded`] takes it back, or says how long to wait.
    pub(crate) async fn admit(&self, attempt: Attempt<'_>, now: Timestamp) -> Result<(), SignedDuration> {
        self.attempts.admit(&self.slots(attempt).await, now).await
    }

    /// The attempt was the right one: it does not count, and the account's slate is clean.
    pub(crate) async fn succeeded(&self, attempt: Attempt<'_>, now: Timestamp) {
        self.attempts.settle(&self.slots(attempt).await, now).await;
        if let Some(address) = attempt.address {
            self.attempts.mark(TRUSTED, &pair(attempt.email, address)).await;
        }
    }

    async fn slots(&self, attempt: Attempt<'_>) -> Vec<Slot> {
        let (email, free) = (attempt.email.to_owned(), self.config.free_by_account);
        let account = Slot { kind: ACCOUNT, name: email, free, is_cleaned: true };
        let Some(address) = attempt.address else { return vec![account] };
        let pair = pair(attempt.email, address);
        let account = match self.attempts.is_marked(TRUSTED, &pair).await {
            true => Slot { kind: KNOWN, name: pair, ..account },
            false => account,
        };
        let name = household(address).to_string();
        vec![account, Slot { kind: ADDRESS, name, free: self.config.free_by_address, is_cleaned: false }]
    }
}

fn pair(email: &str, address: IpAddr) -> String {
    format!("{email} {}", household(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_core::{Clock, ManualClock, Secret};
    use salus_limits::LimitsConfig;
    use std::sync::Arc;

    const MARIA: &str = "maria@example.org";

    fn at(address: &str) -> Option<IpAddr> {
        Some(address.parse().unwrap())
    }

    fn alone() -> (Lockout, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let counters = Counters::local(Arc::clone(&clock) as Arc<dyn Clock>);
        (Lockout::new(LockoutConfig::default(), &counters), clock)
    }

    async fn seconds_to_wait(lockout: &Lockout, attempt: Attempt<'_>, clock: &ManualClock) -> i64 {
        lockout.admit(attempt, clock.now()).await.err().map_or(0, |wait| wait.as_secs())
    }

    #[tokio::test]
    async fn after_the_free_attempts_each_wait_is_twice_the_last() {
        let (lockout, clock) = alone();
        let attempt = Attempt { email: MARIA, address: at("192.0.2.1") };
        let mut waits = Vec::new();
        for _ in 0..17 {
            let wait = seconds_to_wait(&lockout, attempt, &clock).await;
            waits.push(wait);
            clock.advance_seconds(wait);
            if wait > 0 {
                assert_eq!(seconds_to_wait(&lockout, attempt, &clock).await, 0);
            }
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }

    #[tokio::test]
    async fn the_right_password_cleans_the_slate() {
        let (lockout, clock) = alone();
        let attempt = Attempt { email: MARIA, address: at("192.0.2.1") };
        for _ in 0..50 {
            assert_eq!(seconds_to_wait(&lockout, attempt, &clock).await, 0);
            lockout.succeeded(attempt, clock.now()).await;
        }
    }

    #[tokio::test]
    async fn one_address_that_tries_many_accounts_waits_too() {
        let (lockout, clock) = alone();
        let mut waits = 0;
        for n in 0..32 {
            let email = format!("person{n}@example.org");
            let attempt = Attempt { email: &email, address: at("192.0.2.1") };
            waits += u32::from(seconds_to_wait(&lockout, attempt, &clock).await > 0);
        }
        assert_eq!(waits, 2);
        assert_eq!(
            seconds_to_wait(&lockout, Attempt { email: MARIA, address: at("192.0.2.2") }, &clock).await,
            0
        );
    }

    #[tokio::test]
    async fn asvs_v6_3_1_a_whole_ipv6_household_is_one_address() {
        let (lockout, clock) = alone();
        let mut waits = 0;
        for n in 0..32 {
            let (email, address) = (format!("person{n}@example.org"), format!("2001:db8:1:2::{n:x}"));
            let attempt = Attempt { email: &email, address: at(&address) };
            waits += u32::from(seconds_to_wait(&lockout, attempt, &clock).await > 0);
        }
        assert_eq!(waits, 2, "thirty are free, whatever address of the /64 they come from");
        let next_door = Attempt { email: MARIA, address: at("2001:db8:1:3::1") };
        assert_eq!(seconds_to_wait(&lockout, next_door, &clock).await, 0);
    }

    #[test]
    fn a_household_is_one_client() {
        let of = |text: &str| household(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
        assert_eq!(of("::ffff:203.0.113.9"), "203.0.113.9");
    }

    #[tokio::test]
    async fn a_stranger_who_guesses_does_not_keep_the_owner_out() {
        let (lockout, clock) = alone();
        let owner = Attempt { email: MARIA, address: at("192.0.2.1") };
        assert_eq!(seconds_to_wait(&lockout, owner, &clock).await, 0);
        lockout.succeeded(owner, clock.now()).await;
        let stranger = Attempt { email: MARIA, address: at("198.51.100.9") };
        for _ in 0..5 {
            assert_eq!(seconds_to_wait(&lockout, stranger, &clock).await, 0);
        }
        assert_eq!(seconds_to_wait(&lockout, stranger, &clock).await, 1);
        assert_eq!(seconds_to_wait(&lockout, owner, &clock).await, 0);
    }

    #[tokio::test]
    async fn nodes_that_share_a_redis_share_what_was_guessed_and_whom_they_know() {
        let Some(redis) = salus_limits::testing::RedisServer::start() else { return };
        let clock = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let limits = LimitsConfig { redis: Some(redis.url()), time_limit_ms: 5_000, ..Default::default() };
        let node = async || {
            let clock = Arc::clone(&clock) as Arc<dyn Clock>;
            let counters = Counters::open(&limits, Secret::new([7; 32]), clock).await.unwrap();
            Lockout::new(LockoutConfig::default(), &counters)
        };
        let (one, other) = (node().await, node().await);
        let owner = Attempt { email: MARIA, address: at("192.0.2.1") };
        assert_eq!(seconds_to_wait(&one, owner, &clock).await, 0);
        one.succeeded(owner, clock.now()).await;
        let stranger = Attempt { email: MARIA, address: at("198.51.100.9") };
        let mut waits = Vec::new();
        for node in [&one, &other, &one, &other, &one, &other, &one] {
            waits.push(seconds_to_wait(node, stranger, &clock).await);
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 1], "five are free, on all nodes together");
        assert_eq!(seconds_to_wait(&other, owner, &clock).await, 0, "the other node knows the owner, too");
        other.succeeded(stranger, clock.now()).await;
        clock.advance_seconds(1);
        assert_eq!(seconds_to_wait(&one, stranger, &clock).await, 0, "and the slate is clean");
    }
}
