//! Failed attempts: after some free ones each wait is twice as long as the last.
//!
//! An attempt counts as failed until it is settled: a hundred guesses sent at once are a hundred guesses.

use crate::Away;
use crate::counters::Shared;
use async_trait::async_trait;
use jiff::SignedDuration;
use redis::Script;
use salus_core::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most entries that this process remembers of each kind.
const CAPACITY: usize = 50_000;
/// How long a count outlives its wait.
const MEMORY: SignedDuration = SignedDuration::from_hours(1);
/// How long a mark is remembered in Redis.
const MARK: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The longest wait.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// In seconds; waits double from one second up to this.
    pub longest_wait_s: u32,
}

/// Under what an attempt is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What it is called, and what kind of name that is.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// So many attempts need no waiting.
    pub free: u32,
    /// Whether a right attempt makes the slate clean, or is only taken back itself.
    pub is_cleaned: bool,
}

/// Counts attempts by name.
#[async_trait]
pub trait Tally: Send + Sync {
    /// Counts an attempt under all of these, or under none and says how long to wait.
    async fn admit(&self, slots: &[Slot], now: Timestamp) -> Result<Result<(), SignedDuration>, Away>;

    /// The attempt was the right one.
    async fn settle(&self, slots: &[Slot], now: Timestamp) -> Result<(), Away>;

    /// Remembers a name for a while.
    async fn mark(&self, kind: &'static str, name: &str) -> Result<(), Away>;

    /// Whether a name is remembered.
    async fn is_marked(&self, kind: &'static str, name: &str) -> Result<bool, Away>;
}

/// Counts together where Redis is there, and by this process in any case.
pub struct Attempts {
    local: LocalTally,
    shared: Option<SharedTally>,
}

impl Attempts {
    pub(crate) fn new(patience: Patience, shared: Option<Shared>) -> Self {
        let shared = shared.map(|shared| SharedTally::new(patience, shared));
        Self { local: LocalTally::new(patience), shared }
    }

    /// Counts an attempt under all of these, or under none and says how long to wait.
    pub async fn admit(&self, slots: &[Slot], now: Timestamp) -> Result<(), SignedDuration> {
        let alone = self.local.state().admit(slots, self.local.patience, now);
        match &self.shared {
            None => alone,
            Some(shared) => shared.admit(slots, now).await.unwrap_or(alone),
        }
    }

    /// The attempt was the right one.
    pub async fn settle(&self, slots: &[Slot], now: Timestamp) {
        self.local.state().settle(slots, now);
        if let Some(shared) = &self.shared {
            let _counted_here = shared.settle(slots, now).await;
        }
    }

    /// Remembers a name for a while.
    pub async fn mark(&self, kind: &'static str, name: &str) {
        self.local.state().mark(kind, name);
        if let Some(shared) = &self.shared {
            let _remembered_here = shared.mark(kind, name).await;
        }
    }

    /// Whether a name is remembered.
    pub async fn is_marked(&self, kind: &'static str, name: &str) -> bool {
        let alone = self.local.state().is_marked(kind, name);
        match &self.shared {
            None => alone,
            Some(shared) => shared.is_marked(kind, name).await.unwrap_or(alone),
        }
    }
}

/// Counts in this process's memory. Bounded; a restart forgets them.
pub struct LocalTally {
    patience: Patience,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    counts: HashMap<(&'static str, String), Count>,
    marks: HashSet<(&'static str, String)>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    until: Timestamp,
}

impl LocalTally {
    /// Nothing is counted yet.
    pub fn new(patience: Patience) -> Self {
        Self { patience, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Tally for LocalTally {
    async fn admit(&self, slots: &[Slot], now: Timestamp) -> Result<Result<(), SignedDuration>, Away> {
        Ok(self.state().admit(slots, self.patience, now))
    }

    async fn settle(&self, slots: &[Slot], now: Timestamp) -> Result<(), Away> {
        self.state().settle(slots, now);
        Ok(())
    }

    async fn mark(&self, kind: &'static str, name: &str) -> Result<(), Away> {
        self.state().mark(kind, name);
        Ok(())
    }

    async fn is_marked(&self, kind: &'static str, name: &str) -> Result<bool, Away> {
        Ok(self.state().is_marked(kind, name))
    }
}

impl State {
    fn admit(&mut self, slots: &[Slot], patience: Patience, now: Timestamp) -> Result<(), SignedDuration> {
        let keys = || slots.iter().map(|slot| (slot.kind, slot.name.clone()));
        let until = keys().filter_map(|key| self.counts.get(&key)).map(|count| count.until).max();
        if let Some(until) = until.filter(|until| *until > now) {
            return Err(until.duration_since(now));
        }
        self.make_room(now);
        for (key, slot) in keys().zip(slots) {
            let count = self.counts.entry(key).or_insert(Count { failures: 0, until: now });
            if now > count.until + MEMORY {
                count.failures = 0;
            }
            count.failures = count.failures.saturating_add(1);
            count.until = now + wait_after(count.failures, slot.free, patience);
        }
        Ok(())
    }

    fn settle(&mut self, slots: &[Slot], now: Timestamp) {
        for slot in slots {
            let key = (slot.kind, slot.name.clone());
            if slot.is_cleaned {
                self.counts.remove(&key);
            } else if let Some(count) = self.counts.get_mut(&key) {
                count.failures = count.failures.saturating_sub(1);
                count.until = now;
            }
        }
    }

    fn mark(&mut self, kind: &'static str, name: &str) {
        if self.marks.len() >= CAPACITY {
            self.marks.clear();
        }
        self.marks.insert((kind, name.to_owned()));
    }

    fn is_marked(&self, kind: &'static str, name: &str) -> bool {
        self.marks.contains(&(kind, name.to_owned()))
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

fn wait_after(failures: u32, free: u32, patience: Patience) -> SignedDuration {
    let Some(excess) = failures.checked_sub(free.max(1)) else { return SignedDuration::ZERO };
    let seconds = 1_u32.checked_shl(excess).unwrap_or(u32::MAX).min(patience.longest_wait_s);
    SignedDuration::from_secs(i64::from(seconds))
}

/// Counts in Redis.
pub struct SharedTally {
    patience: Patience,
    shared: Shared,
    admit: Script,
    settle: Script,
    mark: Script,
    is_marked: Script,
}

impl SharedTally {
    pub(crate) fn new(patience: Patience, shared: Shared) -> Self {
        Self {
            patience,
            shared,
            admit: Script::new(include_str!("lua/admit.lua")),
            settle: Script::new(include_str!("lua/settle.lua")),
            mark: Script::new("return redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])"),
            is_marked: Script::new("return redis.call('EXISTS', KEYS[1])"),
        }
    }

    fn keys(&self, slots: &[Slot]) -> Vec<String> {
        slots.iter().map(|slot| self.shared.keys.of(slot.kind, &slot.name)).collect()
    }
}

#[async_trait]
impl Tally for SharedTally {
    async fn admit(&self, slots: &[Slot], now: Timestamp) -> Result<Result<(), SignedDuration>, Away> {
        let longest = i64::from(self.patience.longest_wait_s);
        let mut arguments = vec![now.as_microsecond(), micros(MEMORY), longest];
        arguments.extend(slots.iter().map(|slot| i64::from(slot.free)));
        let wait_us: i64 = self.shared.link.run(&self.admit, &self.keys(slots), &arguments).await?;
        Ok(if wait_us == 0 { Ok(()) } else { Err(SignedDuration::from_micros(wait_us)) })
    }

    async fn settle(&self, slots: &[Slot], now: Timestamp) -> Result<(), Away> {
        let mut arguments = vec![now.as_microsecond(), micros(MEMORY)];
        arguments.extend(slots.iter().map(|slot| i64::from(slot.is_cleaned)));
        let _done: i64 = self.shared.link.run(&self.settle, &self.keys(slots), &arguments).await?;
        Ok(())
    }

    async fn mark(&self, kind: &'static str, name: &str) -> Result<(), Away> {
        let keys = [self.shared.keys.of(kind, name)];
        let _set: redis::Value = self.shared.link.run(&self.mark, &keys, &[micros(MARK) / 1_000]).await?;
        Ok(())
    }

    async fn is_marked(&self, kind: &'static str, name: &str) -> Result<bool, Away> {
        let keys = [self.shared.keys.of(kind, name)];
        let count: i64 = self.shared.link.run(&self.is_marked, &keys, &[]).await?;
        Ok(count > 0)
    }
}

fn micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded() {
        let tally = LocalTally::new(Patience { longest_wait_s: 900 });
        let mut now: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        for n in 0..CAPACITY + 10 {
            let slot = Slot { kind: "account", name: n.to_string(), free: 5, is_cleaned: true };
            tally.state().admit(&[slot], tally.patience, now).unwrap();
            tally.state().mark("known", &n.to_string());
            now += SignedDuration::from_secs(1);
        }
        let state = tally.state();
        assert!(state.counts.len() <= CAPACITY && state.marks.len() <= CAPACITY);
    }
}
