//! A FHIR resource without what identifies somebody: a walk by the R4 definitions, with a table that says what becomes of
//! each part. Nothing is kept that no row of the table speaks of.

mod action;
mod dates;
mod learn;
#[cfg(test)]
mod tests;

use crate::finding::Kind;
use crate::known::Known;
use crate::plan::Plan;
use crate::pseudonym::Pseudonyms;
use crate::replace::{Dates, replace};
use crate::tables::words;
use action::{Action, action_of};
use salus_fhir::defs::{TypeDef, is_internal, type_def};
use salus_fhir::json::{Map, Value};
use serde::Serialize;
use std::collections::BTreeMap;

/// What was done, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Resources that were written.
    pub resources: usize,
    /// Resources that were left out as a whole.
    pub left_out: usize,
    /// Elements that were left out.
    pub dropped: usize,
    /// Elements that were made coarser, shifted or renamed.
    pub changed: usize,
    /// Texts that were scanned.
    pub scanned: usize,
    /// What was found in them.
    pub found: BTreeMap<Kind, usize>,
}

impl Summary {
    /// Adds another's numbers.
    pub fn add(&mut self, other: &Self) {
        self.resources += other.resources;
        self.left_out += other.left_out;
        self.dropped += other.dropped;
        self.changed += other.changed;
        self.scanned += other.scanned;
        for (kind, count) in &other.found {
            *self.found.entry(*kind).or_default() += count;
        }
    }
}

/// De-identifies one person's resources after the other.
pub struct Deidentifier {
    plan: Plan,
    pseudonyms: Pseudonyms,
    known: Known,
    shift_days: i64,
    /// What was done so far.
    pub summary: Summary,
}

impl Deidentifier {
    /// For the person with this id. `record` is all there is of them, so that their own names are known in every text.
    pub fn new<'a>(plan: &Plan, person: &str, record: impl IntoIterator<Item = &'a Value>) -> Self {
        let pseudonyms = Pseudonyms::new(plan.key.clone());
        let mut known = Known::default();
        record.into_iter().for_each(|resource| learn::learn(&mut known, resource));
        let shift_days = pseudonyms.shift_days(person);
        Self { plan: plan.clone(), pseudonyms, known, shift_days, summary: Summary::default() }
    }

    /// The resource without what identifies somebody; `None` where its type is not exported at all.
    pub fn resource(&mut self, resource: &Value) -> Option<Value> {
        let plain = self.walk_resource(resource);
        match plain.is_some() {
            true => self.summary.resources += 1,
            false => self.summary.left_out += 1,
        }
        plain
    }

    fn walk_resource(&mut self, resource: &Value) -> Option<Value> {
        let type_name = resource.get("resourceType")?.as_str()?;
        let definition = type_def(type_name)?;
        if is_internal(type_name) || action_of(type_name) == Some(Action::Drop) {
            return None;
        }
        let mut plain = Map::new();
        plain.insert("resourceType".to_owned(), Value::from(definition.name));
        plain.append(&mut self.members(resource.as_object()?, definition));
        Some(Value::Object(plain))
    }

    fn members(&mut self, object: &Map<String, Value>, definition: &'static TypeDef) -> Map<String, Value> {
        let mut plain = Map::new();
        for (name, value) in object {
            let Some(field) = definition.field(name) else {
                self.summary.dropped += usize::from(name != "resourceType");
                continue;
            };
            let path = element_path(definition.name, field.element.name, field.element.is_choice);
            let action = action_of(&path).or_else(|| by_type(field.type_name)).unwrap_or(Action::Drop);
            let kept = match value {
                Value::Array(items) => {
                    let kept: Vec<Value> =
                        items.iter().filter_map(|item| self.value(item, field.type_name, action)).collect();
                    (!kept.is_empty()).then_some(Value::Array(kept))
                }
                one => self.value(one, field.type_name, action),
            };
            if let Some(kept) = kept {
                plain.insert(name.clone(), kept);
            }
        }
        plain
    }

    fn value(&mut self, value: &Value, type_name: &'static str, action: Action) -> Option<Value> {
        let kept = match action {
            Action::Keep => Some(value.clone()),
            Action::Drop => None,
            Action::Walk => return self.walk(value, type_name),
            Action::Scan => return self.scan(value),
            Action::Extension => return self.extension(value),
            Action::Date => self.date(value, type_name),
            Action::Birth => {
                self.date(value, type_name).filter(|_| !dates::is_over_89(value, self.plan.today))
            }
            Action::Age => Some(dates::capped_age(value)),
            Action::Pseudonym => value.as_str().map(|id| Value::from(self.pseudonyms.id(id))),
            Action::Reference => {
                value.as_str().and_then(|reference| self.reference(reference)).map(Value::from)
            }
            Action::Address => address(value),
            Action::Attachment => attachment(value),
        };
        match &kept {
            None => self.summary.dropped += 1,
            Some(kept) => self.summary.changed += usize::from(kept != value),
        }
        kept
    }

    fn walk(&mut self, value: &Value, type_name: &'static str) -> Option<Value> {
        if type_name == "Resource" {
            return self.walk_resource(value);
        }
        match value {
            Value::Object(object) => {
                let plain = self.members(object, type_def(type_name)?);
                (!plain.is_empty()).then_some(Value::Object(plain))
            }
            // A primitive whose element says "walk": treated as its type is.
            primitive => {
                let action = by_type(type_name).filter(|action| *action != Action::Walk)?;
                self.value(primitive, type_name, action)
            }
        }
    }

    fn scan(&mut self, value: &Value) -> Option<Value> {
        let text = value.as_str()?;
        if self.plan.drops_text {
            self.summary.dropped += 1;
            return None;
        }
        self.summary.scanned += 1;
        let dates = Dates { mode: self.plan.mode, shift_days: self.shift_days, today: self.plan.today };
        let found = &mut self.summary.found;
        let plain = replace(text, &self.known, &dates, self.plan.replacing, &mut |kind| {
            *found.entry(kind).or_default() += 1
        });
        Some(Value::from(plain))
    }

    fn extension(&mut self, value: &Value) -> Option<Value> {
        let url = value.get("url").and_then(Value::as_str)?;
        let is_listed = self.plan.extensions.iter().any(|listed| listed == url);
        let Some(object) = value.as_object().filter(|_| is_listed) else {
            self.summary.dropped += 1;
            return None;
        };
        let mut plain = self.members(object, type_def("Extension")?);
        plain.insert("url".to_owned(), Value::from(url));
        (plain.len() > 1).then_some(Value::Object(plain))
    }

    fn date(&self, value: &Value, type_name: &str) -> Option<Value> {
        dates::date(value.as_str()?, type_name, self.plan.mode, self.shift_days).map(Value::from)
    }

    /// "Patient/p1", "urn:uuid:…", "#c1", "https://host/fhir/Patient/p1/_history/3" by the pseudonym of the target.
    fn reference(&self, reference: &str) -> Option<String> {
        if let Some(contained) = reference.strip_prefix('#') {
            return Some(format!("#{}", self.pseudonyms.id(contained)));
        }
        if let Some(id) = reference.strip_prefix("urn:uuid:") {
            return Some(format!("urn:uuid:{}", self.pseudonyms.id(id)));
        }
        let plain = reference.split("/_history/").next()?;
        let mut parts = plain.rsplit('/');
        let (id, type_name) = (parts.next()?, parts.next()?);
        let is_relative =
            salus_fhir::defs::is_resource_type(type_name) && !id.is_empty() && !id.contains('?');
        is_relative.then(|| format!("{type_name}/{}", self.pseudonyms.id(id)))
    }
}

fn by_type(type_name: &str) -> Option<Action> {
    let mut current = Some(type_name);
    while let Some(name) = current {
        if let Some(action) = action_of(name) {
            return Some(action);
        }
        let definition = type_def(name)?;
        if definition.kind == salus_fhir::defs::Kind::Backbone {
            return Some(Action::Walk);
        }
        current = definition.base.filter(|base| !matches!(*base, "Element" | "BackboneElement"));
    }
    None
}

fn element_path(type_name: &str, element: &str, is_choice: bool) -> String {
    let choice = if is_choice { "[x]" } else { "" };
    format!("{type_name}.{element}{choice}")
}

/// State and country, and the first three digits of a ZIP code, or 000 where few people live.
fn address(value: &Value) -> Option<Value> {
    let mut plain = Map::new();
    for name in ["state", "country"] {
        if let Some(part) = value.get(name).filter(|part| part.is_string()) {
            plain.insert(name.to_owned(), part.clone());
        }
    }
    if let Some(zip3) = zip3(value) {
        plain.insert("postalCode".to_owned(), Value::from(zip3));
    }
    (!plain.is_empty()).then_some(Value::Object(plain))
}

/// The part of an address' ZIP code that may be told. Postal codes of other countries are not told at all.
pub(crate) fn zip3(address: &Value) -> Option<String> {
    let country = address.get("country").and_then(Value::as_str).unwrap_or("US");
    let is_american = matches!(
        country.to_ascii_uppercase().as_str(),
        "US" | "USA" | "UNITED STATES" | "UNITED STATES OF AMERICA"
    );
    let digits: String =
        address.get("postalCode")?.as_str()?.chars().take_while(char::is_ascii_digit).collect();
    let head = digits.get(..3).filter(|_| is_american && digits.len() == 5)?;
    Some(if words().is_restricted_zip3(head) { "000".to_owned() } else { head.to_owned() })
}

fn attachment(value: &Value) -> Option<Value> {
    let mut plain = Map::new();
    for name in ["contentType", "language"] {
        if let Some(part) = value.get(name) {
            plain.insert(name.to_owned(), part.clone());
        }
    }
    (!plain.is_empty()).then_some(Value::Object(plain))
}
