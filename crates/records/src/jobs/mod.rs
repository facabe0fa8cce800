//! What the record does in the background. Its handlers may run twice and then find their work done.

pub(crate) mod embed_document;
pub(crate) mod import_upload;
pub(crate) mod read_document;
