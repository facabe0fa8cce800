//! Search parameters, the Patient compartment, and the date by which a resource is filed.

use super::path::{self, Path};
use super::structure::{is_subtype, type_def};
use super::table::{self, Row};
use std::collections::HashMap;
use std::sync::OnceLock;

/// The kind of a search parameter: how its values are written and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are FHIR's own")]
pub enum ParamKind {
    Token,
    Reference,
    String,
    Date,
    Composite,
    Uri,
    Quantity,
    Number,
    Special,
}

/// A search parameter of one resource type.
#[derive(Debug)]
pub struct SearchParam {
    /// A number that is a function of (resource type, code) alone, so it may be stored.
    pub id: u32,
    /// `birthdate`, `_id`.
    pub code: &'static str,
    /// The type it is a parameter of, also where the definition is for every type.
    pub resource_type: &'static str,
    /// How its values are compared.
    pub kind: ParamKind,
    /// Where its values are; for a composite, where the objects are that hold the components.
    pub paths: Vec<Path>,
    /// Types a reference may point to; empty: any.
    pub targets: Vec<&'static str>,
    /// The parts of a composite, in order.
    pub components: Vec<Component>,
    /// Its canonical URL.
    pub url: &'static str,
}

/// A part of a composite search parameter.
#[derive(Debug)]
pub struct Component {
    /// The code of the parameter it is like.
    pub code: &'static str,
    /// How its values are compared.
    pub kind: ParamKind,
    /// Where its values are, from the composite's element (or from the resource: [`Path::from_resource`]).
    pub paths: Vec<Path>,
}

impl ParamKind {
    const ALL: [Self; 9] = [
        Self::Token,
        Self::Reference,
        Self::String,
        Self::Date,
        Self::Composite,
        Self::Uri,
        Self::Quantity,
        Self::Number,
        Self::Special,
    ];

    /// FHIR's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Reference => "reference",
            Self::String => "string",
            Self::Date => "date",
            Self::Composite => "composite",
            Self::Uri => "uri",
            Self::Quantity => "quantity",
            Self::Number => "number",
            Self::Special => "special",
        }
    }

    fn named(code: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.code() == code).unwrap_or(Self::Special)
    }

    /// Can a parameter of this kind be read from a value of this type? (R4 search, §3.1.1.4)
    pub(super) fn reads(self, type_name: &str) -> bool {
        let is_one_of = |names: &[&str]| names.iter().any(|name| is_subtype(type_name, name));
        match self {
            Self::Token => {
                is_one_of(&["Coding", "CodeableConcept", "Identifier", "ContactPoint", "boolean"])
                    || matches!(type_name, "code" | "id" | "string" | "uri" | "canonical")
            }
            Self::Reference => is_one_of(&["Reference", "uri", "Resource"]),
            Self::String => is_one_of(&["string", "HumanName", "Address"]),
            Self::Date => is_one_of(&["date", "dateTime", "instant", "Period", "Timing"]),
            Self::Uri => is_one_of(&["uri"]),
            Self::Quantity => is_one_of(&["Quantity", "Money", "Range", "SampledData"]),
            Self::Number => is_one_of(&["integer", "decimal", "Range"]),
            Self::Composite | Self::Special => true,
        }
    }
}

/// The search parameters of a resource type, those of every type included (`_id`, `_lastUpdated`, `_tag`, …).
pub fn search_params(resource_type: &str) -> &'static [SearchParam] {
    let Some((name, rows, compiled)) = catalogue().get(resource_type) else { return &[] };
    compiled.get_or_init(|| rows.iter().filter_map(|row| compile(name, *row)).collect())
}

/// The search parameter of a resource type with this code.
pub fn search_param(resource_type: &str, code: &str) -> Option<&'static SearchParam> {
    search_params(resource_type).iter().find(|param| param.code == code)
}

/// The reference parameters that make a resource of this type belong to a patient; none: it never does.
pub fn compartment_params(resource_type: &str) -> &'static [&'static str] {
    static COMPARTMENT: OnceLock<Lists> = OnceLock::new();
    let tables =
        [include_str!("../tables/patient_compartment.tsv"), include_str!("../tables/salus_compartment.tsv")];
    let lists = COMPARTMENT.get_or_init(|| tables.into_iter().flat_map(lists).collect());
    lists.get(resource_type).map(Vec::as_slice).unwrap_or_default()
}

/// The clinical date of a resource type: when it happened. `None`: file it by `meta.lastUpdated`.
pub fn principal_date(resource_type: &str) -> Option<&'static SearchParam> {
    principal_dates(resource_type).next()
}

/// The clinical dates of a resource type, the best first: a Condition's onset, else when it was recorded.
pub fn principal_dates(resource_type: &str) -> impl Iterator<Item = &'static SearchParam> {
    static DATES: OnceLock<Lists> = OnceLock::new();
    let lists = DATES.get_or_init(|| lists(include_str!("../tables/principal_dates.tsv")));
    let (name, codes) = match lists.get_key_value(resource_type) {
        Some((name, codes)) => (*name, codes.as_slice()),
        None => ("", Default::default()),
    };
    codes.iter().filter_map(move |code| search_param(name, code))
}

type Lists = HashMap<&'static str, Vec<&'static str>>;

fn lists(text: &'static str) -> Lists {
    table::rows(text)
        .map(|row| row.columns())
        .map(|[name, codes]| (name, codes.split(' ').collect()))
        .collect()
}

type Catalogue = HashMap<&'static str, (&'static str, Vec<Row>, OnceLock<Vec<SearchParam>>)>;

/// The rows of each resource type; they are compiled when first asked for.
fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let tables =
            [include_str!("../tables/search_params.tsv"), include_str!("../tables/salus_search_params.tsv")];
        let mut by_type: HashMap<&'static str, Vec<Row>> = HashMap::new();
        for row in tables.into_iter().flat_map(table::rows) {
            by_type.entry(row.split_first().0).or_default().push(row);
        }
        let common = by_type.remove("Resource").unwrap_or_default();
        let types = super::resource_types().chain(["Resource"]);
        types
            .map(|name| {
                let own = by_type.remove(name).unwrap_or_default();
                (name, (name, common.iter().copied().chain(own).collect(), OnceLock::new()))
            })
            .collect()
    })
}

fn compile(resource_type: &'static str, row: Row) -> Option<SearchParam> {
    let [base, code, kind, url, expression, targets, components] = row.columns();
    let kind = ParamKind::named(kind);
    let paths = path::compile(expression, type_def(base)?, kind);
    let components = components.split(';').filter(|text| !text.is_empty());
    Some(SearchParam {
        id: stable_id(resource_type, code),
        code,
        resource_type,
        kind,
        components: components.filter_map(|text| component(text, resource_type, &paths)).collect(),
        paths,
        targets: targets.split(' ').filter(|target| !target.is_empty()).collect(),
        url,
    })
}

fn component(text: &'static str, resource_type: &str, parents: &[Path]) -> Option<Component> {
    let mut parts = text.splitn(3, ':');
    let (code, kind, expression) = (parts.next()?, ParamKind::named(parts.next()?), parts.next()?);
    let start =
        |parent: &Path| type_def(if expression.starts_with('%') { resource_type } else { parent.type_name });
    let mut paths: Vec<Path> = Vec::new();
    for found in parents.iter().filter_map(start).flat_map(|start| path::compile(expression, start, kind)) {
        if !paths.contains(&found) {
            paths.push(found);
        }
    }
    Some(Component { code, kind, paths })
}

/// 32-bit FNV-1a of `Type.code`: the same on every machine and in every release.
fn stable_id(resource_type: &str, code: &str) -> u32 {
    let bytes = resource_type.bytes().chain([b'.']).chain(code.bytes());
    bytes.fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defs::resource_types;
    use std::collections::HashSet;

    #[test]
    fn every_parameter_has_a_path_and_a_number_of_its_own() {
        let mut ids = HashSet::new();
        for param in resource_types().flat_map(search_params) {
            assert!(!param.paths.is_empty(), "{}.{} has no path", param.resource_type, param.code);
            assert!(ids.insert(param.id), "{}.{} shares its number", param.resource_type, param.code);
            for component in &param.components {
                assert!(!component.paths.is_empty(), "{}.{}", param.resource_type, param.code);
            }
        }
        assert_eq!(search_param("Patient", "birthdate").unwrap().id, stable_id("Patient", "birthdate"));
        assert_eq!(stable_id("Patient", "birthdate"), 0x0D04_D285);
    }

    #[test]
    fn every_type_has_the_common_parameters() {
        for name in resource_types() {
            for code in ["_id", "_lastUpdated", "_profile", "_security", "_source", "_tag"] {
                let param = search_param(name, code).unwrap();
                assert_eq!((param.resource_type, param.paths.len()), (name, 1), "{name} {code}");
            }
        }
        assert!(search_params("Nothing").is_empty());
    }

    #[test]
    fn composites_know_their_components() {
        let param = search_param("Observation", "combo-code-value-quantity").unwrap();
        assert_eq!(param.paths.len(), 2);
        let parts: Vec<_> =
            param.components.iter().map(|part| (part.code, part.kind, part.paths.len())).collect();
        assert_eq!(
            parts,
            [("combo-code", ParamKind::Token, 1), ("combo-value-quantity", ParamKind::Quantity, 1)]
        );
        let variant = search_param("MolecularSequence", "chromosome-variant-coordinate").unwrap();
        assert!(
            variant.components[0].paths[0].from_resource && !variant.components[1].paths[0].from_resource
        );
    }

    #[test]
    fn compartment_parameters_are_references() {
        assert_eq!(compartment_params("AllergyIntolerance"), ["patient", "recorder", "asserter"]);
        assert!(compartment_params("Practitioner").is_empty());
        for name in resource_types() {
            for code in compartment_params(name) {
                let kind = search_param(name, code).map(|param| param.kind);
                assert_eq!(kind, Some(ParamKind::Reference), "{name} {code}");
            }
        }
    }

    #[test]
    fn principal_dates_are_date_parameters() {
        assert_eq!(principal_date("Observation").map(|param| param.code), Some("date"));
        let codes: Vec<&str> = principal_dates("Condition").map(|param| param.code).collect();
        assert_eq!(codes, ["onset-date", "recorded-date"]);
        assert!(principal_date("Patient").is_none());
        for (name, codes) in lists(include_str!("../tables/principal_dates.tsv")) {
            for code in codes {
                let kind = search_param(name, code).map(|param| param.kind);
                assert_eq!(kind, Some(ParamKind::Date), "{name} {code}");
            }
        }
    }
}
