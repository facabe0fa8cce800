//! One test binary for everything that needs more than one crate.

mod crash;
mod layers;
mod server;
