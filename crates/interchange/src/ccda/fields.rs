//! Resources are put together member by member: what is not there leaves no trace.

use serde_json::{Map, Value, json};

const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// The members of a resource or of a part of one.
#[derive(Default, Clone)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn of(resource_type: &str) -> Self {
        Self::default().with("resourceType", Some(resource_type))
    }

    /// Adds a member, if there is something to add.
    pub(super) fn put<V: Into<Value>>(&mut self, key: &str, value: Option<V>) {
        match value.map(Into::into) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.trim().is_empty() => {}
            Some(Value::Array(items)) if items.is_empty() => {}
            Some(Value::Object(members)) if members.is_empty() => {}
            Some(value) => {
                self.0.insert(key.to_owned(), value);
            }
        }
    }

    /// As [`Fields::put`], for writing one after another.
    pub(super) fn with<V: Into<Value>>(mut self, key: &str, value: Option<V>) -> Self {
        self.put(key, value);
        self
    }

    /// Adds to a list.
    pub(super) fn push(&mut self, key: &str, value: Value) {
        if let Value::Array(items) = self.0.entry(key).or_insert_with(|| Value::Array(Vec::new()))
            && !is_among(items, &value)
        {
            items.push(value);
        }
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value, if it has any member.
    pub(super) fn value(self) -> Option<Value> {
        (!self.0.is_empty()).then_some(Value::Object(self.0))
    }

    pub(super) fn into_members(self) -> Map<String, Value> {
        self.0
    }
}

/// Whether something is in a list already. Long lists are not looked through: no honest one has the same thing twice.
pub(super) fn is_among(items: &[Value], value: &Value) -> bool {
    const SHORT: usize = 100;
    items.len() <= SHORT && items.contains(value)
}

/// Stands where FHIR demands a value and the document has none.
pub(super) fn absent(null_flavor: Option<&str>) -> Value {
    json!({ "extension": [{ "url": ABSENT, "valueCode": absent_reason(null_flavor) }] })
}

/// The reason, as FHIR's data-absent-reason says it (table: HL7, ConceptMap of v3 NullFlavor).
pub(super) fn absent_reason(null_flavor: Option<&str>) -> &'static str {
    match null_flavor {
        Some("NA") => "not-applicable",
        Some("ASKU") => "asked-unknown",
        Some("NAV") => "temp-unknown",
        Some("NASK") => "not-asked",
        Some("MSK") => "masked",
        Some("NINF") => "negative-infinity",
        Some("PINF") => "positive-infinity",
        Some("OTH" | "UNC") => "unsupported",
        _ => "unknown",
    }
}

/// One code of a FHIR code system, as a CodeableConcept.
pub(super) fn coded(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code }] })
}
