//! An answer as it is sent: sentences, the numbers of their proofs, and the proofs.

use crate::document::BoundingBox;
use crate::shapes::ResultGroup;
use serde::Serialize;
use utoipa::ToSchema;

/// An entry of the record as a source.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceSource {
    /// Resource type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Logical id.
    pub id: String,
    /// Version.
    pub version: u64,
}

/// A place in a document as a source.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentSource {
    /// Id of the document.
    pub id: String,
    /// Hex SHA-256 of the file the text was read from.
    pub sha256: String,
    /// Page, counted from 1.
    pub page: u32,
    /// First character in the page's text.
    pub start: u32,
    /// First character after the quote.
    pub end: u32,
    /// Where it is printed; empty for a file without pages to print.
    pub boxes: Vec<BoundingBox>,
}

/// Where a quote stands.
#[derive(Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum CitationSource {
    /// In an entry of the record.
    Resource(ResourceSource),
    /// In a document.
    Document(DocumentSource),
}

/// The proof of a sentence.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Citation {
    /// Counted from 1.
    pub number: u32,
    /// Where it stands.
    pub source: CitationSource,
    /// What it stands in.
    pub title: String,
    /// The date of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The words.
    pub quote: String,
}

/// A sentence of an answer.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sentence {
    /// The words.
    pub text: String,
    /// Numbers of the citations that prove it; none where it says that nothing was found.
    pub citations: Vec<u32>,
}

/// An answer.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// What kind of answer it is.
    pub kind: super::Kind,
    /// What it says.
    pub sentences: Vec<Sentence>,
    /// What that stands on.
    pub citations: Vec<Citation>,
    /// A curve, where the question was about change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<ResultGroup>,
    /// What an answer of Salus is not.
    pub notice: String,
    /// How long it took.
    pub took_ms: u64,
}
