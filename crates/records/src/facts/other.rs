//! Relatives, the person, documents, plans and goals.

use super::clinical::{add_notes, coded, sentence};
use super::read::{all, at, codes, concept_text, date, named, text};
use super::said::{self, capital, number, unit, with_unit, without_tag, written};
use super::{Fact, Kind, ResourceKey, Standing};
use crate::words::stems;
use salus_fhir::human_name;
use salus_fhir::json::Value;

pub(super) fn family(resource: &Value, source: ResourceKey) -> Fact {
    let mut fact = Fact::new(source, Kind::Family);
    let relation = named(resource, "relationship").unwrap_or("relative");
    fact.date = date(resource, &["date"]);
    let illnesses: Vec<String> = all(resource, "condition")
        .iter()
        .filter_map(|condition| {
            let name = without_tag(concept_text(at(condition, "code")?)?);
            let age = at(condition, "onsetAge")
                .and_then(quantity)
                .or_else(|| text(condition, "onsetString").map(str::to_owned));
            Some(age.map_or_else(|| name.to_owned(), |age| format!("{name} (from the age of {age})")))
        })
        .collect();
    fact.title = capital(relation);
    fact.recorded = said::list(&illnesses);
    let notes: Vec<&str> = all(resource, "note").iter().filter_map(|note| text(note, "text")).collect();
    fact.stems = stems(&format!("{relation} {} {}", illnesses.join(" "), notes.join(" ")));
    fact.codes = at(resource, "relationship").map(codes).unwrap_or_default();
    fact.who = Some(relation.to_owned());
    fact.detail = (!illnesses.is_empty()).then(|| said::list(&illnesses));
    let name = text(resource, "name").map(|name| format!(" {name}")).unwrap_or_default();
    let dead = resource.get("deceasedBoolean").and_then(Value::as_bool) == Some(true)
        || resource.get("deceasedAge").is_some();
    fact.text = sentence(
        format!("Family: {relation}{name}"),
        &[
            date(resource, &["bornDate"]).map(|born| format!("born {}", born.shown())),
            dead.then(|| match at(resource, "deceasedAge").and_then(quantity) {
                Some(age) => format!("died at the age of {age}"),
                None => "has died".to_owned(),
            }),
            fact.detail.as_ref().map(|illnesses| format!("had {illnesses}")),
        ],
    );
    add_notes(&mut fact, resource);
    fact
}

fn quantity(quantity: &Value) -> Option<String> {
    let unit = match unit(quantity).as_deref() {
        Some("a") => Some("years".to_owned()),
        other => other.map(str::to_owned),
    };
    Some(with_unit(&number(&written(quantity.get("value")?)?), unit.as_deref()))
}

pub(super) fn person(resource: &Value, source: ResourceKey) -> Fact {
    let mut fact = Fact::new(source, Kind::Person);
    fact.title = person_name(resource).unwrap_or_else(|| "Unnamed".to_owned());
    fact.recorded = fact.title.clone();
    fact.date = date(resource, &["birthDate"]);
    fact.gravity = text(resource, "gender").map(str::to_owned);
    let address = at(resource, "address").map(|address| {
        let mut parts: Vec<String> =
            all(address, "line").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        parts.extend(
            ["city", "postalCode", "country"]
                .iter()
                .filter_map(|part| text(address, part))
                .map(str::to_owned),
        );
        format!("address {}", parts.join(", "))
    });
    let phone = all(resource, "telecom")
        .iter()
        .find(|contact| text(contact, "system") == Some("phone"))
        .and_then(|contact| text(contact, "value"));
    fact.text = sentence(
        format!("Person: {}", fact.title),
        &[
            fact.date.as_ref().map(|date| format!("born {}", date.shown())),
            fact.gravity.clone(),
            address,
            phone.map(|phone| format!("phone {phone}")),
            date(resource, &["deceasedDateTime"]).map(|died| format!("died {}", died.shown())),
        ],
    );
    fact
}

/// The name a person goes by.
pub(crate) fn person_name(resource: &Value) -> Option<String> {
    let names = all(resource, "name");
    let preferred = |of: &str| names.iter().find(|name| text(name, "use") == Some(of));
    human_name(preferred("official").or_else(|| preferred("usual")).or_else(|| names.first())?)
}

pub(super) fn document(resource: &Value, source: ResourceKey) -> Fact {
    let mut fact = coded(resource, "type", source, Kind::Document, "Document");
    let title = text(resource, "content.attachment.title").or_else(|| text(resource, "description"));
    if let Some(title) = title {
        fact.title = title.to_owned();
        fact.recorded = fact.title.clone();
        fact.stems = stems(title);
    }
    fact.date = date(resource, &["content.attachment.creation", "date", "context.period.start"]);
    fact.text = sentence(
        format!("Document: {}", fact.title),
        &[fact.date.as_ref().map(|date| format!("of {}", date.shown()))],
    );
    fact
}

pub(super) fn other(resource: &Value, source: ResourceKey) -> Fact {
    let word = spaced(&source.type_name);
    let mut fact = Fact::new(source, Kind::Other);
    let paths = ["code", "description", "category", "type", "serviceType", "reasonCode"];
    let name = text(resource, "title")
        .or_else(|| paths.iter().find_map(|path| named(resource, path).or_else(|| text(resource, path))));
    fact.title = without_tag(name.unwrap_or(&word)).to_owned();
    fact.recorded = fact.title.clone();
    fact.date = date(
        resource,
        &[
            "start",
            "period.start",
            "startDate",
            "statusDate",
            "authoredOn",
            "created",
            "occurrenceDateTime",
            "identifiedDateTime",
            "sent",
        ],
    );
    let status = text(resource, "status").or_else(|| text(resource, "lifecycleStatus"));
    fact.standing = match status {
        Some("completed" | "cancelled" | "revoked" | "inactive" | "rejected" | "noshow") => Standing::Past,
        Some("proposed" | "planned" | "booked" | "pending") => Standing::Planned,
        _ => Standing::Current,
    };
    let activities: Vec<String> = all(resource, "activity")
        .iter()
        .filter_map(|activity| named(activity, "detail.code"))
        .map(|activity| without_tag(activity).to_owned())
        .collect();
    fact.detail = (!activities.is_empty()).then(|| said::list(&activities));
    fact.text = sentence(
        format!("{word}: {}", fact.title),
        &[
            status.map(str::to_owned),
            fact.date.as_ref().map(|date| format!("from {}", date.shown())),
            fact.detail.clone(),
            text(resource, "comment").map(str::to_owned),
        ],
    );
    add_notes(&mut fact, resource);
    fact
}

/// "ServiceRequest" → "Service request".
fn spaced(type_name: &str) -> String {
    let mut words = String::new();
    for (at, letter) in type_name.chars().enumerate() {
        if at > 0 && letter.is_uppercase() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    capital(&words)
}
