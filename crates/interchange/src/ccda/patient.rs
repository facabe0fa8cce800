//! The patient: `recordTarget`.

use super::codes::{coding, identifiers};
use super::context::Context;
use super::fields::Fields;
use super::people::{address, addresses, human_names, language, telecoms};
use super::tables::{mapped, meant};
use super::time::{day, is_instant, moment};
use super::tree::Element;
use serde_json::{Value, json};

const FHIR: &str = "http://hl7.org/fhir/StructureDefinition";
const US_CORE: &str = "http://hl7.org/fhir/us/core/StructureDefinition";

/// Adds the Patient. A document that tells of nobody gives one that is known by nothing.
pub(super) fn patient<'d>(context: &mut Context<'d>, root: &'d Element) {
    let mut fields = Fields::of("Patient");
    if let Some(role) = root.at(&["recordTarget", "patientRole"]) {
        let (extensions, details) = match role.child("patient") {
            Some(person) => (extensions(context, root, person), Some(person)),
            None => (Vec::new(), None),
        };
        fields.put("extension", Some(extensions));
        fields.put("identifier", Some(identifiers(role)));
        fields.put("telecom", Some(telecoms(role)));
        fields.put("address", Some(addresses(role)));
        if let Some(person) = details {
            describe(context, person, &mut fields);
        }
        fields.put(
            "managingOrganization",
            role.child("providerOrganization").and_then(|one| context.organization(one)),
        );
    }
    let id = context.patient.clone();
    context.store("Patient", &id, fields);
    for other in root.all("recordTarget").skip(1) {
        let name = other.at(&["patientRole", "patient", "name"]).map(Element::words).unwrap_or_default();
        context.leave_out(format!("The document is about a second patient, {name}."));
    }
}

fn describe<'d>(context: &mut Context<'d>, person: &'d Element, fields: &mut Fields) {
    fields.put("name", Some(human_names(person)));
    let gender = person.child("administrativeGenderCode");
    let gender = gender.and_then(|code| code.attr("code").or(code.null()));
    fields.put("gender", gender.and_then(|code| mapped("gender", code)));
    if let Some(text) = person.of("birthTime", "value") {
        match moment(text) {
            Some(birth) => {
                fields.put("birthDate", Some(day(&birth)));
                if is_instant(&birth) {
                    let time = json!({ "extension": [{ "url": format!("{FHIR}/patient-birthTime"), "valueDateTime": birth }] });
                    fields.put("_birthDate", Some(time));
                }
            }
            None => context.leave_out(format!("\"{text}\" is not a time.")),
        }
    }
    fields.put("maritalStatus", context.concept_of(person, "maritalStatusCode"));
    let died = person.of("sdtc:deceasedTime", "value").and_then(moment);
    match (died, person.of("sdtc:deceasedInd", "value")) {
        (Some(died), _) => fields.put("deceasedDateTime", Some(died)),
        (None, Some("true")) => fields.put("deceasedBoolean", Some(true)),
        (None, Some("false")) => fields.put("deceasedBoolean", Some(false)),
        (None, _) => {}
    }
    let order = person.of("sdtc:multipleBirthOrderNumber", "value").and_then(|text| text.parse::<u32>().ok());
    match (order, person.of("sdtc:multipleBirthInd", "value")) {
        (Some(order), _) => fields.put("multipleBirthInteger", Some(order)),
        (None, Some("true")) => fields.put("multipleBirthBoolean", Some(true)),
        (None, _) => {}
    }
    let contacts = person.all("guardian").filter_map(|guardian| contact(context, guardian));
    fields.put("contact", Some(contacts.collect::<Vec<_>>()));
    let spoken = person.all("languageCommunication").filter_map(communication);
    fields.put("communication", Some(spoken.collect::<Vec<_>>()));
}

fn contact(context: &Context<'_>, guardian: &Element) -> Option<Value> {
    let mut relationship: Vec<Value> = context.concept_of(guardian, "code").into_iter().collect();
    let system = "http://terminology.hl7.org/CodeSystem/v3-RoleClass";
    relationship.push(json!({ "coding": [{ "system": system, "code": "GUARD" }] }));
    let person = guardian.child("guardianPerson");
    let contact = Fields::default()
        .with("name", person.and_then(|person| human_names(person).into_iter().next()))
        .with("telecom", Some(telecoms(guardian)))
        .with("address", addresses(guardian).into_iter().next());
    if contact.is_empty() {
        return None;
    }
    contact.with("relationship", Some(relationship)).value()
}

fn communication(element: &Element) -> Option<Value> {
    let language = language(element.child("languageCode")?)?;
    let level = element.child("proficiencyLevelCode").and_then(coding);
    let mode = element.child("modeCode").and_then(coding);
    let mut parts = Vec::new();
    parts.extend(level.map(|level| json!({ "url": "level", "valueCoding": level })));
    parts.extend(mode.map(|mode| json!({ "url": "type", "valueCoding": mode })));
    let proficiency = (!parts.is_empty())
        .then(|| json!([{ "url": format!("{FHIR}/patient-proficiency"), "extension": parts }]));
    let preferred = element.of("preferenceInd", "value").and_then(|value| value.parse::<bool>().ok());
    Fields::default()
        .with("extension", proficiency)
        .with("language", Some(language))
        .with("preferred", preferred)
        .value()
}

fn extensions(context: &Context<'_>, root: &Element, person: &Element) -> Vec<Value> {
    let mut extensions = Vec::new();
    let groups =
        [("race", "raceCode", "sdtc:raceCode"), ("ethnicity", "ethnicGroupCode", "sdtc:ethnicGroupCode")];
    for (map, name, more) in groups {
        extensions.extend(group(map, person.all(name).chain(person.all(more)).collect()));
    }
    if let Some(religion) = context.concept_of(person, "religiousAffiliationCode") {
        extensions
            .push(json!({ "url": format!("{FHIR}/patient-religion"), "valueCodeableConcept": religion }));
    }
    if let Some(place) = person.at(&["birthplace", "place", "addr"]).and_then(address) {
        extensions.push(json!({ "url": format!("{FHIR}/patient-birthPlace"), "valueAddress": place }));
    }
    if let Some(sex) = birth_sex(root) {
        extensions.push(json!({ "url": format!("{US_CORE}/us-core-birthsex"), "valueCode": sex }));
    }
    extensions
}

/// Race or ethnicity: the five groups of the US Office of Management and Budget, and finer ones.
fn group(map: &str, codes: Vec<&Element>) -> Option<Value> {
    let mut parts = Vec::new();
    let mut names = Vec::new();
    for code in codes {
        let Some(coding) = coding(code) else { continue };
        let text = code.attr("code").unwrap_or_default();
        let broad = meant(map, text);
        let url = if broad.is_some() { "ombCategory" } else { "detailed" };
        names.push(code.attr("displayName").or(broad.map(|(_, name)| name)).unwrap_or(text).to_owned());
        parts.push(json!({ "url": url, "valueCoding": coding }));
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(json!({ "url": "text", "valueString": names.join(", ") }));
    Some(json!({ "url": format!("{US_CORE}/us-core-{map}"), "extension": parts }))
}

/// The sex at birth stands among the observations of the social history (LOINC 76689-9).
fn birth_sex(root: &Element) -> Option<&str> {
    let mut sex = None;
    root.walk(&mut |element| {
        if element.name() == "observation" && element.code() == Some("76689-9") && !element.is_negated() {
            let value = element.child("value");
            let code = value.and_then(|value| value.attr("code").or(value.null()));
            sex = sex.or(code.filter(|code| matches!(*code, "M" | "F" | "UNK" | "OTH")));
        }
    });
    sex
}
