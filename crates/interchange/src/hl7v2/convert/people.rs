//! Who is named in passing: doctors and organisations, and references to them.

use super::Conversion;
use super::datatypes::{entity, identifier, name_at, said};
use super::node::{Node, shortened};
use crate::hl7v2::structure::{Part, Segment};
use serde_json::{Value, json};

impl Conversion<'_> {
    /// XCN: a reference to a person of the staff; id (1), name (2 to 7), authority (9), type of the id (13).
    pub(super) fn practitioner(&mut self, part: &Part<'_>) -> Option<Value> {
        let id = part.text(1);
        let name = name_at(part, 2, part.text(10));
        let told = name.as_ref().and_then(said);
        let known = id.clone().or_else(|| told.clone())?;
        // Some systems write a name where the id belongs.
        let is_name = id.as_ref().is_some_and(|id| id.contains(' '));
        let authority = part.sub(9, 2).or_else(|| part.text(9)).unwrap_or_default();
        let fhir_id = self.shared_id("Practitioner", &[&authority, &known]);
        let mut node = Node::resource("Practitioner", &fhir_id);
        if let Some(id) = id.filter(|_| !is_name) {
            let mut held = Node::default();
            let is_npi = part.text(13).as_deref() == Some("NPI");
            let system = super::datatypes::authority(&part.part(9));
            let system = if is_npi { Some("http://hl7.org/fhir/sid/us-npi".to_owned()) } else { system };
            held.set("system", system).set("value", Some(id));
            node.list("identifier", held.some());
        }
        let words = told.unwrap_or_else(|| shortened(&known));
        node.list("name", name.or_else(|| is_name.then(|| json!({ "text": known }))));
        self.mention(node.value());
        Some(json!({ "reference": format!("Practitioner/{fhir_id}"), "display": words }))
    }

    /// The people of a field.
    pub(super) fn practitioners(&mut self, segment: &Segment<'_>, number: usize) -> Vec<Value> {
        segment.field(number).all().filter_map(|part| self.practitioner(&part)).collect()
    }

    /// NDL: somebody whose id and name are subcomponents of the first component.
    pub(super) fn interpreters(&mut self, segment: &Segment<'_>, number: usize) -> Vec<Value> {
        segment.field(number).all().filter_map(|part| self.practitioner(&part.part(1))).collect()
    }

    /// XON: a reference to an organisation; name (1), id (3 or 10), authority (6).
    pub(super) fn organization(&mut self, part: &Part<'_>) -> Option<Value> {
        let number = part.text(10).or_else(|| part.text(3));
        let name = part.text(1);
        let known = name.clone().or_else(|| number.clone())?;
        let mut held = Node::default();
        held.set("system", super::datatypes::authority(&part.part(6)));
        held.set("value", number);
        Some(self.named_organization(&known, held.some().filter(|held| held.get("value").is_some())))
    }

    /// An organisation that an insurance names: its name (XON) and its number (CX).
    pub(super) fn insurer(&mut self, name: Option<&Part<'_>>, number: Option<&Part<'_>>) -> Option<Value> {
        let told = name.and_then(|name| name.text(1));
        let held = number.and_then(|number| identifier(self, number));
        let known = told.or_else(|| number.and_then(|number| number.text(1)))?;
        Some(self.named_organization(&known, held))
    }

    fn named_organization(&mut self, name: &str, identifier: Option<Value>) -> Value {
        let id = self.shared_id("Organization", &[name]);
        let mut node = Node::resource("Organization", &id);
        node.list("identifier", identifier).set("name", Some(name));
        self.mention(node.value());
        json!({ "reference": format!("Organization/{id}"), "display": shortened(name) })
    }

    /// The numbers of an order: the placer's and the filler's.
    pub(super) fn order_numbers(&self, placer: Option<&Part<'_>>, filler: Option<&Part<'_>>) -> Vec<Value> {
        let placer = placer.and_then(|part| entity(part, Some("PLAC")));
        let filler = filler.and_then(|part| entity(part, Some("FILL")));
        placer.into_iter().chain(filler).collect()
    }
}
