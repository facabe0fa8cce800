//! The values everything else is made of: identifiers, time, randomness, secrets.
//!
//! This crate never does I/O and never reads the system clock or the system's randomness outside
//! [`SystemClock`] and [`SystemRng`], which only the binary creates. Everything below the binary takes a
//! [`Clock`] and an [`Rng`] as parameters, so that every test is repeatable.
//!
//! Start reading at [`time`], then [`id`].

pub mod id;
pub mod random;
pub mod secret;
pub mod time;

pub use id::Uid;
pub use random::{Rng, SeededRng, SystemRng};
pub use secret::Secret;
pub use time::{Clock, ManualClock, SystemClock, Timestamp};
