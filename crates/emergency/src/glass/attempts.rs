//! How often an account may look for a person in an emergency: enough for any shift, too little to fish for people.

use jiff::SignedDuration;
use salus_core::Timestamp;
use salus_http::ApiError;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

const MOST: usize = 10;
const WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// When each account last looked for somebody.
#[derive(Default)]
pub(crate) struct Attempts {
    by_account: Mutex<HashMap<String, VecDeque<Timestamp>>>,
}

impl Attempts {
    /// Counts an attempt; 429 where there were too many.
    pub(crate) fn admit(&self, account: &str, now: Timestamp) -> Result<(), ApiError> {
        let mut all = self.by_account.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, times| times.back().is_some_and(|last| *last + WITHIN > now));
        let times = all.entry(account.to_owned()).or_default();
        while times.front().is_some_and(|first| *first + WITHIN <= now) {
            times.pop_front();
        }
        match times.front() {
            Some(first) if times.len() >= MOST => {
                let wait = (*first + WITHIN).duration_since(now);
                Err(ApiError::too_many_requests(u64::try_from(wait.as_secs()).unwrap_or(1)))
            }
            _ => {
                times.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_ten_minutes_and_each_account_for_itself() {
        let attempts = Attempts::default();
        let start: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        let tried = |account: &str, at: Timestamp| attempts.admit(account, at).is_ok();
        assert_eq!((0..12).filter(|_| tried("a", start)).count(), 10);
        assert!(tried("b", start));
        assert!(!tried("a", start + SignedDuration::from_secs(599)));
        assert!(tried("a", start + SignedDuration::from_secs(600)));
    }
}
