//! The walk through a resource beside its definition.

mod object;

use super::place::{Place, Step};
use super::references::Container;
use super::{Strictness, coded, primitive, references};
use crate::defs::{Field, Kind, TypeDef, is_resource_type, type_def, value_set};
use crate::json::{Map, Value};
use crate::narrative;
use crate::outcome::{Issue, IssueCode, Severity};

/// Nobody reads more; a broken import must not answer with a book.
const MAX_ISSUES: usize = 100;

/// Deeper than any text that [`crate::json::parse`] reads.
const MAX_PLACE: usize = 256;

/// The state of one validation.
pub(super) struct Walk<'a> {
    place: Place<'a>,
    issues: Vec<Issue>,
    /// The resource that holds the contained resources seen from here.
    container: Container<'a>,
    is_contained: bool,
    strictness: Strictness,
}

impl<'a> Walk<'a> {
    /// Walks through a resource and tells what is wrong.
    pub(super) fn over(resource: &'a Value, strictness: Strictness) -> Vec<Issue> {
        let mut walk = Self {
            place: Place::default(),
            issues: Vec::new(),
            container: Container::of(resource),
            is_contained: false,
            strictness,
        };
        let name = resource["resourceType"].as_str().unwrap_or("Resource");
        walk.place.push(Step::Name(name));
        walk.resource(resource);
        walk.issues
    }

    fn resource(&mut self, resource: &'a Value) {
        let Value::Object(members) = resource else {
            return self.report(IssueCode::Structure, "A resource must be a JSON object.");
        };
        let Some(name) = members.get("resourceType") else {
            return self.report(IssueCode::Structure, "The member resourceType is missing.");
        };
        match name.as_str().filter(|name| is_resource_type(name)).and_then(type_def) {
            Some(definition) => self.object(definition, members),
            None => {
                self.report(IssueCode::Structure, format!("There is no resource type {name} in FHIR R4."))
            }
        }
    }

    fn contained_resource(&mut self, resource: &'a Value) {
        if resource["id"].as_str().is_none() {
            self.report(IssueCode::Required, "A contained resource must have an id, to be referred to by.");
        }
        if self.is_contained {
            self.report(IssueCode::Structure, "A contained resource must not contain another one.");
        }
        let was_contained = std::mem::replace(&mut self.is_contained, true);
        self.resource(resource);
        self.is_contained = was_contained;
    }

    /// A resource that stands for itself, as in the entry of a bundle.
    fn inner_resource(&mut self, resource: &'a Value) {
        let outer = std::mem::replace(&mut self.container, Container::of(resource));
        let was_contained = std::mem::replace(&mut self.is_contained, false);
        self.resource(resource);
        self.container = outer;
        self.is_contained = was_contained;
    }

    fn object(&mut self, definition: &'static TypeDef, members: &'a Map<String, Value>) {
        let is_resource = definition.kind == Kind::Resource;
        if members.is_empty() {
            return self.report(IssueCode::Structure, "An object must not be empty: leave the element out.");
        }
        let has_twins = members.keys().any(|name| name.starts_with('_'));
        for (name, value) in members {
            if is_resource && name == "resourceType" {
                continue;
            }
            let (json_name, is_beside) = match name.strip_prefix('_') {
                Some(bare) => (bare, true),
                None => (name.as_str(), false),
            };
            let Some(field) = definition.field(json_name) else {
                self.unknown(definition, name);
                continue;
            };
            let is_primitive = type_def(field.type_name).is_some_and(|found| found.kind == Kind::Primitive);
            if is_beside && !is_primitive {
                self.unknown(definition, name);
                continue;
            }
            self.place.push(Step::Name(field.element.name));
            match (is_primitive, is_beside) {
                // The two halves of a primitive are looked at together, when the plain one comes by.
                (true, true) if members.contains_key(json_name) => {}
                (true, true) => self.primitive_field(field, None, Some(value)),
                (true, false) => {
                    let beside = has_twins.then(|| members.get(&["_", json_name].concat())).flatten();
                    self.primitive_field(field, Some(value), beside);
                }
                (false, _) => self.complex_field(field, value),
            }
            self.place.pop();
        }
        self.presence(definition, members);
        if let Some(Value::Array(contained)) = members.get("contained") {
            self.contained_ids(contained);
        }
        match definition.name {
            "Extension" => self.extension(members),
            "Coding" | "Identifier" if self.strictness == Strictness::Full => self.system(members),
            _ => {}
        }
    }

    /// A code with a required value set cannot be replaced by an extension that says why it is absent.
    fn absent_code(&mut self, field: Field) {
        if self.strictness == Strictness::Full
            && field.type_name == "code"
            && let Some(set) = field.element.binding.and_then(value_set)
        {
            let text = format!("A code is required here: one of {} (value set {}).", set.summary(), set.url);
            self.report(IssueCode::CodeInvalid, text);
        }
    }

    fn complex_field(&mut self, field: Field, value: &'a Value) {
        if !field.element.is_list() {
            if value.is_array() {
                return self.not_a_list();
            }
            return self.complex(field, value);
        }
        for (index, item) in self.items(field, value).iter().enumerate() {
            self.place.push(Step::Index(index));
            self.complex(field, item);
            self.place.pop();
        }
    }

    fn complex(&mut self, field: Field, value: &'a Value) {
        if self.place.depth() > MAX_PLACE {
            return self.report(IssueCode::TooLong, "This is nested too deep.");
        }
        if field.element.name == "contained" && field.type_name == "Resource" {
            return self.contained_resource(value);
        }
        let Some(definition) = type_def(field.type_name) else { return };
        if definition.kind == Kind::Resource {
            return self.inner_resource(value);
        }
        let Value::Object(members) = value else {
            let text = format!("This must be a JSON object: {}.", definition.name);
            return self.report(IssueCode::Structure, text);
        };
        let before = self.issues.len();
        self.object(definition, members);
        if self.issues.len() > before {
            return;
        }
        if field.type_name == "Reference"
            && let Err(fault) = references::check(value, &field.element.targets, &self.container)
        {
            self.reference_fault(fault);
        }
        self.binding(field, value);
    }

    fn primitive_field(&mut self, field: Field, value: Option<&'a Value>, beside: Option<&'a Value>) {
        if !field.element.is_list() {
            if value.is_some_and(Value::is_array) || beside.is_some_and(Value::is_array) {
                return self.not_a_list();
            }
            return self.primitive(field, value, beside);
        }
        let values = value.map(|value| self.items(field, value)).unwrap_or_default();
        let besides = beside.map(|beside| self.items(field, beside)).unwrap_or_default();
        if value.is_some() && beside.is_some() && values.len() != besides.len() {
            return self.report(
                IssueCode::Structure,
                format!(
                    "The list has {} values, but its twin with the underscore has {}: use null to fill up.",
                    values.len(),
                    besides.len()
                ),
            );
        }
        for index in 0..values.len().max(besides.len()) {
            let value = values.get(index).filter(|value| !value.is_null());
            let beside = besides.get(index).filter(|beside| !beside.is_null());
            self.place.push(Step::Index(index));
            if value.is_none() && beside.is_none() {
                self.report(
                    IssueCode::Structure,
                    "A list must not have empty places: there is neither a value nor an extension.",
                );
            } else {
                self.primitive(field, value, beside);
            }
            self.place.pop();
        }
    }

    fn primitive(&mut self, field: Field, value: Option<&'a Value>, beside: Option<&'a Value>) {
        match value {
            Some(value) => self.primitive_value(field, value),
            None => self.absent_code(field),
        }
        let Some(beside) = beside else { return };
        match (beside, type_def("Element")) {
            (Value::Object(members), Some(element)) => {
                if value.is_none() && !members.contains_key("extension") {
                    self.report(
                        IssueCode::Structure,
                        "There must be a value, or an extension that says why not.",
                    );
                }
                self.object(element, members);
            }
            _ => self.report(
                IssueCode::Structure,
                "The member with the underscore must be a JSON object with an id or extensions.",
            ),
        }
    }

    fn primitive_value(&mut self, field: Field, value: &'a Value) {
        if value.is_null() {
            return self.report(IssueCode::Structure, "null is not a value: leave the element out.");
        }
        if let Err(expected) = primitive::check(field.type_name, value) {
            let name = field.type_name;
            return self.report(IssueCode::Value, format!("A value of type {name} must be {expected}."));
        }
        if field.type_name == "xhtml"
            && let Err(why) = narrative::check(value.as_str().unwrap_or_default())
        {
            return self.report(IssueCode::Invalid, why);
        }
        self.binding(field, value);
    }

    fn binding(&mut self, field: Field, value: &'a Value) {
        if let Some(binding) = field.element.binding
            && let Err(why) = coded::check(field.type_name, value, binding)
        {
            self.report(IssueCode::CodeInvalid, why);
        }
    }

    /// The items of a list, whose length is within bounds.
    fn items(&mut self, field: Field, value: &'a Value) -> &'a [Value] {
        let Value::Array(items) = value else {
            self.report(
                IssueCode::Structure,
                format!("'{}' may be repeated, so it must be a JSON array, even of one.", field.element.name),
            );
            return &[];
        };
        if items.is_empty() {
            self.report(IssueCode::Structure, "A list must not be empty: leave the element out.");
        }
        if let Some(max) = field.element.max
            && items.len() > max as usize
        {
            self.report(
                IssueCode::Structure,
                format!("At most {max} are allowed here, not {}.", items.len()),
            );
        }
        items
    }

    fn not_a_list(&mut self) {
        self.report(IssueCode::Structure, "Only one value is allowed here, so it must not be a JSON array.");
    }

    fn reference_fault(&mut self, fault: references::Fault) {
        let (severity, why) = match fault {
            references::Fault::OtherType(why) if self.strictness == Strictness::Write => {
                (Severity::Warning, why)
            }
            references::Fault::OtherType(why) | references::Fault::Broken(why) => (Severity::Error, why),
        };
        self.push(Issue { severity, ..Issue::error(IssueCode::Value, why) });
    }

    fn report(&mut self, code: IssueCode, diagnostics: impl Into<String>) {
        self.push(Issue::error(code, diagnostics));
    }

    fn push(&mut self, issue: Issue) {
        if self.issues.len() < MAX_ISSUES {
            self.issues.push(issue.at(self.place.to_string()));
        }
    }
}
