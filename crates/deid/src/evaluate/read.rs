//! Reading labelled texts: one JSON object a line.

use salus_fhir::json::{self, Value};
use serde::Serialize;

/// A text and the places marked in it. It has no `Debug`, because it may be somebody's.
#[derive(Clone, Serialize)]
pub struct Labelled {
    /// The text.
    pub text: String,
    /// The marks.
    pub spans: Vec<Span>,
}

/// A marked place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Where it begins, in characters.
    pub start: usize,
    /// Where it ends, in characters; the character there is no longer part of it.
    pub end: usize,
    /// The label as it was given.
    #[serde(rename = "kind")]
    pub label: String,
}

/// Why a line is no labelled text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Not JSON.
    #[error("this is no JSON object: {0}")]
    NotJson(String),
    /// No text.
    #[error("there is no member \"text\" with a text")]
    NoText,
    /// A mark without bounds or label.
    #[error("mark {0} needs \"start\", \"end\" and \"kind\" (or \"label\")")]
    BadSpan(usize),
}

/// Reads `{"text": "…", "spans": [{"start": 0, "end": 5, "kind": "name"}]}`. Common other words are understood: `label`,
/// `type`, `entity_type` or `tag` for `kind`; `entities`, `labels`, `annotations` for `spans`; a mark as `[start, end, kind]`.
///
/// # Errors
/// The fault, without a word of the text.
pub fn parse_line(line: &str) -> Result<Labelled, LineFault> {
    let value = json::parse(line.as_bytes()).map_err(|error| LineFault::NotJson(error.to_string()))?;
    let text = ["text", "note", "content", "full_text"].iter().find_map(|name| value.get(name)?.as_str());
    let text = text.ok_or(LineFault::NoText)?.to_owned();
    let marks = ["spans", "entities", "labels", "annotations", "label", "tags"]
        .iter()
        .find_map(|name| value.get(name)?.as_array());
    let spans = marks.into_iter().flatten().enumerate();
    let spans = spans.map(|(number, mark)| span(mark).ok_or(LineFault::BadSpan(number + 1)));
    Ok(Labelled { text, spans: spans.collect::<Result<_, _>>()? })
}

fn span(mark: &Value) -> Option<Span> {
    let (start, end, label) = match mark {
        Value::Array(items) => (items.first(), items.get(1), items.get(2)),
        _ => {
            let any = |names: &[&str]| names.iter().find_map(|name| mark.get(name));
            (
                any(&["start", "start_offset", "begin", "start_position"]),
                any(&["end", "end_offset", "stop", "end_position"]),
                any(&["kind", "label", "type", "entity_type", "tag", "entity", "class"]),
            )
        }
    };
    let number = |value: Option<&Value>| usize::try_from(value?.as_u64()?).ok();
    let label = match label? {
        Value::Array(labels) => labels.first()?.as_str()?,
        label => label.as_str()?,
    };
    let span = Span { start: number(start)?, end: number(end)?, label: label.to_owned() };
    (span.start <= span.end).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_layouts_are_understood_and_faults_told() {
        for line in [
            r#"{"text": "Ana", "spans": [{"start": 0, "end": 3, "kind": "NAME"}]}"#,
            r#"{"text": "Ana", "entities": [[0, 3, "NAME"]]}"#,
            r#"{"note": "Ana", "labels": [{"start_offset": 0, "end_offset": 3, "label": "NAME"}]}"#,
            r#"{"text": "Ana", "annotations": [{"start": 0, "end": 3, "entity_type": "NAME"}]}"#,
        ] {
            let labelled = parse_line(line).unwrap_or_else(|fault| panic!("{line}: {fault}"));
            assert_eq!(labelled.spans, [Span { start: 0, end: 3, label: "NAME".to_owned() }], "{line}");
        }
        let fault = |line| parse_line(line).err();
        assert!(matches!(fault("{"), Some(LineFault::NotJson(_))));
        assert_eq!(fault(r#"{"spans": []}"#), Some(LineFault::NoText));
        assert_eq!(fault(r#"{"text": "Ana", "spans": [{"start": 3}]}"#), Some(LineFault::BadSpan(1)));
    }
}
