//! Guessing costs time: each failed sign-in makes the next one wait longer, for the account and for the address.
//!
//! The counts are kept by what was typed, whether or not there is such an account, so that a wait tells nothing.
//! An attempt is counted before its password is looked at: a hundred guesses sent at once are a hundred guesses.
//! An address from which the account was opened lately is counted apart, so that a stranger who guesses cannot keep
//! the owner out. An address is an IPv4 address or a whole IPv6 /64: a household has as many of the others as it likes.

use jiff::SignedDuration;
use salus_core::Timestamp;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// Counts failures in memory. Bounded; a restart forgets them.
pub(crate) struct Lockout {
    config: LockoutConfig,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    counts: HashMap<Key, Count>,
    /// Where an account was opened from lately, by household.
    trusted: HashSet<(String, IpAddr)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Address(IpAddr),
    Known(String, IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    until: Timestamp,
}

/// The most entries that are remembered of each kind.
const CAPACITY: usize = 50_000;
/// How long a count outlives its wait.
const MEMORY: SignedDuration = SignedDuration::from_hours(1);

impl Lockout {
    pub(crate) fn new(config: LockoutConfig) -> Self {
        Self { config, state: Mutex::default() }
    }

    /// Lets an attempt pass and counts it as failed until [`Lockout::succeeded`] takes it back, or says how long to wait.
    pub(crate) fn admit(&self, attempt: Attempt<'_>, now: Timestamp) -> Result<(), SignedDuration> {
        let mut state = self.state();
        let keys = state.keys_of(attempt);
        let wait = keys.iter().filter_map(|key| state.counts.get(key)).map(|count| count.until).max();
        if let Some(until) = wait.filter(|until| *until > now) {
            return Err(until.duration_since(now));
        }
        state.make_room(now);
        for key in keys {
            let free = self.free(&key);
            let count = state.counts.entry(key).or_insert(Count { failures: 0, until: now });
            if now > count.until + MEMORY {
                count.failures = 0;
            }
            count.failures = count.failures.saturating_add(1);
            count.until = now + self.wait_after(count.failures, free);
        }
        Ok(())
    }

    /// The attempt was the right one: it does not count, and the account's slate is clean.
    pub(crate) fn succeeded(&self, attempt: Attempt<'_>, now: Timestamp) {
        let mut state = self.state();
        for key in state.keys_of(attempt) {
            match key {
                Key::Address(_) => {
                    if let Some(count) = state.counts.get_mut(&key) {
                        count.failures = count.failures.saturating_sub(1);
                        count.until = now;
                    }
                }
                Key::Account(_) | Key::Known(..) => drop(state.counts.remove(&key)),
            }
        }
        if let Some(address) = attempt.address.map(household) {
            if state.trusted.len() >= CAPACITY {
                state.trusted.clear();
            }
            state.trusted.insert((attempt.email.to_owned(), address));
        }
    }

    fn free(&self, key: &Key) -> u32 {
        match key {
            Key::Account(_) | Key::Known(..) => self.config.free_by_account,
            Key::Address(_) => self.config.free_by_address,
        }
    }

    fn wait_after(&self, failures: u32, free: u32) -> SignedDuration {
        let Some(excess) = failures.checked_sub(free.max(1)) else { return SignedDuration::ZERO };
        let seconds = 1_u32.checked_shl(excess).unwrap_or(u32::MAX).min(self.config.longest_wait_s);
        SignedDuration::from_secs(i64::from(seconds))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keys_of(&self, attempt: Attempt<'_>) -> Vec<Key> {
        let email = attempt.email.to_owned();
        let Some(address) = attempt.address.map(household) else { return vec![Key::Account(email)] };
        let pair = (email, address);
        let account =
            if self.trusted.contains(&pair) { Key::Known(pair.0, pair.1) } else { Key::Account(pair.0) };
        vec![account, Key::Address(address)]
    }

    /// Forgets what is over; if that is not enough, what ends first.
    fn make_room(&mut self, now: Timestamp) {
        if self.counts.len() < CAPACITY {
            return;
        }
        self.counts.retain(|_, count| count.until + MEMORY > now);
        if self.counts.len() >= CAPACITY {
            let mut ends: Vec<_> = self.counts.values().map(|count| count.until).collect();
            let (_, median, _) = ends.select_nth_unstable(CAPACITY / 2);
            let median = *median;
            self.counts.retain(|_, count| count.until > median);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_core::{Clock, ManualClock};

    const MARIA: &str = "maria@example.org";

    fn at(address: &str) -> Option<IpAddr> {
        Some(address.parse().unwrap())
    }

    fn clock() -> ManualClock {
        ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap())
    }

    fn seconds_to_wait(lockout: &Lockout, attempt: Attempt<'_>, clock: &ManualClock) -> i64 {
        lockout.admit(attempt, clock.now()).err().map_or(0, |wait| wait.as_secs())
    }

    #[test]
    fn after_the_free_attempts_each_wait_is_twice_the_last() {
        let (lockout, clock) = (Lockout::new(LockoutConfig::default()), clock());
        let attempt = Attempt { email: MARIA, address: at("192.0.2.1") };
        let mut waits = Vec::new();
        for _ in 0..17 {
            let wait = seconds_to_wait(&lockout, attempt, &clock);
            waits.push(wait);
            clock.advance_seconds(wait);
            if wait > 0 {
                assert_eq!(seconds_to_wait(&lockout, attempt, &clock), 0);
            }
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }

    #[test]
    fn the_right_password_cleans_the_slate() {
        let (lockout, clock) = (Lockout::new(LockoutConfig::default()), clock());
        let attempt = Attempt { email: MARIA, address: at("192.0.2.1") };
        for _ in 0..50 {
            assert_eq!(seconds_to_wait(&lockout, attempt, &clock), 0);
            lockout.succeeded(attempt, clock.now());
        }
    }

    #[test]
    fn one_address_that_tries_many_accounts_waits_too() {
        let (lockout, clock) = (Lockout::new(LockoutConfig::default()), clock());
        let waits: Vec<i64> = (0..32)
            .map(|n| {
                let email = format!("person{n}@example.org");
                seconds_to_wait(&lockout, Attempt { email: &email, address: at("192.0.2.1") }, &clock)
            })
            .collect();
        assert_eq!(waits.iter().filter(|wait| **wait > 0).count(), 2);
        assert_eq!(seconds_to_wait(&lockout, Attempt { email: MARIA, address: at("192.0.2.2") }, &clock), 0);
    }

    #[test]
    fn asvs_v6_3_1_a_whole_ipv6_household_is_one_address() {
        let guess = |n: u16, lockout: &Lockout, clock: &ManualClock| {
            let (email, address) = (format!("person{n}@example.org"), format!("2001:db8:1:2::{n:x}"));
            seconds_to_wait(lockout, Attempt { email: &email, address: at(&address) }, clock)
        };
        let (lockout, clock) = (Lockout::new(LockoutConfig::default()), clock());
        let waits = (0..32).filter(|n| guess(*n, &lockout, &clock) > 0).count();
        assert_eq!(waits, 2, "thirty are free, whatever address of the /64 they come from");
        let next_door = Attempt { email: MARIA, address: at("2001:db8:1:3::1") };
        assert_eq!(seconds_to_wait(&lockout, next_door, &clock), 0);
    }

    #[test]
    fn a_household_is_one_client() {
        let of = |text: &str| household(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
        assert_eq!(of("::ffff:203.0.113.9"), "203.0.113.9");
    }

    #[test]
    fn a_stranger_who_guesses_does_not_keep_the_owner_out() {
        let (lockout, clock) = (Lockout::new(LockoutConfig::default()), clock());
        let owner = Attempt { email: MARIA, address: at("192.0.2.1") };
        assert_eq!(seconds_to_wait(&lockout, owner, &clock), 0);
        lockout.succeeded(owner, clock.now());
        let stranger = Attempt { email: MARIA, address: at("198.51.100.9") };
        for _ in 0..5 {
            assert_eq!(seconds_to_wait(&lockout, stranger, &clock), 0);
        }
        assert_eq!(seconds_to_wait(&lockout, stranger, &clock), 1);
        assert_eq!(seconds_to_wait(&lockout, owner, &clock), 0);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (lockout, clock) = (Lockout::new(LockoutConfig::default()), clock());
        for n in 0..CAPACITY + 10 {
            let email = format!("{n}@example.org");
            seconds_to_wait(&lockout, Attempt { email: &email, address: None }, &clock);
            clock.advance_seconds(1);
        }
        assert!(lockout.state().counts.len() <= CAPACITY);
    }
}
