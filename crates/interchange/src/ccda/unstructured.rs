//! Bodies that are no sections: a PDF, a scan, a text in one piece.

use super::codes::identifier;
use super::context::Context;
use super::fields::Fields;
use super::note::attachment;
use super::time::is_instant;
use super::tree::Element;
use serde_json::{Value, json};

/// The document that is the body, if its bytes are here.
pub(super) fn body<'d>(context: &mut Context<'d>, root: &'d Element, header: &Header) -> Option<String> {
    let text = root.at(&["component", "nonXMLBody", "text"])?;
    if text.attr("compression").is_some() {
        context.leave_out("The body of the document is compressed, and is not read.".to_owned());
        return None;
    }
    let has_own = text.attr("representation") == Some("B64") || !text.words().is_empty();
    let Some(mut content) = attachment(context, text).filter(|_| has_own) else {
        let target = text.of("reference", "value").unwrap_or("nothing");
        context.leave_out(format!("The body of the document is not in it: it refers to {target}."));
        return None;
    };
    content["title"] = json!(header.title);
    if let Some(date) = &header.date {
        content["creation"] = json!(date);
    }
    let encounter = header.encounter.as_ref().map(|name| vec![json!({ "reference": name })]);
    let fields = Fields::of("DocumentReference")
        .with("masterIdentifier", root.child("id").and_then(identifier))
        .with("status", Some("current"))
        .with("docStatus", Some("final"))
        .with("type", context.concept_of(root, "code"))
        .with("subject", Some(context.patient_reference()))
        .with("date", header.date.as_deref().filter(|date| is_instant(date)))
        .with("author", Some(header.authors.clone()))
        .with("custodian", header.custodian.clone())
        .with("content", Some(json!([{ "attachment": content }])))
        .with("context", Fields::default().with("encounter", encounter).value());
    Some(context.add_part(root, "body", fields))
}

/// What the header of the document says about its body.
pub(super) struct Header {
    pub(super) title: String,
    pub(super) date: Option<String>,
    pub(super) authors: Vec<Value>,
    pub(super) custodian: Option<Value>,
    pub(super) encounter: Option<String>,
}
