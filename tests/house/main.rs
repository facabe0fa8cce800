//! One test binary for everything that needs more than one crate.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod acme;
mod asvs;
mod bad_input;
mod crash;
mod import;
mod layers;
mod openapi;
mod outside;
mod server;
