//! The record: files go in, cited answers come out.
//!
//! Documents (PDF, pictures, plain text) become pages of text and passages; FHIR resources become facts;
//! a question in plain words becomes a plan, which is run over both. Every sentence of an answer names the
//! version of the resource, or the page and the place on it, that it stands on, and is not shown otherwise.
//!
//! What it must never do: read past the caller's door to the store; tell the absence of a record as the absence
//! of a condition; diagnose or advise; let one bad file stop another; log what a record holds.
//!
//! Start reading at [`Library::ask`], then `question/plan.rs` (words → plan), `answer/mod.rs` (plan → sentences)
//! and `answer/verify.rs` (what may be shown); for files at `import/mod.rs` and `jobs/read_document.rs`.

mod answer;
mod api;
mod concepts;
mod document;
mod facts;
pub mod import;
mod jobs;
mod library;
mod meaning;
mod proof;
mod question;
mod receive;
mod record;
mod shapes;
mod tables;
mod when;
mod words;

pub use answer::{
    Answer, Citation, CitationSource, DocumentSource, Kind as AnswerKind, ResourceSource, Sentence,
};
pub use document::{BoundingBox, READER, read_apart};
pub use jobs::read_document::Reader;
pub use library::{AskError, Library, Viewer, ask, ask_with};
pub use meaning::Meanings;
pub use question::LONGEST_QUESTION;
pub use receive::receive_document;
pub use shapes::{ResultGroup, ResultPoint, ResultStatus, SourceRef};

use salus_http::Capability;

/// What the server mounts: the API of the record, and the reading of documents and FHIR uploads.
pub fn capability(reader: Reader) -> Capability {
    capability_with(reader, Meanings::default())
}

/// The same, where texts are found by their meaning too.
pub fn capability_with(reader: Reader, meanings: Meanings) -> Capability {
    let library = Library::with(meanings.clone());
    let kept = library.clone();
    let capability = Capability::new("records", api::routes(&library))
        .forgets(move |person| kept.forget(person))
        .job(jobs::read_document::handler(reader))
        .job(jobs::import_upload::handler())
        .job(jobs::import_upload::leftovers());
    match meanings.is_there() {
        true => {
            capability.listener(jobs::embed_document::listener()).job(jobs::embed_document::handler(meanings))
        }
        false => capability,
    }
}

/// The day it is, in UTC.
pub(crate) fn question_date(now: salus_core::Timestamp) -> jiff::civil::Date {
    now.to_zoned(jiff::tz::TimeZone::UTC).date()
}
