//! The store's compression dictionary, trained on synthetic records only: one trained on real ones would
//! carry pieces of them past their erasure.

use crate::Result;
use crate::shell::{self, cargo};

/// Writes `crates/store/src/dict/fhir-1.dict`.
pub fn run() -> Result {
    shell::run(&mut cargo(&[
        "run",
        "--release",
        "--quiet",
        "--package",
        "salus-bench",
        "--bin",
        "train-dictionary",
        "--",
        "crates/store/src/dict/fhir-1.dict",
    ]))
}
