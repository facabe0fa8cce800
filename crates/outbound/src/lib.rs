//! The one way out of the house: requests to other servers, by TLS, within limits of time and size.
//!
//! What it must never do: follow a redirect; send a secret over plain HTTP; reach into the own network because somebody
//! outside named an address there; log an address, a header or a body; wait for ever.
//!
//! Start reading at [`Outbound`], then `guard.rs`. [`sigv4`] signs requests as AWS wants them.

mod client;
mod config;
mod error;
mod guard;
pub mod sigv4;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod trust;

pub use client::Outbound;
pub use config::{ClientCertificate, OutboundConfig};
pub use error::OutboundError;
pub use ipnet::IpNet;
