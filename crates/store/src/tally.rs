//! Counting the writes of some types, for those whose memory of them must not outlive a write.

use crate::backend::{PreparedOp, TypeNo};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// How many batches with one of its types were committed in this process; it moves before the writer is answered.
#[derive(Clone, Default)]
pub struct Tally(Arc<AtomicU64>);

impl Tally {
    /// Where it stands. As long as it stays there, nothing of its types was written here.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The tallies of a store.
#[derive(Default)]
pub(crate) struct Tallies(RwLock<Vec<(Vec<TypeNo>, Tally)>>);

impl Tallies {
    pub(crate) fn of(&self, types: Vec<TypeNo>) -> Tally {
        let tally = Tally::default();
        self.0.write().unwrap_or_else(PoisonError::into_inner).push((types, tally.clone()));
        tally
    }

    /// The tallies that these ops move.
    pub(crate) fn moved_by(&self, ops: &[PreparedOp]) -> Vec<Tally> {
        let tallies = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_moved = |types: &[TypeNo]| ops.iter().any(|op| types.contains(&op.name.typ));
        tallies.iter().filter(|(types, _)| is_moved(types)).map(|(_, tally)| tally.clone()).collect()
    }
}

/// They move.
pub(crate) fn advance(tallies: &[Tally]) {
    for Tally(count) in tallies {
        count.fetch_add(1, Ordering::SeqCst);
    }
}
