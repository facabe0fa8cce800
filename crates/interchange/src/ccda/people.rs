//! PN, AD and TEL: names, addresses, ways to reach somebody.

use super::codes::squeeze;
use super::fields::Fields;
use super::tables::mapped;
use super::time::interval;
use super::tree::{Child, Element};
use serde_json::{Value, json};

/// The name of the person or organisation that an element of the header or an author stands for.
pub(super) fn name_of(element: &Element) -> Option<String> {
    let person = match element.name() {
        "assignedAuthor" | "assignedEntity" => element.child("assignedPerson").unwrap_or(element),
        _ => return None,
    };
    person.all("name").find_map(spoken)
}

/// A name as it is said.
pub(super) fn spoken(name: &Element) -> Option<String> {
    let part = |kind: &'static str| {
        name.all(kind).filter(|part| part.attr("qualifier") != Some("CL")).map(Element::words)
    };
    let parts =
        ["prefix", "given", "family", "suffix"].into_iter().flat_map(part).collect::<Vec<_>>().join(" ");
    let words =
        if name.child("given").is_some() || name.child("family").is_some() { parts } else { name.words() };
    Some(squeeze(&words)).filter(|words| !words.is_empty() && name.null().is_none())
}

/// The names of somebody: birth names and nicknames stand beside the name they belong to.
pub(super) fn human_names(element: &Element) -> Vec<Value> {
    element.all("name").filter(|name| name.null().is_none()).flat_map(human_name).collect()
}

fn human_name(name: &Element) -> Vec<Value> {
    let period = name.child("validTime").and_then(|time| interval(time).period());
    let r#use =
        name.attr("use").and_then(|codes| codes.split_whitespace().find_map(|code| mapped("name-use", code)));
    let parts: Vec<(&str, String, Option<&str>)> = name
        .elements()
        .map(|part| (part.name(), part.words(), part.attr("qualifier")))
        .filter(|(_, words, _)| !words.is_empty())
        .collect();
    let is_birth = |qualifier: &Option<&str>| *qualifier == Some("BR");
    let families: Vec<_> = parts.iter().filter(|(kind, ..)| *kind == "family").collect();
    let has_birth_name = families.len() > 1
        && families.iter().any(|part| is_birth(&part.2))
        && !families.iter().all(|part| is_birth(&part.2));
    let words = |kind: &'static str, keep: &dyn Fn(&Option<&str>) -> bool| -> Vec<String> {
        let held = parts.iter().filter(|(name, _, qualifier)| *name == kind && keep(qualifier));
        held.map(|(_, words, _)| words.clone()).collect()
    };
    let given = words("given", &|qualifier| *qualifier != Some("CL"));
    let family = words("family", &|qualifier| !(has_birth_name && is_birth(qualifier))).join(" ");
    let mut names = Vec::new();
    let main = Fields::default()
        .with("family", Some(family.clone()))
        .with("given", Some(given.clone()))
        .with("prefix", Some(words("prefix", &|_| true)))
        .with("suffix", Some(words("suffix", &|_| true)));
    let main = if main.is_empty() { main.with("text", spoken(name)) } else { main };
    if !main.is_empty() {
        names.extend(main.with("use", r#use).with("period", period).value());
    }
    let other = |r#use: &str, family: String, given: Vec<String>| {
        Fields::default()
            .with("use", Some(r#use))
            .with("family", Some(family))
            .with("given", Some(given))
            .value()
    };
    if has_birth_name {
        names.extend(other("maiden", words("family", &is_birth).join(" "), given));
    }
    let called = words("given", &|qualifier| *qualifier == Some("CL"));
    if !called.is_empty() {
        names.extend(other("nickname", family, called));
    }
    names
}

/// The addresses of somebody.
pub(super) fn addresses(element: &Element) -> Vec<Value> {
    element.all("addr").filter_map(address).collect()
}

pub(super) fn address(addr: &Element) -> Option<Value> {
    if addr.null().is_some() {
        return None;
    }
    let one = |name: &str| addr.child(name).map(Element::words).filter(|words| !words.is_empty());
    let mut lines: Vec<String> =
        addr.all("streetAddressLine").map(Element::words).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        let parts = ["houseNumber", "streetNameType", "streetName", "additionalLocator", "unitID"];
        let line = parts.into_iter().filter_map(one).collect::<Vec<_>>().join(" ");
        lines.extend((!line.is_empty()).then_some(line));
    }
    let codes: Vec<&str> = addr.attr("use").unwrap_or_default().split_whitespace().collect();
    let kind = codes.iter().find_map(|code| match *code {
        "PST" => Some("postal"),
        "PHYS" => Some("physical"),
        _ => None,
    });
    let mut address = Fields::default()
        .with("line", Some(lines))
        .with("city", one("city"))
        .with("district", one("county"))
        .with("state", one("state"))
        .with("postalCode", one("postalCode"))
        .with("country", one("country"));
    if address.is_empty() {
        let free = addr.children().iter().filter_map(|child| match child {
            Child::Text(text) => Some(text.as_str()),
            Child::Element(_) => None,
        });
        address.put("text", Some(squeeze(&free.collect::<String>())));
    }
    if address.is_empty() {
        return None;
    }
    address.put("use", codes.iter().find_map(|code| mapped("address-use", code)));
    address.put("type", kind);
    address.put("period", addr.child("useablePeriod").and_then(|time| interval(time).period()));
    address.value()
}

/// The ways to reach somebody.
pub(super) fn telecoms(element: &Element) -> Vec<Value> {
    element.all("telecom").filter_map(telecom).collect()
}

fn telecom(element: &Element) -> Option<Value> {
    let value = squeeze(element.attr("value")?);
    let (scheme, rest) = value.split_once(':').unwrap_or(("", &value));
    let (system, value) = match scheme.to_ascii_lowercase().as_str() {
        "tel" => ("phone", rest.trim().to_owned()),
        "fax" | "x-text-fax" => ("fax", rest.trim().to_owned()),
        "sms" => ("sms", rest.trim().to_owned()),
        "mailto" | "email" => ("email", rest.trim().trim_start_matches('/').to_owned()),
        "http" | "https" | "ftp" => ("url", value.clone()),
        "" if value.contains('@') => ("email", value.clone()),
        "" if value.contains(|letter: char| letter.is_ascii_digit()) => ("phone", value.clone()),
        _ => ("other", value.clone()),
    };
    if value.is_empty() {
        return None;
    }
    let uses = element.attr("use").unwrap_or_default();
    let period = element.child("useablePeriod").and_then(|time| interval(time).period());
    Fields::default()
        .with("system", Some(system))
        .with("value", Some(value))
        .with("use", uses.split_whitespace().find_map(|code| mapped("telecom-use", code)))
        .with("period", period)
        .value()
}

/// A language, as FHIR writes it.
pub(super) fn language(code: &Element) -> Option<Value> {
    let code = code.attr("code")?;
    Some(json!({ "coding": [{ "system": "urn:ietf:bcp:47", "code": squeeze(code) }] }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ccda::tests::element;

    #[test]
    fn names_keep_birth_names_and_nicknames_apart() {
        for (xml, expect) in [
            (
                r#"<p><name use="L"><prefix>Mr.</prefix><given>Adam</given><given qualifier="CL">Frankie</given><family>Everyman</family></name></p>"#,
                json!([{ "family": "Everyman", "given": ["Adam"], "prefix": ["Mr."], "use": "official" },
                       { "use": "nickname", "family": "Everyman", "given": ["Frankie"] }]),
            ),
            (
                r#"<p><name><given>Alice</given><family qualifier="BR">Jones</family><family qualifier="SP">Newman</family></name></p>"#,
                json!([{ "family": "Newman", "given": ["Alice"] },
                       { "use": "maiden", "family": "Jones", "given": ["Alice"] }]),
            ),
            (
                r#"<p><name><given qualifier="BR">Wilma</given><family qualifier="AD">Crawford</family></name></p>"#,
                json!([{ "family": "Crawford", "given": ["Wilma"] }]),
            ),
            ("<p><name>Dr. Who</name></p>", json!([{ "text": "Dr. Who" }])),
            (r#"<p><name nullFlavor="UNK"/><name><given/></name></p>"#, json!([])),
        ] {
            assert_eq!(Value::Array(human_names(&element(xml))), expect, "{xml}");
        }
    }

    #[test]
    fn ways_to_reach_somebody_have_a_system() {
        for (xml, expect) in [
            (
                r#"<t value="tel: +1(555)555-5000" use="WP"/>"#,
                Some(("phone", "+1(555)555-5000", Some("work"))),
            ),
            (r#"<t value="mailto://a@b.example"/>"#, Some(("email", "a@b.example", None))),
            (r#"<t value="email:a@b.example" use="HP"/>"#, Some(("email", "a@b.example", Some("home")))),
            (r#"<t value="+1(555)555-5000" use="MC"/>"#, Some(("phone", "+1(555)555-5000", Some("mobile")))),
            (r#"<t value="https://a.example/x"/>"#, Some(("url", "https://a.example/x", None))),
            (r#"<t value="x:y"/>"#, Some(("other", "x:y", None))),
            (r#"<t nullFlavor="UNK"/>"#, None),
            (r#"<t value="tel:"/>"#, None),
        ] {
            let found = telecom(&element(xml));
            let found = found.as_ref().map(|one| {
                (one["system"].as_str().unwrap(), one["value"].as_str().unwrap(), one["use"].as_str())
            });
            assert_eq!(found, expect, "{xml}");
        }
    }

    #[test]
    fn addresses_have_their_parts() {
        for (xml, expect) in [
            (
                r#"<a use="HP"><streetAddressLine>17 Daws Rd.</streetAddressLine><city>Blue Bell</city><state nullFlavor="UNK"/></a>"#,
                Some(json!({ "line": ["17 Daws Rd."], "city": "Blue Bell", "use": "home" })),
            ),
            (
                r#"<a use="PST">12 High Street, Leeds</a>"#,
                Some(json!({ "text": "12 High Street, Leeds", "type": "postal" })),
            ),
            (r#"<a nullFlavor="UNK"><city>X</city></a>"#, None),
            ("<a> </a>", None),
        ] {
            assert_eq!(address(&element(xml)), expect, "{xml}");
        }
    }
}
