//! The words that stand beside names, by the table.

use crate::tables::{self, NAME_CUES};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What a cue does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// "Dr."
    Title,
    /// "Patient Name:"
    Label,
    /// "seen by"
    By,
    /// "his wife"
    Relation,
    /// "named"
    Called,
    /// "Dear"
    Greeting,
    /// "denies"
    Act,
    /// ", MD"
    Credential,
}

struct Cues {
    /// By their words, joined with spaces.
    phrases: HashMap<&'static str, Vec<Cue>>,
    longest: usize,
}

static CUES: LazyLock<Cues> = LazyLock::new(|| {
    let mut phrases: HashMap<&str, Vec<Cue>> = HashMap::new();
    for [phrase, role] in tables::rows(NAME_CUES) {
        if let Some(cue) = named(role) {
            phrases.entry(phrase).or_default().push(cue);
        }
    }
    let longest = phrases.keys().map(|phrase| phrase.split(' ').count()).max().unwrap_or(1);
    Cues { phrases, longest }
});
static TITLES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    tables::rows(NAME_CUES).filter(|[_, role]| *role == "title").map(|[phrase, _]| phrase).collect()
});

fn named(role: &str) -> Option<Cue> {
    Some(match role {
        "title" => Cue::Title,
        "label" => Cue::Label,
        "by" => Cue::By,
        "relation" => Cue::Relation,
        "called" => Cue::Called,
        "greeting" => Cue::Greeting,
        "act" => Cue::Act,
        "credential" => Cue::Credential,
        _ => return None,
    })
}

pub(super) fn is_title(folded: &str) -> bool {
    TITLES.contains(folded)
}

/// Does this phrase do this?
pub(super) fn is(phrase: &str, cue: Cue) -> bool {
    CUES.phrases.get(phrase).is_some_and(|cues| cues.contains(&cue))
}

/// How many words the longest cue has.
pub(super) fn longest() -> usize {
    CUES.longest
}
