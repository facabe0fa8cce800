//! Measurements of Salus on this machine: every figure next to the baseline it is a ratio of, in one run.
//!
//! It must never report a figure that was not measured in the same run. BENCHMARKS.md says how each figure is
//! taken and what it has to reach. Start reading at [`store`].

pub mod access;
pub mod ask;
pub mod deid;
pub mod embed;
pub mod emergency;
mod growth;
mod load;
mod measure;
mod open_loop;
pub mod report;
mod served;
pub mod sign_in;
pub mod store;

/// What a measurement may fail with.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
