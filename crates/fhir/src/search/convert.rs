//! FHIR data types as index values, by the tables of R4 search (§3.1.1.4).

use super::entry::IndexValue;
use super::number::decimal;
use crate::defs::ParamKind;
use crate::json::{Map, Value};
use crate::reference::Reference;
use crate::temporal::{TimeRange, time_range};

/// How a value of one FHIR type becomes index values of one kind of parameter.
pub(super) type Convert = fn(&Value, &mut dyn FnMut(IndexValue));

/// The conversion for a kind of parameter and a FHIR type, where R4 has one.
pub(super) fn converter(kind: ParamKind, type_name: &str) -> Option<Convert> {
    let convert: Convert = match (kind, type_name) {
        (ParamKind::Token, "Coding") => coding,
        (ParamKind::Token, "CodeableConcept") => codeable_concept,
        (ParamKind::Token, "Identifier") => identifier,
        (ParamKind::Token, "ContactPoint") => contact_point,
        (ParamKind::Token, "boolean") => boolean,
        (ParamKind::Token, _) => plain_token,
        (ParamKind::String, "HumanName") => human_name,
        (ParamKind::String, "Address") => address,
        (ParamKind::String, _) => plain_string,
        (ParamKind::Date, "Period") => period,
        (ParamKind::Date, "Timing") => timing,
        (ParamKind::Date, "date" | "dateTime" | "instant") => date,
        (ParamKind::Reference, "Reference") => reference,
        (ParamKind::Reference, "Resource") => inner_resource,
        (ParamKind::Reference, "canonical" | "uri" | "url" | "oid" | "uuid") => canonical_reference,
        (ParamKind::Uri, _) => uri,
        (ParamKind::Quantity, "Money") => money,
        (ParamKind::Quantity, "Range") => range_of_quantities,
        (ParamKind::Quantity, "SampledData") => return None,
        (ParamKind::Quantity, _) => quantity,
        (ParamKind::Number, "Range") => range_of_numbers,
        (ParamKind::Number, _) => number,
        (ParamKind::Date | ParamKind::Reference | ParamKind::Composite | ParamKind::Special, _) => {
            return None;
        }
    };
    Some(convert)
}

fn coding(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    let (system, code, text) = (owned(value, "system"), owned(value, "code"), owned(value, "display"));
    if system.is_some() || code.is_some() || text.is_some() {
        emit(IndexValue::Token { system, code, text });
    }
}

fn codeable_concept(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    for entry in list(value, "coding") {
        coding(entry, emit);
    }
    if let Some(text) = owned(value, "text") {
        emit(IndexValue::Token { system: None, code: None, text: Some(text) });
    }
}

fn identifier(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    let (system, code) = (owned(value, "system"), owned(value, "value"));
    let kind = value.get("type");
    if let Some(number) = &code {
        for coding in kind.map(|kind| list(kind, "coding")).unwrap_or_default() {
            if let Some(code) = owned(coding, "code") {
                let system = owned(coding, "system");
                emit(IndexValue::TypedIdentifier { system, code, value: number.clone() });
            }
        }
    }
    let text = kind.and_then(|kind| owned(kind, "text"));
    if system.is_some() || code.is_some() || text.is_some() {
        emit(IndexValue::Token { system, code, text });
    }
}

fn contact_point(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    if let Some(number) = value.get("value") {
        plain_token(number, emit);
    }
}

fn boolean(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    if let Some(flag) = value.as_bool() {
        emit(flag_token(flag));
    }
}

pub(super) fn flag_token(flag: bool) -> IndexValue {
    IndexValue::Token { system: None, code: Some(flag.to_string()), text: None }
}

fn plain_token(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    let code = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return,
    };
    emit(IndexValue::Token { system: None, code: Some(code), text: None });
}

fn human_name(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    strings(value, &["text", "family", "given", "prefix", "suffix"], emit);
}

fn address(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    strings(value, &["text", "line", "city", "district", "state", "postalCode", "country"], emit);
}

fn strings(value: &Value, members: &[&str], emit: &mut dyn FnMut(IndexValue)) {
    for member in members {
        match value.get(member) {
            Some(Value::Array(parts)) => parts.iter().for_each(|part| plain_string(part, emit)),
            Some(part) => plain_string(part, emit),
            None => {}
        }
    }
}

fn plain_string(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    if let Some(text) = value.as_str() {
        emit(IndexValue::Text(text.to_owned()));
    }
}

fn date(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    if let Some(range) = value.as_str().and_then(time_range) {
        emit(IndexValue::Date(range));
    }
}

fn period(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    if let Some(range) = period_range(value) {
        emit(IndexValue::Date(range));
    }
}

/// Open where an end is missing; nothing where both are, or where one cannot be read.
fn period_range(value: &Value) -> Option<TimeRange> {
    let (start, end) = (value.get("start"), value.get("end"));
    if start.is_none() && end.is_none() {
        return None;
    }
    let read = |end: Option<&Value>| match end {
        Some(text) => text.as_str().and_then(time_range).map(Some),
        None => Some(None),
    };
    let start = read(start)?.map_or(i64::MIN, |range| range.start);
    let end = read(end)?.map_or(i64::MAX, |range| range.end);
    Some(TimeRange { start, end })
}

/// The outer limits of what is scheduled; a repetition without bounds says nothing about when.
fn timing(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    let events = list(value, "event").iter().filter_map(|event| event.as_str().and_then(time_range));
    let bounds = value.get("repeat").and_then(|repeat| repeat.get("boundsPeriod")).and_then(period_range);
    if let Some(range) = events.chain(bounds).reduce(TimeRange::hull) {
        emit(IndexValue::Date(range));
    }
}

fn reference(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    let Some(object) = value.as_object() else { return };
    let identifier = object.get("identifier").and_then(|identifier| {
        owned(identifier, "value").map(|number| (owned(identifier, "system"), number))
    });
    let stated_type = object.get("type").and_then(Value::as_str);
    let Some(text) = object.get("reference").and_then(Value::as_str) else {
        let type_name = stated_type.map(str::to_owned);
        return emit(IndexValue::Reference { type_name, id: None, url: None, identifier });
    };
    match Reference::parse(text) {
        Reference::Local { type_name, id, version } => {
            emit(local(type_name, id, identifier));
            if version.is_some() {
                emit(url(text, None, None));
            }
        }
        Reference::Fragment(_) => {
            emit(IndexValue::Reference { type_name: None, id: None, url: None, identifier });
        }
        Reference::Absolute(_) | Reference::Uuid(_) | Reference::Conditional { .. } => {
            emit(url(text, stated_type, identifier));
        }
    }
}

/// An entry of a bundle, where a parameter looks at the entry as if it were referred to.
fn inner_resource(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    if let (Some(type_name), Some(id)) = (text(value, "resourceType"), text(value, "id")) {
        emit(local(type_name, id, None));
    }
}

fn canonical_reference(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    let Some(text) = value.as_str() else { return };
    if let Reference::Local { type_name, id, version: None } = Reference::parse(text) {
        return emit(local(type_name, id, None));
    }
    with_and_without_version(text, |text| emit(url(text, None, None)));
}

fn uri(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    if let Some(text) = value.as_str() {
        with_and_without_version(text, |text| emit(IndexValue::Uri(text.to_owned())));
    }
}

/// `http://x|1.0` is found as itself and as `http://x`.
fn with_and_without_version(text: &str, mut emit: impl FnMut(&str)) {
    emit(text);
    if let Some((url, _)) = text.split_once('|') {
        emit(url);
    }
}

fn local(type_name: &str, id: &str, identifier: Option<(Option<String>, String)>) -> IndexValue {
    let (type_name, id) = (Some(type_name.to_owned()), Some(id.to_owned()));
    IndexValue::Reference { type_name, id, url: None, identifier }
}

fn url(text: &str, type_name: Option<&str>, identifier: Option<(Option<String>, String)>) -> IndexValue {
    let type_name = type_name.map(str::to_owned);
    IndexValue::Reference { type_name, id: None, url: Some(text.to_owned()), identifier }
}

fn quantity(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    amount(value, owned(value, "system"), owned(value, "code"), emit);
}

fn money(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    amount(value, Some("urn:iso:std:iso:4217".to_owned()), owned(value, "currency"), emit);
}

fn amount(value: &Value, system: Option<String>, code: Option<String>, emit: &mut dyn FnMut(IndexValue)) {
    let Some(number) = value.get("value").and_then(Value::as_number) else { return };
    if let Some(read) = decimal(&number.to_string()) {
        let unit = owned(value, "unit");
        emit(IndexValue::Quantity { value: read.value, lo: read.lo, hi: read.hi, system, code, unit });
    }
}

fn range_of_quantities(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    for end in ["low", "high"] {
        if let Some(end) = value.get(end) {
            quantity(end, emit);
        }
    }
}

fn number(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    if let Some(read) = value.as_number().and_then(|number| decimal(&number.to_string())) {
        emit(IndexValue::Number { value: read.value, lo: read.lo, hi: read.hi });
    }
}

fn range_of_numbers(value: &Value, emit: &mut dyn FnMut(IndexValue)) {
    for end in ["low", "high"] {
        if let Some(amount) = value.get(end).and_then(|end| end.get("value")) {
            number(amount, emit);
        }
    }
}

fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.as_object().and_then(|object: &Map<String, Value>| object.get(member)).and_then(Value::as_str)
}

fn owned(value: &Value, member: &str) -> Option<String> {
    text(value, member).map(str::to_owned)
}

fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value.get(member).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
