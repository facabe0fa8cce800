//! What a conversion knows and has gathered: the narrative's anchors, whom the document is about, the resources so far.

use super::fields::Fields;
use super::people;
use super::statement::{is_template, kind};
use super::time::{Interval, interval};
use super::tree::{Child, Element};
use crate::{Converted, LeftOut};
use salus_core::Uid;
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::{HashMap, HashSet};

/// All texts that entries fetch from the narrative may be so many times as large as the document.
const QUOTED: usize = 8;

/// One conversion under way.
pub(super) struct Context<'d> {
    /// By ID: the element, and the one that it stands in.
    anchors: HashMap<&'d str, (&'d Element, &'d Element)>,
    /// Bytes and elements of narrative that may still be fetched.
    budget: Cell<usize>,
    /// Identifiers that this document gives to different things.
    reused: HashSet<Key<'d>>,
    /// People and organisations with a name, by identifier.
    named: HashMap<(&'d str, &'d str), &'d Element>,
    /// Entries by identifier.
    entries: HashMap<(&'d str, &'d str), &'d Element>,
    /// The identifiers of the patient.
    patient_ids: HashSet<(&'d str, &'d str)>,
    /// The patient's resource id.
    pub(super) patient: String,
    /// Where in the document we are, in words.
    pub(super) place: String,
    /// What the section's entries are about (see `tables/sections.tsv`).
    pub(super) about: Option<&'static str>,
    resources: Vec<Value>,
    /// Place in `resources` by `Type/id`.
    index: HashMap<String, usize>,
    left_out: Vec<LeftOut>,
}

/// What belongs to nobody's record.
const SHARED: [&str; 4] = ["Location", "Organization", "Practitioner", "PractitionerRole"];

/// Kind of element, root and extension.
type Key<'d> = (&'d str, &'d str, &'d str);

/// The elements that are entries or stand in them.
const STATEMENTS: [&str; 7] =
    ["act", "encounter", "observation", "organizer", "procedure", "substanceAdministration", "supply"];

impl<'d> Context<'d> {
    pub(super) fn of(root: &'d Element) -> Self {
        let role = root.at(&["recordTarget", "patientRole"]);
        let patient_ids: HashSet<_> =
            role.into_iter().flat_map(|role| role.all("id")).filter_map(key_of).collect();
        let mut context = Self {
            anchors: HashMap::new(),
            budget: Cell::new(0),
            reused: HashSet::new(),
            named: HashMap::new(),
            entries: HashMap::new(),
            patient: String::new(),
            patient_ids,
            place: String::new(),
            about: None,
            resources: Vec::new(),
            index: HashMap::new(),
            left_out: Vec::new(),
        };
        context.look_through(root);
        context.patient = context.patient_id(root, role);
        context
    }

    fn look_through(&mut self, root: &'d Element) {
        let mut seen: HashMap<Key<'d>, String> = HashMap::new();
        let mut bytes = 0;
        root.walk(&mut |element| {
            bytes += 1;
            for child in element.children() {
                match child {
                    Child::Text(text) => bytes += text.len(),
                    Child::Element(child) => {
                        if let Some(id) = child.attr("ID") {
                            self.anchors.entry(id).or_insert((child, element));
                        }
                    }
                }
            }
            if STATEMENTS.contains(&element.name()) && !is_template(element, "122") {
                for (root, extension) in element.all("id").filter_map(key_of) {
                    self.entries.entry((root, extension)).or_insert(element);
                    let key = (element.name(), root, extension);
                    let what = gist(element);
                    if *seen.entry(key).or_insert_with(|| what.clone()) != what {
                        self.reused.insert(key);
                    }
                }
            }
            if people::name_of(element).is_some() {
                for key in element.all("id").filter_map(key_of) {
                    self.named.entry(key).or_insert(element);
                }
            }
        });
        self.budget.set(QUOTED * bytes);
    }

    /// From the first of the patient's own identifiers; where there is none, from what is known of them.
    fn patient_id(&self, root: &Element, role: Option<&Element>) -> String {
        let first = role.and_then(|role| role.all("id").find_map(key_of));
        let uid = match (first, role) {
            (Some((root, extension)), _) => Uid::named(&["ccda", "Patient", root, extension]),
            (None, Some(role)) => {
                let born = role.child("patient").and_then(|patient| patient.of("birthTime", "value"));
                Uid::named(&["ccda", "Patient", "", &role.words(), born.unwrap_or_default()])
            }
            (None, None) => {
                let id = root.child("id").and_then(key_of).unwrap_or_default();
                Uid::named(&["ccda", "Patient", "document", id.0, id.1])
            }
        };
        uid.to_string()
    }

    pub(super) fn patient_reference(&self) -> Value {
        json!({ "reference": format!("Patient/{}", self.patient) })
    }

    /// Whether an element names the patient.
    pub(super) fn is_patient(&self, element: &Element) -> bool {
        element.all("id").filter_map(key_of).any(|key| self.patient_ids.contains(&key))
    }

    /// The element that gives the name of somebody who is elsewhere mentioned by identifier only.
    pub(super) fn named(&self, element: &Element) -> Option<&'d Element> {
        element.all("id").filter_map(key_of).find_map(|key| self.named.get(&key).copied())
    }

    /// The entry of the document that has one of the identifiers of `element`.
    pub(super) fn entry(&self, element: &Element) -> Option<&'d Element> {
        element.all("id").filter_map(key_of).find_map(|key| self.entries.get(&key).copied())
    }

    /// The words behind `#id`. An anchor without words of its own marks the cell or line that it stands in.
    pub(super) fn quoted(&self, reference: &str) -> Option<String> {
        let id = reference.strip_prefix('#').unwrap_or(reference);
        let (element, around) = self.anchors.get(id).filter(|_| self.budget.get() > 0)?;
        let (mut words, mut cost) = (element.words(), element.size());
        if words.is_empty() {
            words = around.words();
            cost += around.size();
        }
        let left = self.budget.get().checked_sub(words.len() + cost);
        self.budget.set(left.unwrap_or(0));
        left.map(|_| words).filter(|words| !words.is_empty())
    }

    /// The words of an ED: its own, else those that it refers to.
    pub(super) fn words(&self, text: &Element) -> Option<String> {
        let is_binary = text.attr("representation") == Some("B64");
        let own = Some(text.words()).filter(|words| !words.is_empty() && !is_binary);
        own.or_else(|| self.quoted(text.of("reference", "value")?))
    }

    /// The words of a child.
    pub(super) fn words_of(&self, element: &Element, child: &str) -> Option<String> {
        self.words(element.child(child)?)
    }

    /// Reads a time; a value that is none is told.
    pub(super) fn interval(&mut self, element: Option<&Element>) -> Interval {
        let interval = element.map(interval).unwrap_or_default();
        for unread in &interval.unread {
            self.leave_out(format!("\"{unread}\" is not a time."));
        }
        if interval.is_reversed() {
            self.leave_out("A time ends before it begins.".to_owned());
        }
        interval
    }

    /// Names something that has no place in FHIR, at the place where we are.
    pub(super) fn leave_out(&mut self, reason: String) {
        let one = LeftOut::new(self.place.clone(), reason);
        // What is said of one place stands together.
        let mut here = self.left_out.iter().rev().take(100).take_while(|other| other.place == one.place);
        if !here.any(|other| *other == one) {
            self.left_out.push(one);
        }
    }

    /// How much has been left out so far.
    pub(super) fn left_out_count(&self) -> usize {
        self.left_out.len()
    }

    /// Adds a resource about the patient that `source` tells of, and gives its name (`Type/id`).
    pub(super) fn add(&mut self, source: &Element, fields: Fields) -> String {
        self.add_part(source, "", fields)
    }

    /// As [`Context::add`], for the second resource and further ones from the same element.
    pub(super) fn add_part(&mut self, source: &Element, part: &str, fields: Fields) -> String {
        let type_name = fields.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = match source.all("id").find_map(key_of) {
            Some((root, extension)) => {
                let gist =
                    if self.is_reused(source, root, extension) { gist(source) } else { subject(source) };
                Uid::named(&["ccda", &self.patient, &type_name, part, root, extension, &gist])
            }
            None => {
                let content = Value::Object(fields.clone().into_members()).to_string();
                Uid::named(&["ccda", &self.patient, &type_name, part, &content])
            }
        };
        self.store(&type_name, &id.to_string(), fields)
    }

    fn is_reused(&self, source: &Element, root: &str, extension: &str) -> bool {
        self.reused.contains(&(source.name(), root, extension))
    }

    /// Adds a resource under an id of its own, or completes the one that is there.
    pub(super) fn store(&mut self, type_name: &str, id: &str, fields: Fields) -> String {
        let name = format!("{type_name}/{id}");
        match self.index.get(&name).and_then(|place| self.resources.get_mut(*place)) {
            Some(held) => {
                let differing = complete(held, fields);
                if !differing.is_empty() {
                    let what = differing.join(", ");
                    self.leave_out(format!(
                        "A second telling of {type_name}/{id} differs in {what}: the first is kept."
                    ));
                }
            }
            None => {
                let mut members = fields.into_members();
                members.insert("id".to_owned(), json!(id));
                self.index.insert(name.clone(), self.resources.len());
                self.resources.push(Value::Object(members));
            }
        }
        name
    }

    /// What was gathered. Who and what belongs to nobody's record is only mentioned in a document.
    pub(super) fn finish(self) -> Converted {
        let is_shared = |one: &Value| one["resourceType"].as_str().is_some_and(|name| SHARED.contains(&name));
        let (mentioned, resources) = self.resources.into_iter().partition(is_shared);
        Converted { resources, mentioned, left_out: self.left_out }
    }
}

/// Adds what a second telling of the same thing says more, and names what it says otherwise.
fn complete(held: &mut Value, more: Fields) -> Vec<String> {
    /// What may differ from one telling to the next, and matters little; and people, who have a telephone here and
    /// another there.
    const MINOR: [&str; 5] = ["recordedDate", "recorder", "issued", "performer", "participant"];
    const LISTS: [&str; 7] =
        ["category", "identifier", "focalDevice", "usedReference", "note", "result", "hasMember"];
    let mut differing = Vec::new();
    // Whether it holds at all is not put together from two tellings.
    for state in ["verificationStatus", "status"] {
        if let (Some(one), Some(other)) = (held.get(state), more.get(state))
            && one != other
            && !is_open(one)
        {
            return vec![state.to_owned()];
        }
    }
    let is_shared = held["resourceType"].as_str().is_some_and(|name| SHARED.contains(&name));
    let Value::Object(members) = held else { return differing };
    for (key, value) in more.into_members() {
        match (members.get_mut(&key), value) {
            (Some(held), value) if *held == value => {}
            (Some(held), value) if is_open(held) => *held = value,
            (None, value) => {
                let choice = |held: &String| one_of_choice(held, &key);
                if members.keys().any(choice) {
                    differing.push(key);
                } else {
                    members.insert(key, value);
                }
            }
            (Some(Value::Array(items)), Value::Array(added)) if LISTS.contains(&key.as_str()) => {
                let there: HashSet<String> = items.iter().map(Value::to_string).collect();
                items.extend(added.into_iter().filter(|item| !there.contains(&item.to_string())));
            }
            _ if is_shared || MINOR.contains(&key.as_str()) => {}
            _ => differing.push(key),
        }
    }
    differing
}

/// Whether a value says only that it is not known.
fn is_open(value: &Value) -> bool {
    *value == "unknown" || value["system"] == "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
}

/// Whether two members are types of one choice, of which a resource has one: `onsetDateTime`, `onsetPeriod`.
fn one_of_choice(held: &str, key: &str) -> bool {
    const CHOICES: [&str; 9] = [
        "onset",
        "abatement",
        "effective",
        "performed",
        "occurrence",
        "value",
        "medication",
        "deceased",
        "born",
    ];
    CHOICES.iter().any(|choice| {
        let is_type = |name: &str| {
            name.strip_prefix(choice).is_some_and(|rest| rest.starts_with(|first: char| first.is_uppercase()))
        };
        is_type(held) && is_type(key)
    })
}

/// Root and extension of an identifier that tells something apart: an OID that names a whole system of identifiers
/// does not.
pub(super) fn key_of(id: &Element) -> Option<(&str, &str)> {
    let root = id.attr("root").filter(|_| id.null().is_none())?;
    let extension = id.attr("extension").unwrap_or_default();
    let is_system = extension.is_empty() && super::tables::identifier_system(root).is_some();
    (!is_system).then_some((root, extension))
}

/// What an entry is about: its codes, and those of what it is about. Part of its id: a source that gives one identifier to
/// everything must not have one allergy overwrite another.
fn subject(element: &Element) -> String {
    let mut parts = Vec::new();
    let code = |code: &Element| {
        let words = || code.child("originalText").map(Element::words).filter(|words| !words.is_empty());
        let quoted = || code.at(&["originalText", "reference"])?.attr("value").map(str::to_owned);
        let translated = || code.of("translation", "code").map(str::to_owned);
        code.attr("code").map(str::to_owned).or_else(translated).or_else(words).or_else(quoted)
    };
    // Of a problem, the code says only whether it is called a diagnosis, a symptom, a finding.
    if !matches!(kind(element, None), "problem" | "allergy") {
        parts.extend(element.child("code").and_then(code));
    }
    parts.extend(element.all("value").filter(|value| value.attr("value").is_none()).filter_map(code));
    let product =
        ["consumable", "product"].into_iter().find_map(|name| element.at(&[name, "manufacturedProduct"]));
    let material = product.and_then(super::medication::material);
    let agents = element.all("participant").filter(|one| matches!(one.attr("typeCode"), Some("CSM" | "PRD")));
    let agents = agents.filter_map(|one| one.child("participantRole"));
    let agents =
        agents.filter_map(|role| role.child("playingEntity").or_else(|| role.child("playingDevice")));
    for thing in material.into_iter().chain(agents) {
        parts.extend(thing.child("code").and_then(code).or_else(|| thing.child("name").map(Element::words)));
    }
    parts.join("|")
}

/// Tells entries of one identifier apart: those that differ in it are different things, whatever the identifier says.
fn gist(element: &Element) -> String {
    let mut parts = vec![subject(element)];
    let time = element.child("effectiveTime");
    let value = element.of("value", "value");
    let times = [time.and_then(|time| time.attr("value")), time.and_then(|time| time.of("low", "value"))];
    parts.extend(times.into_iter().chain([value]).flatten().map(str::to_owned));
    let members = element.all("component").flat_map(Element::elements);
    parts.extend(members.map(gist));
    let relative = element.at(&["subject", "relatedSubject"]);
    parts.extend(relative.and_then(Element::code).map(str::to_owned));
    parts.join("|")
}
