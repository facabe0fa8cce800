//! Types and their elements.

use super::table::{self, Row};
use std::collections::HashMap;
use std::sync::OnceLock;

/// What sort of type a definition describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A single value: `code`, `dateTime`.
    Primitive,
    /// A data type with elements: `HumanName`.
    Complex,
    /// A group of elements that belongs to one type: `Patient.contact`.
    Backbone,
    /// A resource: `Patient`.
    Resource,
}

/// A type, with the elements it inherits.
#[derive(Debug)]
pub struct TypeDef {
    /// `Patient`, `HumanName`, `code`, `Patient.contact`.
    pub name: &'static str,
    /// The type it specialises; `None` only for `Element` and `Resource`.
    pub base: Option<&'static str>,
    /// What sort of type this is.
    pub kind: Kind,
    /// Never found in data itself: `Element`, `BackboneElement`, `Resource`, `DomainResource`.
    pub is_abstract: bool,
    /// One of Salus' own types.
    pub is_internal: bool,
    /// The regular expression that a primitive's text matches as a whole.
    pub pattern: Option<&'static str>,
    /// All elements, the inherited ones first.
    pub elements: Vec<ElementDef>,
    fields: HashMap<&'static str, (usize, &'static str)>,
}

/// An element of a type.
#[derive(Debug, Clone)]
pub struct ElementDef {
    /// Its name; `value` for `value[x]`.
    pub name: &'static str,
    /// Its name in JSON carries the type: `valueQuantity`.
    pub is_choice: bool,
    /// Types it may have. A backbone element's is its own path (`Patient.contact`), also where the
    /// definition refers to another element's content.
    pub types: Vec<&'static str>,
    /// Resource types that a reference (or the target of a canonical) may have; empty: any.
    pub targets: Vec<&'static str>,
    /// How often it must be there.
    pub min: u8,
    /// How often it may be there; `None` is without limit. It is a JSON array exactly if this is not `Some(1)`.
    pub max: Option<u32>,
    /// The value set that its codes must come from.
    pub binding: Option<&'static str>,
    /// Part of the summary view (`_summary=true`).
    pub in_summary: bool,
    /// May change the meaning of the element it stands in.
    pub is_modifier: bool,
}

impl ElementDef {
    /// Is it a JSON array?
    pub fn is_list(&self) -> bool {
        self.max != Some(1)
    }
}

/// An element under one of its JSON names.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The element.
    pub element: &'static ElementDef,
    /// The type it has under this name.
    pub type_name: &'static str,
}

impl TypeDef {
    /// The element with this JSON name: `birthDate`, `valueQuantity`; not `value`, where that is a choice, and
    /// not `_birthDate`. `resourceType` is no element.
    pub fn field(&'static self, json_name: &str) -> Option<Field> {
        let (index, type_name) = *self.fields.get(json_name)?;
        Some(Field { element: &self.elements[index], type_name })
    }

    /// The element with this name: `value` for `value[x]`.
    pub fn element(&self, name: &str) -> Option<&ElementDef> {
        self.elements.iter().find(|element| element.name == name)
    }

    /// The JSON names of an element, each with its type: one, or as many as a choice has types.
    pub fn names_of(&self, element: &str) -> Vec<(&'static str, &'static str)> {
        let is_named = |index: usize| self.elements.get(index).is_some_and(|found| found.name == element);
        let mut names: Vec<(&'static str, &'static str)> = self
            .fields
            .iter()
            .filter(|(_, (index, _))| is_named(*index))
            .map(|(name, (_, type_name))| (*name, *type_name))
            .collect();
        names.sort_unstable();
        names
    }
}

/// The definition of a type: `Patient`, `HumanName`, `code`, `Patient.contact`.
pub fn type_def(name: &str) -> Option<&'static TypeDef> {
    types().by_name.get(name)
}

/// The resource types: those of R4, in alphabetical order, then Salus' own. No abstract ones.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    types().resources.iter().copied()
}

/// Is this the name of a resource type that can be stored?
pub fn is_resource_type(name: &str) -> bool {
    type_def(name).is_some_and(|found| found.kind == Kind::Resource && !found.is_abstract)
}

/// Is this one of Salus' own types, which are never reached through REST or by a person's policy?
pub fn is_internal(type_name: &str) -> bool {
    type_def(type_name).is_some_and(|found| found.is_internal)
}

/// Is `sub` the type `of`, or derived from it?
pub fn is_subtype(sub: &str, of: &str) -> bool {
    let mut name = Some(sub);
    while let Some(current) = name {
        if current == of {
            return true;
        }
        name = type_def(current).and_then(|found| found.base);
    }
    false
}

struct Types {
    by_name: HashMap<&'static str, TypeDef>,
    resources: Vec<&'static str>,
}

fn types() -> &'static Types {
    static TYPES: OnceLock<Types> = OnceLock::new();
    TYPES.get_or_init(|| {
        let mut types = Types { by_name: HashMap::with_capacity(900), resources: Vec::new() };
        types.read(include_str!("../tables/types.tsv"), false);
        types.read(include_str!("../tables/salus.tsv"), true);
        types
    })
}

impl Types {
    fn read(&mut self, text: &'static str, is_internal: bool) {
        let mut open: Option<TypeDef> = None;
        for row in table::rows(text) {
            if row.split_first().0 != "=" {
                if let Some(definition) = &mut open {
                    definition.elements.push(element(row));
                }
                continue;
            }
            self.close(open.take());
            open = Some(self.open(row, is_internal));
        }
        self.close(open);
    }

    /// Begins a type with what it inherits; the tables list a base before what derives from it.
    fn open(&self, row: Row, is_internal: bool) -> TypeDef {
        let [_, kind, name, base, pattern] = row.columns();
        let base = Some(base).filter(|base| !base.is_empty());
        let inherited = base.and_then(|base| self.by_name.get(base)).map(|base| base.elements.clone());
        let is_resource = kind == "resource" || (kind == "abstract" && name.ends_with("Resource"));
        TypeDef {
            name,
            base,
            kind: match kind {
                "primitive" => Kind::Primitive,
                "backbone" => Kind::Backbone,
                _ if is_resource => Kind::Resource,
                _ => Kind::Complex,
            },
            is_abstract: kind == "abstract",
            is_internal,
            pattern: Some(pattern).filter(|pattern| !pattern.is_empty()),
            elements: inherited.unwrap_or_default(),
            fields: HashMap::new(),
        }
    }

    fn close(&mut self, definition: Option<TypeDef>) {
        let Some(mut definition) = definition else { return };
        for (index, element) in definition.elements.iter().enumerate() {
            for type_name in &element.types {
                definition.fields.insert(json_name(element, type_name), (index, type_name));
            }
        }
        if definition.kind == Kind::Resource && !definition.is_abstract {
            self.resources.push(definition.name);
        }
        self.by_name.insert(definition.name, definition);
    }
}

/// `value[x]` of type `dateTime` is `valueDateTime`.
fn json_name(element: &ElementDef, type_name: &str) -> &'static str {
    if !element.is_choice {
        return element.name;
    }
    let (first, rest) = type_name.split_at(1);
    format!("{}{}{rest}", element.name, first.to_ascii_uppercase()).leak()
}

fn element(row: Row) -> ElementDef {
    let [name, cardinality, types, flags, binding] = row.columns();
    let (min, max) = cardinality.split_once("..").unwrap_or(("0", "*"));
    let (name, is_choice) = name.strip_suffix("[x]").map_or((name, false), |name| (name, true));
    let mut targets = Vec::new();
    let types = types.split(' ').map(|text| match text.split_once('(') {
        None => text,
        Some((type_name, named)) => {
            targets.extend(named.trim_end_matches(')').split('|'));
            type_name
        }
    });
    ElementDef {
        name,
        is_choice,
        types: types.collect(),
        targets,
        min: min.parse().unwrap_or(0),
        max: max.parse().ok(),
        binding: Some(binding).filter(|url| !url.is_empty()),
        in_summary: flags.contains('s'),
        is_modifier: flags.contains('m'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r4_has_146_resource_types_and_salus_its_own() {
        let all: Vec<&str> = resource_types().collect();
        let (own, foreign): (Vec<&str>, Vec<&str>) = all.into_iter().partition(|name| is_internal(name));
        // R4's own, and SubscriptionStatus, which R4 servers take over from R4B for notifications.
        assert_eq!((foreign.len(), foreign[0], foreign[146]), (146 + 1, "Account", "VisionPrescription"));
        let expect = [
            "UserAccount",
            "UserSession",
            "UserFactor",
            "UserIdentity",
            "ApiToken",
            "AccountCertificate",
            "AccessPolicy",
            "Erasure",
            "RecordExport",
            "EmergencyAccess",
            "EmergencyLink",
            "EmergencyLinkOpening",
            "EmergencyNotice",
            "OAuthClient",
            "OAuthInvitation",
            "OAuthRequest",
            "OAuthLaunch",
            "OAuthCode",
            "OAuthGrant",
            "OAuthToken",
            "OAuthAssertion",
            "SigningKey",
            "PasswordReset",
        ];
        assert_eq!(own, expect);
        assert!(
            !is_resource_type("DomainResource") && !is_resource_type("HumanName") && !is_resource_type("")
        );
    }

    #[test]
    fn fields_are_found_by_their_json_name() {
        for (type_name, json_name, expect) in [
            ("Patient", "birthDate", Some(("birthDate", "date"))),
            ("Patient", "contact", Some(("contact", "Patient.contact"))),
            ("Patient", "id", Some(("id", "id"))),
            ("Patient.contact", "modifierExtension", Some(("modifierExtension", "Extension"))),
            ("Observation", "valueQuantity", Some(("value", "Quantity"))),
            ("Observation", "value", None),
            ("Observation", "valueMoney", None),
            (
                "Observation.component",
                "referenceRange",
                Some(("referenceRange", "Observation.referenceRange")),
            ),
            ("Age", "value", Some(("value", "decimal"))),
            ("Extension", "url", Some(("url", "uri"))),
            ("Narrative", "div", Some(("div", "xhtml"))),
            ("UserAccount", "email", Some(("email", "string"))),
        ] {
            let found = type_def(type_name).unwrap().field(json_name);
            assert_eq!(
                found.map(|field| (field.element.name, field.type_name)),
                expect,
                "{type_name}.{json_name}"
            );
        }
    }

    #[test]
    fn elements_keep_cardinality_targets_and_binding() {
        let status = type_def("Observation").unwrap().element("status").unwrap();
        assert_eq!((status.min, status.max), (1, Some(1)));
        assert_eq!(status.binding, Some("http://hl7.org/fhir/ValueSet/observation-status"));
        assert!(status.in_summary && status.is_modifier && !status.is_list());
        let subject = type_def("Observation").unwrap().element("subject").unwrap();
        assert_eq!(subject.targets, ["Patient", "Group", "Device", "Location"]);
        assert!(type_def("Observation").unwrap().element("focus").unwrap().targets.is_empty());
    }

    #[test]
    fn every_type_that_is_named_is_defined() {
        for definition in types().by_name.values() {
            let named = definition.elements.iter().flat_map(|element| &element.types).chain(&definition.base);
            for name in named {
                assert!(type_def(name).is_some(), "{} names {name}", definition.name);
            }
        }
    }

    #[test]
    fn subtypes_follow_the_bases() {
        for (sub, of, expect) in [
            ("Patient", "Resource", true),
            ("Bundle", "DomainResource", false),
            ("positiveInt", "integer", true),
            ("Age", "Quantity", true),
            ("Quantity", "Age", false),
            ("Patient.contact", "BackboneElement", true),
            ("nothing", "Element", false),
        ] {
            assert_eq!(is_subtype(sub, of), expect, "{sub} of {of}");
        }
    }
}
