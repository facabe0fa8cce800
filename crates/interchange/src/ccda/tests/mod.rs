//! Whole documents, snippets with exact expectations, and documents that mean harm.

#![allow(clippy::print_stdout, reason = "a test that has no data says so")]

mod documents;
mod hostile;
mod snippets;

use super::tree::{self, Element};

const OPEN: &str = r#"<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">"#;

/// A document around `inner`.
pub(super) fn wrapped(inner: &str) -> String {
    format!("{OPEN}{inner}</ClinicalDocument>")
}

/// A document around `inner`, read.
pub(super) fn document(inner: &str) -> Element {
    tree::parse(&wrapped(inner)).unwrap()
}

/// One element, read.
pub(super) fn element(xml: &str) -> Element {
    document(xml).into_first().unwrap()
}
