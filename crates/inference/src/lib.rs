//! Engines for trained models: text in, vectors out. The one home of heavy native and machine-learning dependencies.
//!
//! What it must never do: know FHIR, or anything else about records; fetch a model by itself; take more than the one
//! core it is called on.
//!
//! Start reading at [`Embedder`]; `minilm.rs` writes the model that Salus uses, from its published weights.

mod embedder;
pub mod minilm;
mod onnx;

pub use embedder::{Embedder, NETWORK, TOKENIZER};

/// What may go wrong with a model.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file: fetch the model, or mend its path.
    #[error("there is no {0}")]
    Absent(String),
    /// The file is there, and is not what it should be: fetch it again.
    #[error("{file} cannot be used: {why}")]
    Unusable {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The model failed at its work.
    #[error("the model failed: {0}")]
    Failed(String),
}
