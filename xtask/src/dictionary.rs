//! The store's compression dictionary, trained on synthetic records only: one trained on real ones would
//! carry pieces of them past their erasure.

use crate::Result;
use crate::shell::{self, cargo, root, say};

/// Writes the next `crates/store/src/dict/fhir-N.dict`.
///
/// A dictionary is never overwritten: what was stored with it cannot be opened with another one.
pub fn run() -> Result {
    let folder = root().join("crates/store/src/dict");
    let name = |number: usize| format!("fhir-{number}.dict");
    let number = (1..).find(|number| !folder.join(name(*number)).exists()).unwrap_or(1);
    let path = folder.join(name(number)).to_string_lossy().into_owned();
    say(&format!("Training dictionary {number}; `crates/store/src/dict.rs` has to learn of it"));
    let package = ["--package", "salus-bench", "--bin", "train-dictionary"];
    let words = [&["run", "--release", "--quiet"][..], &package, &["--", &path]].concat();
    shell::run(&mut cargo(&words))
}
