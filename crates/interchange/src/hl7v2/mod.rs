//! HL7 v2 messages (2.1 to 2.9, the pipe-and-hat form) as FHIR R4.
//!
//! The mapping follows the "Version 2 to FHIR" guide of HL7 where Salus keeps what it maps. What a message says in a
//! segment or field that is not taken over is named in [`Converted::left_out`](crate::Converted::left_out): every
//! segment notes which of its fields were read, so a field without a mapping cannot be passed over in silence. Within
//! a field that is read, parts that FHIR has no place for (the degree behind a name, say) do go.
//!
//! The structure is read by `structure.rs` and not by the crate `hl7-parser` (0.3.0 was tried): that one reads all 139
//! messages at hand, but ends without an error at a blank line, at a line break inside a text, at a segment without
//! fields, and leaves out all that follows.
//!
//! Start reading at [`read`], then `convert/mod.rs`.

mod charset;
mod convert;
mod escape;
mod frame;
mod message;
mod structure;
mod tables;
mod time;

pub use frame::{is_hl7v2, read};
pub use message::Message;

/// Why a file is not read as HL7 v2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Hl7Error {
    /// It has no message header where one must be.
    #[error("holds no HL7 v2 message: it does not begin with MSH, FHS or BHS")]
    NoMessage,
    /// The header of a message does not say what parts its fields.
    #[error("has a message on line {line} whose header does not name its separators")]
    Header {
        /// The line of the header, counted from 1.
        line: usize,
    },
    /// It is larger than what is read at once: than this.
    #[error("is larger than {0}")]
    TooLarge(&'static str),
}

#[cfg(test)]
mod tests;
