//! A document as a DocumentReference: the file, and where reading it stands.
//!
//! FHIR has no words for the state of reading, so it stands in an extension of our own, `urn:salus:document`.

use crate::facts::read::{all, at, text};
use crate::question_date;
use jiff::Timestamp;
use jiff::civil::Date;
use salus_fhir::json::Value;
use serde_json::json;

/// The extension that tells where reading a document stands.
const EXTENSION: &str = "urn:salus:document";
/// Before the name of a stored file.
const BLOB: &str = "urn:salus:blob:";

/// Where reading a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DocumentState)]
pub enum State {
    /// The file is safe; nobody has looked at it yet.
    Received,
    /// It is being read.
    Reading,
    /// Its words can be searched and quoted.
    Read,
    /// A person has to do something; the reason says what.
    NeedsYou,
    /// It cannot be read; the reason says why.
    Failed,
}

/// What is kept of an uploaded document.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) title: String,
    pub(crate) media_type: String,
    pub(crate) size: u64,
    pub(crate) sha256: String,
    /// Name of the stored file.
    pub(crate) blob: String,
    pub(crate) uploaded: Timestamp,
    /// The date the document says it is of.
    pub(crate) dated: Option<Date>,
    pub(crate) state: State,
    pub(crate) reason: Option<String>,
    pub(crate) pages: Option<u64>,
    /// Name of the stored text layer.
    pub(crate) layer: Option<String>,
    /// Name of the stored vectors of its passages.
    pub(crate) vectors: Option<String>,
}

impl Kept {
    /// Reads what Salus keeps in a DocumentReference; `None` for one that it did not make.
    pub(crate) fn of(resource: &Value) -> Option<Self> {
        let extension =
            all(resource, "extension").iter().find(|held| text(held, "url") == Some(EXTENSION))?;
        let part =
            |name: &str| all(extension, "extension").iter().find(|held| text(held, "url") == Some(name));
        let attachment = at(resource, "content.attachment")?;
        Some(Self {
            title: text(attachment, "title").unwrap_or("Document").to_owned(),
            media_type: text(attachment, "contentType").unwrap_or("application/octet-stream").to_owned(),
            size: attachment.get("size").and_then(Value::as_u64).unwrap_or(0),
            sha256: text(part("sha256")?, "valueString")?.to_owned(),
            blob: text(attachment, "url")?.strip_prefix(BLOB)?.to_owned(),
            uploaded: text(resource, "date")?.parse().ok()?,
            dated: text(attachment, "creation").and_then(|day| day.parse().ok()),
            state: State::of_code(text(part("state")?, "valueCode")?)?,
            reason: part("reason").and_then(|held| text(held, "valueString")).map(str::to_owned),
            pages: part("pages").and_then(|held| held.get("valuePositiveInt")).and_then(Value::as_u64),
            layer: part("layer").and_then(|held| text(held, "valueString")).map(str::to_owned),
            vectors: part("vectors").and_then(|held| text(held, "valueString")).map(str::to_owned),
        })
    }

    /// The DocumentReference about a person.
    pub(crate) fn resource(&self, id: &str, person: &str) -> Value {
        let mut parts = vec![
            json!({ "url": "state", "valueCode": self.state.code() }),
            json!({ "url": "sha256", "valueString": self.sha256 }),
        ];
        if let Some(reason) = &self.reason {
            parts.push(json!({ "url": "reason", "valueString": reason }));
        }
        if let Some(pages) = self.pages.filter(|pages| *pages > 0) {
            parts.push(json!({ "url": "pages", "valuePositiveInt": pages }));
        }
        if let Some(layer) = &self.layer {
            parts.push(json!({ "url": "layer", "valueString": layer }));
        }
        if let Some(vectors) = &self.vectors {
            parts.push(json!({ "url": "vectors", "valueString": vectors }));
        }
        let mut attachment = json!({
            "contentType": self.media_type,
            "url": format!("{BLOB}{}", self.blob),
            "size": self.size,
            "title": self.title,
        });
        if let (Some(dated), Some(members)) = (self.dated, attachment.as_object_mut()) {
            members.insert("creation".to_owned(), Value::String(dated.to_string()));
        }
        json!({
            "resourceType": "DocumentReference",
            "id": id,
            "extension": [{ "url": EXTENSION, "extension": parts }],
            "status": "current",
            "subject": { "reference": format!("Patient/{person}") },
            "date": self.uploaded.to_string(),
            "content": [{ "attachment": attachment }],
        })
    }

    /// The date to order it by: its own, else the day it came.
    pub(crate) fn date(&self) -> String {
        self.dated.unwrap_or_else(|| question_date(self.uploaded)).to_string()
    }
}

impl State {
    fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Reading => "reading",
            Self::Read => "read",
            Self::NeedsYou => "needs-you",
            Self::Failed => "failed",
        }
    }

    fn of_code(code: &str) -> Option<Self> {
        [Self::Received, Self::Reading, Self::Read, Self::NeedsYou, Self::Failed]
            .into_iter()
            .find(|state| state.code() == code)
    }

    /// Whether reading has come to an end, good or bad.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Read | Self::NeedsYou | Self::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_survives_being_written() {
        let kept = Kept {
            title: "Labs.pdf".into(),
            media_type: "application/pdf".into(),
            size: 1234,
            sha256: "ab".repeat(32),
            blob: "cd".repeat(32),
            uploaded: "2026-01-05T08:00:00Z".parse().unwrap(),
            dated: Some("2025-12-01".parse().unwrap()),
            state: State::NeedsYou,
            reason: Some("why".into()),
            pages: Some(3),
            layer: None,
            vectors: Some("ef".repeat(32)),
        };
        let resource = kept.resource("d1", "maria");
        let errors: Vec<_> =
            salus_fhir::validate(&resource).into_iter().filter(|issue| issue.is_error()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(salus_fhir::compartment::patients(&resource), ["maria"]);
        let again = Kept::of(&resource).unwrap();
        assert_eq!(again.resource("d1", "maria"), resource);
        assert_eq!((again.state, again.date().as_str()), (State::NeedsYou, "2025-12-01"));
    }
}
