//! HL7 FHIR R4 as pure values: JSON in, JSON out, and what the definitions say about it.
//!
//! A resource is a [`json::Value`] whose decimals keep their text. There is no generated struct for each
//! resource type and there must never be one: the definitions are data ([`defs`], read from the tables in
//! `tables/`), and everything here is an interpreter of them. This crate never does I/O, never reads the
//! clock, and never puts the content of a resource into an error's `Debug`.
//!
//! Start reading at [`defs`], then [`validate`] and [`search`].

pub mod compartment;
pub mod defs;
pub mod fhirpath;
mod human_name;
pub mod json;
pub mod links;
mod narrative;
pub mod outcome;
pub mod reference;
pub mod search;
pub mod temporal;
pub mod validate;

pub use human_name::human_name;
pub use outcome::{Issue, IssueCode, Severity, operation_outcome};
pub use validate::{validate, validate_fully};
