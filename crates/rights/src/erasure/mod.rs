//! Erasing a person: asked for, perhaps waited with, carried out by a job that may break off, and certified.
//!
//! The request is a resource of the internal type `Erasure`. Until it is carried out it names the person; afterwards it
//! holds the certificate and no trace of who it was. The job's payload names the request alone, so that it survives
//! what it does.

mod carry_out;
pub mod certificate;
mod page;
mod redact;
mod request;

pub use carry_out::{ErasureError, carry_out, handler};
pub use certificate::{Certificate, Statement, public_keys};
pub use request::{Ask, Begun, Erasure, State, begin, call_off, find, list, pending};
