//! One test binary for everything that needs more than one crate.

mod bad_input;
mod crash;
mod import;
mod layers;
mod server;
