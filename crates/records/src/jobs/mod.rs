//! What the record does in the background. Both handlers may run twice and then find their work done.

pub(crate) mod import_upload;
pub(crate) mod read_document;
