//! The subcommands, a file each.

pub mod account;
pub mod ask;
pub mod audit;
pub mod bench;
pub mod client;
pub mod deid;
pub mod demo;
pub mod erase;
pub mod eval;
pub mod export_person;
pub mod import;
pub mod keys;
pub mod model;
pub mod openapi;
pub mod retention;
pub mod serve;
