//! Elements of FHIR that are put together piece by piece.

use serde_json::{Map, Value, json};

/// An element or resource; what is not there is not put in.
#[derive(Default)]
pub(super) struct Node(Map<String, Value>);

impl Node {
    pub(super) fn resource(type_name: &str, id: &str) -> Self {
        let mut node = Self::default();
        node.set("resourceType", Some(type_name)).set("id", Some(id));
        node
    }

    pub(super) fn set(&mut self, name: &str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    /// A repeated element; nothing where the list is empty.
    pub(super) fn list(&mut self, name: &str, values: impl IntoIterator<Item = Value>) -> &mut Self {
        for value in values {
            match self.0.get_mut(name) {
                Some(Value::Array(held)) => held.push(value),
                _ => {
                    self.0.insert(name.to_owned(), Value::Array(vec![value]));
                }
            }
        }
        self
    }

    /// The element; `None` where nothing was put in.
    pub(super) fn some(self) -> Option<Value> {
        (!self.0.is_empty()).then_some(Value::Object(self.0))
    }

    pub(super) fn value(self) -> Value {
        Value::Object(self.0)
    }
}

/// A CodeableConcept of one code.
pub(super) fn concept(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code }] })
}

/// A CodeableConcept of words alone.
pub(super) fn words(text: &str) -> Value {
    json!({ "text": text })
}

/// A reference that only names what it means.
pub(super) fn named(text: &str) -> Value {
    json!({ "display": shortened(text) })
}

/// An extension with a value.
pub(super) fn extension(url: &str, kind: &str, value: impl Into<Value>) -> Value {
    let mut node = Node::default();
    node.set("url", Some(url)).set(kind, Some(value));
    node.value()
}

/// A name that is repeated wherever it is referred to, so it is not endless.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    if text.chars().nth(LONGEST).is_none() {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
