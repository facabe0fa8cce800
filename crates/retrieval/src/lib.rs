//! Finding texts that answer a question: by their words and by their meaning, in one order.
//!
//! Values in, values out. What it must never do: read or write anything; know FHIR, people or models (vectors are
//! given to it); let one person's texts weigh in another's, so each person has a [`Corpus`] of their own.
//!
//! Start reading at [`Corpus::search`], then `query.rs` (a question → what is wanted), `bm25.rs` and `vectors.rs`. [`evaluate`] measures it.

mod bm25;
mod corpus;
mod dates;
pub mod evaluate;
mod metrics;
mod parts;
mod passages;
mod query;
mod synonyms;
mod vectors;
mod words;

pub use bm25::{Hit, Index, Wanted};
pub use corpus::Corpus;
pub use metrics::Metrics;
pub use parts::Parts;
pub use passages::{meaning, passages};
pub use vectors::{Rounded, Vectors};
pub use words::{fold, stem, stems, tokens};
