//! Notes: a comment on an entry, and notes that are documents of their own.

use super::codes::identifiers;
use super::context::Context;
use super::fields::Fields;
use super::statement::{is_template, parts, rest};
use super::time::is_instant;
use super::tree::Element;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The comments on an entry, as Annotations.
pub(super) fn comments<'d>(context: &mut Context<'d>, entry: &'d Element) -> Vec<Value> {
    let held: Vec<&'d Element> = parts(entry).filter(|part| is_comment(part)).collect();
    let mut notes = Vec::new();
    for part in held {
        let author = context.author(part);
        let who = author.who.filter(|who| who.get("reference").is_some() || who.get("display").is_some());
        let note = Fields::default()
            .with("authorReference", who)
            .with("time", author.when)
            .with("text", context.words_of(part, "text"));
        notes.extend(note.has("text").then(|| note.value()).flatten());
    }
    notes
}

pub(super) fn is_comment(part: &Element) -> bool {
    is_template(part, "64") || (part.name() == "act" && part.code() == Some("48767-8"))
}

/// A note activity: a document of its own, in words or in bytes.
pub(super) fn note<'d>(context: &mut Context<'d>, act: &'d Element) -> Vec<String> {
    let Some(content) = act.child("text").and_then(|text| attachment(context, text)) else {
        context.leave_out("A note has no text.".to_owned());
        return Vec::new();
    };
    let author = context.author(act);
    let time = context.interval(act.child("effectiveTime"));
    let date = author.when.filter(|when| is_instant(when));
    let is_done = act.of("statusCode", "code") == Some("completed");
    let fields = Fields::of("DocumentReference")
        .with("identifier", Some(identifiers(act)))
        .with("status", Some("current"))
        .with("docStatus", is_done.then_some("final"))
        .with("type", context.concept_of(act, "code"))
        .with("subject", Some(context.patient_reference()))
        .with("date", date)
        .with("author", author.who.map(|who| vec![who]))
        .with("content", Some(json!([{ "attachment": content }])))
        .with("context", Fields::default().with("period", time.any_period()).value());
    let mut made = vec![context.add(act, fields)];
    made.extend(rest(context, act, |part| part.name() == "encounter" && part.child("code").is_none()));
    made
}

/// What an ED holds: its bytes, else its words.
pub(super) fn attachment(context: &Context<'_>, text: &Element) -> Option<Value> {
    let kind = text.attr("mediaType");
    if text.attr("representation") == Some("B64") {
        let data: String = own_text(text).split_whitespace().collect();
        if let Ok(bytes) = STANDARD.decode(&data)
            && !bytes.is_empty()
        {
            return Some(json!({
                "contentType": kind.unwrap_or("application/octet-stream"),
                "data": STANDARD.encode(bytes)
            }));
        }
    }
    let words = context.words(text)?;
    let kind = kind.filter(|kind| kind.starts_with("text/plain")).unwrap_or("text/plain; charset=utf-8");
    Some(json!({ "contentType": kind, "data": STANDARD.encode(words) }))
}

/// The text of an element without that of the elements in it (a reference, a thumbnail).
fn own_text(element: &Element) -> String {
    let own = element.children().iter().filter_map(|child| match child {
        super::tree::Child::Text(text) => Some(text.as_str()),
        super::tree::Child::Element(_) => None,
    });
    own.collect()
}
