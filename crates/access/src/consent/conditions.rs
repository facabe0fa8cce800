//! What has to hold for a provision to apply.

use crate::about::About;
use crate::policy::Action;
use std::collections::BTreeSet;

/// Conditions on the resource; those on the asker and the moment are settled when a provision is read.
#[derive(Clone, Default)]
pub(super) struct Conditions {
    /// The types meant; none = all.
    pub(super) types: Option<BTreeSet<String>>,
    /// What is done; none = not said.
    pub(super) actions: Option<BTreeSet<Action>>,
    /// All of it has to hold.
    pub(super) about: Vec<About>,
    /// Whether the asker is named, and not only meant among everybody.
    pub(super) names_asker: bool,
}

impl Conditions {
    /// What holds where both hold.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self {
            types: both(self.types.as_ref(), other.types.as_ref()),
            actions: both(self.actions.as_ref(), other.actions.as_ref()),
            about: self.about.iter().chain(&other.about).cloned().collect(),
            names_asker: self.names_asker || other.names_asker,
        }
    }
}

fn both<T: Ord + Clone>(one: Option<&BTreeSet<T>>, other: Option<&BTreeSet<T>>) -> Option<BTreeSet<T>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.intersection(other).cloned().collect()),
        (one, other) => one.or(other).cloned(),
    }
}
