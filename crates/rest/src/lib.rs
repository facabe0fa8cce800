//! FHIR R4 over HTTP at `/fhir/r4`.
//!
//! Every operation is a file under `api/`: it takes an `Exchange` (who asks, and in which form they
//! want the answer) and gives a `Reply`, so that the entries of a batch are the very same operations. A
//! resource that is written is structurally validated first, and references to this server's own URLs become
//! relative ones.
//!
//! What it must never do: contain SQL; reach data but through [`salus_http::Caller`]; let one of Salus' internal
//! types in or out.
//!
//! Start reading at `mounted.rs`, then `api/read.rs`, then `api/search.rs`, then `transaction/`.

mod api;
mod bundle;
mod conditions;
mod exchange;
mod incoming;
mod mounted;
mod parameters;
mod references;
mod reply;
mod subset;
#[cfg(test)]
mod testing;
mod transaction;
mod type_name;

pub use mounted::capability;

/// Where everything stands.
pub(crate) const ROOT: &str = "/fhir/r4";
