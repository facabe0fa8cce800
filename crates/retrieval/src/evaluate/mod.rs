//! How well texts are found, on any corpus with questions whose answers are known.

mod measure;
mod set;

pub use measure::{Meanings, Mode, Row, ablation, measure};
pub use set::{Fault, Set};
