//! What other systems send, read into FHIR R4: HL7 v2 messages and C-CDA documents.
//!
//! Pure values in, values out. Whatever of a message or document has no place in FHIR, or is not understood, is named
//! in [`Converted::left_out`]: nothing is lost in silence. Ids follow from what is read, so a second reading gives the
//! same resources. What was sent is not kept here: whoever calls keeps the original.
//!
//! What it must never do: I/O; guess a value that is not there; put what it reads into an error's `Debug`.
//!
//! Start reading at [`hl7v2::read`] and [`ccda`]; both give [`Converted`].

pub mod ccda;
mod converted;
pub mod hl7v2;

pub use converted::{Converted, LeftOut};
