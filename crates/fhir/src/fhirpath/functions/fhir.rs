//! What FHIR adds to the language (FHIR R4, "FHIRPath", §2.9.1.5).

use super::{Function, Invocation};
use crate::fhirpath::error::{Error, fails};
use crate::fhirpath::eval::Evaluator;
use crate::fhirpath::item::{Collection, Item, System};
use crate::fhirpath::node::Node;
use crate::fhirpath::types;
use crate::narrative;
use serde_json::Value;

const STRUCTURE: &str = "http://hl7.org/fhir/StructureDefinition/";

pub(super) fn call<'a>(
    call: &Invocation<'_, '_, 'a>,
    input: Collection<'a>,
) -> Result<Collection<'a>, Error> {
    match call.call.function {
        Function::Extension => extension(call, &input),
        Function::GetValue => match input.as_slice() {
            [item] => call.answer(item.system()),
            _ => Ok(Vec::new()),
        },
        Function::Resolve => {
            Ok(input.iter().filter_map(|item| resolve(call.evaluator, item)).map(Item::Node).collect())
        }
        Function::ConformsTo => conforms_to(call, &input),
        Function::HtmlChecks => call.verdict(input.iter().all(
            |item| matches!(item.system(), Some(System::String(text)) if narrative::check(&text).is_ok()),
        )),
        _ => fails("memberOf() needs a terminology service, which is not at hand here"),
    }
}

/// The extensions with a URL.
fn extension<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let Some(url) = call.text(0)? else { return Ok(Vec::new()) };
    let mut extensions = Vec::new();
    for item in input {
        if let Item::Node(node) = item {
            node.children_named("extension", &mut extensions);
        }
    }
    let has_url = |node: &Node<'_>| {
        node.value().and_then(|value| value.get("url")).and_then(Value::as_str) == Some(&*url)
    };
    call.evaluator.keep(extensions.into_iter().filter(has_url).map(Item::Node).collect())
}

/// The resource a Reference, or a uri, stands for: contained, in the same Bundle, or known to the resolver.
fn resolve<'a>(evaluator: &Evaluator<'a>, item: &Item<'a>) -> Option<Node<'a>> {
    let Item::Node(node) = item else { return None };
    let reference = match node.value()? {
        Value::String(text) => text.as_str(),
        value => value.get("reference")?.as_str()?,
    };
    let root = evaluator.root()?.value()?;
    if let Some(id) = reference.strip_prefix('#') {
        if id.is_empty() {
            return Some(Node::new(root));
        }
        let contained = root.get("contained")?.as_array()?;
        let found = contained.iter().find(|resource| resource.get("id").and_then(Value::as_str) == Some(id));
        return found.map(Node::new);
    }
    let in_bundle = root.get("entry").and_then(Value::as_array).and_then(|entries| {
        entries.iter().find(|entry| is_entry_of(entry, reference)).and_then(|entry| entry.get("resource"))
    });
    let found = in_bundle.or_else(|| evaluator.environment.resolver?.resolve(reference));
    found.map(Node::new)
}

/// Whether a Bundle's entry is the one referred to, by its full URL or by type and id.
fn is_entry_of(entry: &Value, reference: &str) -> bool {
    let text = |value: Option<&'_ Value>| value.and_then(Value::as_str).map(str::to_owned);
    let full = text(entry.get("fullUrl"));
    if full.as_deref() == Some(reference) {
        return true;
    }
    let resource = entry.get("resource");
    let part = |name: &str| text(resource.and_then(|resource| resource.get(name)));
    match (part("resourceType"), part("id")) {
        (Some(kind), Some(id)) => reference == format!("{kind}/{id}"),
        _ => false,
    }
}

/// Whether the item has the type that a definition of the standard describes. Other profiles are not known.
fn conforms_to<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let (Some(profile), [item]) = (call.text(0)?, input) else { return Ok(Vec::new()) };
    let Some(def) = profile.strip_prefix(STRUCTURE).and_then(types::named) else {
        return fails("conformsTo() knows the definitions of R4 only");
    };
    call.verdict(types::is_named_start(item, def.name))
}
