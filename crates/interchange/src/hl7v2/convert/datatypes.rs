//! Data types: CX, XPN, XAD, XTN, CWE and their kin as elements of FHIR.

use super::Conversion;
use super::node::{Node, shortened};
use crate::hl7v2::structure::{Field, Part, Segment};
use crate::hl7v2::tables;
use serde_json::{Value, json};

/// CWE, CE, CNE, CF, IS, ID: a code with its names, and the same in other systems.
pub(super) fn coded(part: &Part<'_>) -> Option<Value> {
    let codings: Vec<Value> =
        [1, 4, 10].into_iter().filter_map(|at| coding(part, at, at + 1, at + 2)).collect();
    let mut node = Node::default();
    // Words in the place of a code are words.
    let uncoded =
        [1, 4].into_iter().filter_map(|at| part.text(at)).find(|text| text.contains(char::is_whitespace));
    let text = part.text(9).or_else(|| part.text(2)).or_else(|| part.text(5)).or(uncoded);
    node.list("coding", codings).set("text", text);
    node.some()
}

/// One coding of a CWE; words with blanks are no code of an unknown system.
fn coding(part: &Part<'_>, code: usize, display: usize, system: usize) -> Option<Value> {
    let code = part.text(code)?;
    let uri = part.text(system).and_then(|name| tables::system(&name));
    if code.contains(char::is_whitespace) {
        return None;
    }
    let mut node = Node::default();
    node.set("system", uri).set("code", Some(code)).set("display", part.text(display));
    node.some()
}

/// The same, where a code that stands alone is one of this table.
pub(super) fn coded_in(table: &'static str, part: &Part<'_>) -> Option<Value> {
    let mut concept = coded(part)?;
    let coding = &concept["coding"][0];
    let is_alone = coding.get("system").is_none() && coding.get("display").is_none();
    let known = coding["code"].as_str().filter(|_| is_alone).and_then(|code| tables::words(table, code));
    if let Some(words) = known {
        concept["coding"][0]["system"] = format!("http://terminology.hl7.org/CodeSystem/v2-{table}").into();
        concept["coding"][0]["display"] = words.into();
    }
    Some(concept)
}

/// A field of one coded value.
pub(super) fn coded_field(segment: &Segment<'_>, number: usize) -> Option<Value> {
    coded(&segment.field(number).first()?)
}

/// A field of several coded values.
pub(super) fn coded_fields(segment: &Segment<'_>, number: usize) -> Vec<Value> {
    segment.field(number).all().filter_map(|part| coded(&part)).collect()
}

/// The words of a CodeableConcept: its text, a display, a code.
pub(super) fn concept_words(concept: &Value) -> Option<String> {
    let coding = &concept["coding"][0];
    let words =
        concept["text"].as_str().or_else(|| coding["display"].as_str()).or_else(|| coding["code"].as_str());
    words.map(shortened)
}

/// A field that holds a table's code, as a concept with FHIR's own code and the words that were sent.
pub(super) fn mapped(part: &Part<'_>, table: &'static str, system: &str) -> Option<Value> {
    let sent = coded(part)?;
    let Some(code) = part.text(1).and_then(|code| tables::code(table, &code)) else { return Some(sent) };
    let mut concept = json!({ "coding": [{ "system": system, "code": code }] });
    if let Some(words) = sent.get("text").filter(|text| text.as_str() != part.text(1).as_deref()) {
        concept["text"] = words.clone();
    }
    Some(concept)
}

/// The URI of an authority: HD with a namespace (1), a universal id (2) and its type (3).
pub(super) fn authority(part: &Part<'_>) -> Option<String> {
    let id = part.text(2)?;
    match part.text(3).unwrap_or_default().to_ascii_uppercase().as_str() {
        "ISO" | "" | "OID" if tables::is_oid(&id) => Some(format!("urn:oid:{id}")),
        "UUID" | "GUID" => {
            let id = id.to_ascii_lowercase();
            let is_uuid = id.len() == 36
                && id.bytes().enumerate().all(|(at, byte)| match at {
                    8 | 13 | 18 | 23 => byte == b'-',
                    _ => byte.is_ascii_hexdigit(),
                });
            is_uuid.then(|| format!("urn:uuid:{id}"))
        }
        "URI" | "URL" => is_uri(&id).then_some(id),
        _ => None,
    }
}

/// Is this an absolute URI that FHIR takes?
pub(super) fn is_uri(text: &str) -> bool {
    let has_scheme = ["http://", "https://", "ftp://"].iter().any(|scheme| text.starts_with(scheme));
    has_scheme && !text.contains(char::is_whitespace)
}

/// CX: an identifier with its authority (4), type (5) and facility (6).
pub(super) fn identifier(chart: &Conversion<'_>, part: &Part<'_>) -> Option<Value> {
    let value = part.text(1)?;
    let mut node = Node::default();
    if let Some(kind) = part.text(5).filter(|kind| !kind.contains(char::is_whitespace)) {
        let system = "http://terminology.hl7.org/CodeSystem/v2-0203";
        node.set("type", Some(json!({ "coding": [{ "system": system, "code": kind }] })));
    }
    let system = match part.text(5).as_deref() {
        Some("SS") => Some("http://hl7.org/fhir/sid/us-ssn".to_owned()),
        Some("NPI") => Some("http://hl7.org/fhir/sid/us-npi".to_owned()),
        _ => authority(&part.part(4)),
    };
    node.set("system", system).set("value", Some(value));
    node.set("period", chart.period(part.text(7), part.text(8)));
    let assigner = part.text(6).or_else(|| part.text(4));
    node.set("assigner", assigner.map(|name| json!({ "display": shortened(&name) })));
    node.some()
}

/// EI: an identifier with its authority from the second component on.
pub(super) fn entity(part: &Part<'_>, kind: Option<&str>) -> Option<Value> {
    let value = part.text(1).or_else(|| part.text(3))?;
    let mut node = Node::default();
    if let Some(kind) = kind {
        let system = "http://terminology.hl7.org/CodeSystem/v2-0203";
        node.set("type", Some(json!({ "coding": [{ "system": system, "code": kind }] })));
    }
    let universal = part.text(3).filter(|id| tables::is_oid(id)).map(|id| format!("urn:oid:{id}"));
    node.set("system", universal.filter(|_| part.text(1).is_some())).set("value", Some(value));
    node.set("assigner", part.text(2).map(|name| json!({ "display": shortened(&name) })));
    node.some()
}

/// XPN: family (1), given (2), further (3), suffix (4), prefix (5), degree (6), use (7).
pub(super) fn person_name(part: &Part<'_>) -> Option<Value> {
    name_at(part, 1, part.text(7))
}

/// A name whose family name is the component `family` and the rest follows it.
pub(super) fn name_at(part: &Part<'_>, family: usize, kind: Option<String>) -> Option<Value> {
    let texts = |places: [usize; 2]| -> Vec<Value> {
        places.into_iter().filter_map(|at| part.text(at)).map(Value::String).collect()
    };
    let (last, given) = (part.text(family), texts([family + 1, family + 2]));
    if last.is_none() && given.is_empty() {
        return None;
    }
    let mut node = Node::default();
    node.set("use", kind.and_then(|kind| tables::code("name-use", &kind)));
    node.set("family", last).list("given", given);
    node.list("prefix", part.text(family + 4).map(Value::String));
    node.list("suffix", texts([family + 3, family + 5]));
    node.some()
}

/// A name as it is said: "Dr. Lily Suzanne Jackson MD".
pub(super) fn said(name: &Value) -> Option<String> {
    let all = |key: &str| name[key].as_array().into_iter().flatten().filter_map(Value::as_str);
    let words: Vec<&str> =
        all("prefix").chain(all("given")).chain(name["family"].as_str()).chain(all("suffix")).collect();
    (!words.is_empty()).then(|| shortened(&words.join(" ")))
}

/// XAD: an address.
pub(super) fn address(part: &Part<'_>) -> Option<Value> {
    let kind = part.text(7).unwrap_or_default();
    // SAD: the street may be parted into a line, a name and a number.
    let lines = [part.part(1).words(), part.text(2), part.text(8)].into_iter().flatten().map(Value::String);
    let parts = [("city", 3), ("district", 9), ("state", 4), ("postalCode", 5), ("country", 6)];
    let parts: Vec<_> = parts.into_iter().filter_map(|(name, at)| Some((name, part.text(at)?))).collect();
    let mut node = Node::default();
    node.list("line", lines);
    for (name, text) in parts {
        node.set(name, Some(text));
    }
    let mut address = node.some()?;
    if let Some(usual) = tables::code("address-use", &kind) {
        address["use"] = usual.into();
    }
    if kind == "M" {
        address["type"] = "postal".into();
    }
    Some(address)
}

/// XTN: a telephone number or an address of electronic mail.
pub(super) fn telecom(part: &Part<'_>) -> Option<Value> {
    let kind = part.text(3).unwrap_or_default();
    let mail = part.text(4).filter(|mail| mail.contains('@'));
    let number = || {
        let parts: Vec<String> = [5, 6, 7].into_iter().filter_map(|at| part.text(at)).collect();
        let number = if parts.is_empty() { part.text(12)? } else { parts.join(" ") };
        let number =
            if part.text(5).is_some() { format!("+{}", number.trim_start_matches('+')) } else { number };
        Some(match part.text(8) {
            Some(extension) => format!("{number} ext. {extension}"),
            None => number,
        })
    };
    let is_mail = mail.is_some();
    let value = mail.or_else(|| part.text(1)).or_else(number).or_else(|| part.text(4))?;
    let system = match tables::code("telecom", &kind) {
        Some("email") if !value.contains('@') => "other",
        _ if is_mail => "email",
        Some(system) => system,
        None if part.text(2).as_deref() == Some("NET") && value.contains('@') => "email",
        None => "phone",
    };
    let mut node = Node::default();
    node.set("system", Some(system)).set("value", Some(value));
    let usual = part.text(2).and_then(|usual| tables::code("telecom-use", &usual));
    node.set("use", if kind == "CP" { Some("mobile") } else { usual });
    node.some()
}

/// PL: the words of a place, from the smallest to the largest.
pub(super) fn place(part: &Part<'_>) -> Option<String> {
    let words: Vec<String> = [9, 3, 2, 8, 1, 7, 4].into_iter().filter_map(|at| part.text(at)).collect();
    (!words.is_empty()).then(|| shortened(&words.join(", ")))
}

/// A number with a unit: UCUM only where the unit says that it is UCUM.
pub(super) fn quantity(number: Value, unit: Option<&Part<'_>>) -> Value {
    let mut node = Node::default();
    node.set("value", Some(number));
    if let Some(unit) = unit {
        let is_ucum = unit.text(3).is_some_and(|system| system.eq_ignore_ascii_case("UCUM"));
        let code =
            unit.text(1).filter(|code| is_ucum && code.len() < 100 && !code.contains(char::is_whitespace));
        node.set("unit", unit.text(1).or_else(|| unit.text(2)).map(|unit| shortened(&unit)));
        if let Some(code) = code {
            node.set("system", Some("http://unitsofmeasure.org")).set("code", Some(code));
        }
    }
    node.value()
}

/// A decimal number as JSON, with the digits that were sent.
pub(super) fn decimal(text: &str) -> Option<Value> {
    let (sign, digits) = match text.trim().strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.trim().strip_prefix('+').unwrap_or(text.trim())),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || whole.len() + fraction.len() == 0 || digits.len() > 40 {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}").parse::<serde_json::Number>().ok().map(Value::Number)
}

/// CP or MO: an amount of money, where its currency is told.
pub(super) fn money(field: Field<'_>) -> Option<Value> {
    let part = field.first()?;
    let value = decimal(&part.sub(1, 1)?)?;
    let currency = part.sub(1, 2).or_else(|| part.text(2)).map(|code| code.to_ascii_uppercase())?;
    let is_known = salus_fhir::defs::value_set("http://hl7.org/fhir/ValueSet/currencies")
        .is_none_or(|set| set.has_code(&currency));
    (is_known && currency.len() == 3).then(|| json!({ "value": value, "currency": currency }))
}
