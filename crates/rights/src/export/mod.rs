//! Everything in a record, in one archive that opens without Salus.
//!
//! A ZIP is written as a stream while the record is read, so that its size costs no memory. Kept on the server, it lies
//! in pieces, each a file of the person sealed with their key, and goes when its time is over or the person is erased.
//! An archive is whole or it is not there: who is erased meanwhile gets none.

mod archive;
mod contents;
mod index_page;
mod job;
mod parts;
mod record;

pub use contents::{ExportError, Source, Summary, write};
pub(crate) use job::{download, remove};
pub use job::{expiry, handler};
pub use record::{RecordExport, State};
pub(crate) use record::{begin, find, list};
