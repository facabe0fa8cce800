//! How often something may be done: requests a minute, and attempts at a secret, counted by this process alone or together
//! with other nodes in Redis.
//!
//! What it must never do: know HTTP, or who an account is; give Redis a name or an address in the clear; make anybody wait
//! for a Redis that is away.
//!
//! **Invariants:** both ways of counting give the same answers to the same questions (a conformance suite holds it); this
//! process counts along all the time, so that when Redis goes away the limits stay, for each node by itself.
//!
//! Start reading at [`Counters`], then [`rate`] and [`attempts`]; `lua/` is what runs in Redis.

pub mod attempts;
mod config;
mod counters;
mod keys;
mod link;
pub mod rate;
#[cfg(feature = "testing")]
pub mod testing;

pub use attempts::{Attempts, Slot};
pub use config::LimitsConfig;
pub use counters::Counters;
pub use rate::Rate;

/// What can go wrong at the start. Later nothing can: this process counts on by itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration cannot work; the text says which key.
    #[error("{0}")]
    Config(String),
}

/// Redis did not answer, or not in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away;
