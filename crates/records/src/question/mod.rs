//! A question in plain words → a plan that can be run over a record.
//!
//! Pure: words and a date in, a plan out. Start reading at [`Plan::of`].

mod cues;
mod language;
mod plan;
pub(crate) mod procedures;
mod relation;
mod span;
mod threshold;
mod topic;

pub(crate) use cues::Cue;
use language::Language;
pub(crate) use plan::{Category, Intent, Plan, Refusal};
pub(crate) use relation::Relation;
pub(crate) use span::Span;
pub(crate) use threshold::Threshold;

/// The longest question that is answered, in characters.
pub const LONGEST_QUESTION: usize = 1_000;
