//! Who did something: practitioners, organisations, places, and people who belong to the patient.

use super::codes::{coding, identifiers};
use super::context::{Context, key_of};
use super::fields::Fields;
use super::people::{addresses, human_names, name_of, spoken, telecoms};
use super::tree::Element;
use salus_core::Uid;
use serde_json::{Value, json};

/// Who wrote something, and when.
#[derive(Default)]
pub(super) struct Author {
    pub(super) who: Option<Value>,
    pub(super) when: Option<String>,
}

impl<'d> Context<'d> {
    /// The first author of an entry.
    pub(super) fn author(&mut self, entry: &'d Element) -> Author {
        let Some(author) = entry.child("author") else { return Author::default() };
        let when = self.interval(author.child("time")).first().map(str::to_owned);
        let who = author.child("assignedAuthor").and_then(|assigned| self.person(assigned));
        Author { who, when }
    }

    /// Those who carried something out: a reference to each, with the `performer` that names them.
    pub(super) fn performers(&mut self, entry: &'d Element) -> Vec<(Value, &'d Element)> {
        let performers = entry.all("performer").filter_map(|performer| {
            let assigned = performer.child("assignedEntity")?;
            Some((self.person(assigned)?, performer))
        });
        performers.collect()
    }

    /// A reference to the person of an `assignedAuthor` or `assignedEntity`: the patient, a practitioner, or whoever
    /// is named there. Somebody without a name is named by identifier only, so that no named record of them is lost.
    pub(super) fn person(&mut self, assigned: &'d Element) -> Option<Value> {
        if self.is_patient(assigned) {
            return Some(self.patient_reference());
        }
        let full = if name_of(assigned).is_some() { Some(assigned) } else { self.named(assigned) };
        if let Some(full) = full {
            return Some(self.practitioner(full));
        }
        let device = assigned.child("assignedAuthoringDevice");
        let device = device
            .and_then(|device| device.stated("softwareName").or(device.stated("manufacturerModelName")));
        let organization = assigned.child("representedOrganization").and_then(|one| self.organization(one));
        if device.is_none()
            && let Some(organization) = &organization
        {
            return Some(organization.clone());
        }
        let identifier = identifiers(assigned).into_iter().next();
        Fields::default().with("identifier", identifier).with("display", device.and_then(spoken)).value()
    }

    fn practitioner(&mut self, assigned: &'d Element) -> Value {
        let person = assigned.child("assignedPerson").unwrap_or(assigned);
        let name = name_of(assigned).unwrap_or_default();
        let fields = Fields::of("Practitioner")
            .with("identifier", Some(identifiers(assigned)))
            .with("name", Some(human_names(person)))
            .with("telecom", Some(telecoms(assigned)))
            .with("address", Some(addresses(assigned)));
        let reference = self.shared("Practitioner", assigned, &name, fields);
        let reference = json!({ "reference": reference, "display": name });
        self.role(assigned, &reference);
        reference
    }

    /// What a practitioner is, and where.
    fn role(&mut self, assigned: &'d Element, practitioner: &Value) {
        let code = self.concept_of(assigned, "code");
        let organization = assigned.child("representedOrganization").and_then(|one| self.organization(one));
        if code.is_none() && organization.is_none() {
            return;
        }
        let content = format!("{practitioner}{code:?}{organization:?}");
        let fields = Fields::of("PractitionerRole")
            .with("practitioner", Some(practitioner.clone()))
            .with("organization", organization)
            .with("code", code.map(|code| vec![code]));
        let id = Uid::named(&["ccda", "PractitionerRole", &content]).to_string();
        self.store("PractitionerRole", &id, fields);
    }

    /// An organisation, by name; by identifier only where it has no name.
    pub(super) fn organization(&mut self, element: &'d Element) -> Option<Value> {
        let name = element.all("name").find_map(spoken);
        let Some(name) = name else {
            let identifier = identifiers(element).into_iter().next()?;
            return Some(json!({ "identifier": identifier }));
        };
        let fields = Fields::of("Organization")
            .with("identifier", Some(identifiers(element)))
            .with("name", Some(name.as_str()))
            .with("telecom", Some(not_at_home(telecoms(element))))
            .with("address", Some(not_at_home(addresses(element))));
        let reference = self.shared("Organization", element, &name, fields);
        Some(json!({ "reference": reference, "display": name }))
    }

    /// Stores what belongs to nobody's record. The name is part of the id: identifiers are copied from samples too often
    /// for two people of one identifier to be one.
    fn shared(&mut self, type_name: &str, element: &Element, name: &str, fields: Fields) -> String {
        let name = name.to_lowercase();
        let id = match element.all("id").find_map(key_of) {
            Some((root, extension)) => Uid::named(&["ccda", type_name, root, extension, &name]),
            None => {
                let content = Value::Object(fields.clone().into_members()).to_string();
                Uid::named(&["ccda", type_name, &content])
            }
        };
        self.store(type_name, &id.to_string(), fields)
    }

    /// A place (`participant` of type LOC, `healthCareFacility`), if it has a name, a kind or an address.
    pub(super) fn location(&mut self, role: &'d Element) -> Option<Value> {
        let place = role.child("playingEntity").or_else(|| role.child("location"));
        let name = place.and_then(|place| place.all("name").find_map(spoken));
        let code = self.concept_of(role, "code");
        let address = addresses(role).into_iter().next();
        let address = address.or_else(|| place.and_then(|place| addresses(place).into_iter().next()));
        if name.is_none() && code.is_none() && address.is_none() {
            return None;
        }
        let owner = role.child("serviceProviderOrganization").or_else(|| role.child("scopingEntity"));
        let owner =
            owner.filter(|owner| owner.child("name").is_some()).and_then(|owner| self.organization(owner));
        let said = name.clone().or_else(|| {
            let code = role.child("code")?;
            code.attr("displayName").map(str::to_owned)
        });
        let fields = Fields::of("Location")
            .with("identifier", Some(identifiers(role)))
            .with("name", name.as_deref())
            .with("type", code.map(|code| vec![code]))
            .with("telecom", Some(telecoms(role)))
            .with("address", address)
            .with("managingOrganization", owner);
        let content = name.unwrap_or_default();
        let reference = self.shared("Location", role, &content, fields);
        Fields::default().with("reference", Some(reference)).with("display", said).value()
    }

    /// The places of an entry.
    pub(super) fn locations(&mut self, entry: &'d Element) -> Vec<Value> {
        let participants = entry.all("participant").filter(|one| one.attr("typeCode") == Some("LOC"));
        participants
            .filter_map(|one| one.child("participantRole").and_then(|role| self.location(role)))
            .collect()
    }

    /// Somebody who belongs to the patient: a next of kin, an emergency contact, an informant.
    pub(super) fn related_person(&mut self, entity: &'d Element) -> Option<Value> {
        let person = entity
            .child("associatedPerson")
            .or_else(|| entity.child("relatedPerson"))
            .or_else(|| entity.child("guardianPerson"))?;
        let names = human_names(person);
        let name = person.all("name").find_map(spoken)?;
        let mut relationship: Vec<Value> = self.concept_of(entity, "code").into_iter().collect();
        if let Some(class) =
            entity.attr("classCode").filter(|class| matches!(*class, "NOK" | "ECON" | "GUARD" | "CAREGIVER"))
        {
            let system = "http://terminology.hl7.org/CodeSystem/v3-RoleClass";
            relationship.push(json!({ "coding": [{ "system": system, "code": class }] }));
        }
        let fields = Fields::of("RelatedPerson")
            .with("identifier", Some(identifiers(entity)))
            .with("patient", Some(self.patient_reference()))
            .with("relationship", Some(relationship))
            .with("name", Some(names))
            .with("telecom", Some(telecoms(entity)))
            .with("address", Some(addresses(entity)));
        let reference = self.add_part(entity, &name, fields);
        Some(json!({ "reference": reference, "display": name }))
    }
}

/// An organisation has no home (R4, org-2 and org-3): such a use says nothing.
fn not_at_home(mut ways: Vec<Value>) -> Vec<Value> {
    for way in &mut ways {
        if way["use"] == "home"
            && let Some(members) = way.as_object_mut()
        {
            members.remove("use");
        }
    }
    ways
}

/// Where FHIR has a person and no organisation, an organisation is named only.
pub(super) fn individual(who: Value) -> Value {
    match who["reference"].as_str() {
        Some(name) if name.starts_with("Organization/") => json!({ "display": who["display"] }),
        _ => who,
    }
}

/// The kind of a participation (`typeCode`), as FHIR codes it.
pub(super) fn participation(code: &str) -> Value {
    json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": code }] })
}

/// The function of a performer.
pub(super) fn function<'d>(context: &Context<'d>, performer: &'d Element) -> Option<Value> {
    let code = performer.child("functionCode").or_else(|| performer.child("sdtc:functionCode"))?;
    coding(code)?;
    context.concept(code)
}
