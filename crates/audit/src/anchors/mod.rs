//! Anchors: the head of the chain, noted where whoever can change the record cannot change it.
//!
//! There are three places for them: a file on another disk, a service of somebody else by HTTPS, and a bucket that lets
//! nobody change or delete what was put there (S3 Object Lock). Start reading at [`Anchoring`].

mod anchoring;
mod bucket;
mod file;
mod https;
#[cfg(test)]
mod tests;

pub use anchoring::Anchoring;
pub use bucket::{Bucket, BucketConfig};
pub use file::{append, read};
pub use https::{HttpsConfig, HttpsSink};

use salus_core::Timestamp;
use salus_outbound::OutboundError;
use salus_store::Anchor;
use serde::{Deserialize, Serialize};

/// An anchor as it is written.
#[derive(Serialize, Deserialize)]
struct Line {
    seq: u64,
    hash: String,
    at: Timestamp,
}

/// The anchor as one line of JSON, without its end.
pub fn line(anchor: &Anchor) -> String {
    let Anchor { seq, hash, at } = anchor.clone();
    serde_json::json!(Line { seq, hash, at }).to_string()
}

fn of_line(text: &str) -> Result<Anchor, serde_json::Error> {
    serde_json::from_str(text).map(|Line { seq, hash, at }| Anchor { seq, hash, at })
}

/// Why an anchor could not be kept, or read. No text quotes a secret.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// The machine says so.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The other server does not answer, or may not be asked.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// The other server answers, and does not do it.
    #[error("{place} answers {status}{}", why.as_deref().map(|why| format!(" ({why})")).unwrap_or_default())]
    Refused {
        /// Who answers.
        place: &'static str,
        /// Its status.
        status: u16,
        /// The word it gives for the reason.
        why: Option<String>,
    },
    /// What it answers is not what was asked for.
    #[error("the answer of {0} is not understood")]
    Misspoken(&'static str),
    /// The settings cannot be used.
    #[error("{0}")]
    Setup(String),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] salus_store::Error),
}
