//! A question in plain words → a plan that can be run over a record.
//!
//! Pure: words and a date in, a plan out. Start reading at [`Plan::of`].

mod cues;
mod language;
mod plan;
mod span;
mod topic;

use language::Language;
pub(crate) use plan::{Category, Intent, Plan, Refusal};
pub(crate) use span::Span;

/// The longest question that is answered, in characters.
pub const LONGEST_QUESTION: usize = 1_000;
