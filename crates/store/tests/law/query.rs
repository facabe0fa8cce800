//! Random queries.

use proptest::prelude::*;
use salus_fhir::search::Query;

/// A query as its parameters, which a failing case can print.
#[derive(Debug, Clone)]
pub struct QuerySketch {
    type_name: &'static str,
    filters: Vec<(&'static str, &'static str)>,
    sort: Option<&'static str>,
    /// The size of its pages.
    pub page: u32,
}

impl QuerySketch {
    pub fn query(&self) -> Query {
        let sort = self.sort.map(|sort| ("_sort", sort));
        let pairs: Vec<(&str, &str)> = self.filters.iter().copied().chain(sort).collect();
        parse(self.type_name, &pairs)
    }
}

pub fn parse(type_name: &str, pairs: &[(&str, &str)]) -> Query {
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Query::parse(type_name, &pairs).unwrap()
}

pub fn any_query() -> impl Strategy<Value = QuerySketch> {
    prop::sample::select(TYPES.to_vec()).prop_flat_map(|(type_name, filters, sorts)| {
        let filters = prop::collection::vec(prop::sample::select(filters.to_vec()), 0..=2);
        let sort = prop::option::of(prop::sample::select(sorts.to_vec()));
        (filters, sort, 1..8_u32).prop_map(move |(filters, sort, page)| QuerySketch {
            type_name,
            filters,
            sort,
            page,
        })
    })
}

/// Each filter by itself, and together with the parameter that is looked for without knowing whose it is.
pub fn each_filter() -> impl Iterator<Item = QuerySketch> {
    let sketches = |(type_name, filters, _): &Choice| {
        let type_name = *type_name;
        let sketch = move |filters| QuerySketch { type_name, filters, sort: None, page: 3 };
        filters
            .iter()
            .flat_map(move |filter| [sketch(vec![*filter]), sketch(vec![("identifier", "n2"), *filter])])
    };
    TYPES.iter().skip(1).flat_map(sketches)
}

type Choice = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const TYPES: [Choice; 8] = [
    (
        "Observation",
        OBSERVATION,
        &[
            "date",
            "-date",
            "code",
            "_lastUpdated",
            "-_lastUpdated",
            "_id",
            "value-quantity,-date",
            "-status,_id",
        ],
    ),
    ("Observation", OBSERVATION, &["date", "-date"]),
    ("Patient", PATIENT, &["family", "-birthdate", "gender,birthdate", "_lastUpdated", "-_id"]),
    ("Condition", CONDITION, &["onset-date", "-code", "_lastUpdated"]),
    ("Practitioner", PRACTITIONER, &["name", "_lastUpdated"]),
    ("Appointment", APPOINTMENT, &["date", "-_lastUpdated"]),
    ("RelatedPerson", RELATED, &["name"]),
    ("DocumentReference", DOCUMENT, &["description,_id"]),
];

const OBSERVATION: &[(&str, &str)] = &[
    ("code", "4548-4"),
    ("code", "http://loinc.org|4548-4,http://loinc.org|8480-6"),
    ("code", "http://loinc.org|"),
    ("code", "|8480-6"),
    ("code", "LP-x"),
    ("code", "lp-x"),
    ("code:not", "4548-4"),
    ("code:text", "smi"),
    ("combo-code", "8480-6"),
    ("status", "final"),
    ("status:not", "final"),
    ("subject", "Patient/ann"),
    ("subject", "Patient/bob,Patient/dan"),
    ("subject:Patient", "ann"),
    ("subject:missing", "true"),
    ("patient", "ann"),
    ("patient", "Patient/cat,Patient/bob"),
    ("patient", "nobody"),
    ("performer", "Patient/bob"),
    ("performer", "practitioner1"),
    ("performer:missing", "false"),
    ("encounter", "Encounter/encounter3"),
    ("date", "2020"),
    ("date", "2020-03-05"),
    ("date", "ne2020-03"),
    ("date", "gt2020-03"),
    ("date", "ge2020-03-05"),
    ("date", "lt2020-03-05"),
    ("date", "le2020-03"),
    ("date", "sa2020-02"),
    ("date", "eb2021"),
    ("date", "ap2020-03"),
    ("date", "2019,2021"),
    ("date:missing", "true"),
    ("date:missing", "false"),
    ("value-quantity", "1.5"),
    ("value-quantity", "gt0"),
    ("value-quantity", "le1.5|http://unitsofmeasure.org|mg"),
    ("value-quantity", "lt0||mg"),
    ("value-quantity", "ne2.5"),
    ("value-quantity", "ap-2.5"),
    ("combo-value-quantity", "lt-1"),
    ("code-value-quantity", "4548-4$gt0"),
    ("component-code-value-quantity", "8480-6$lt-1"),
    ("component-code-value-concept", "8480-6$8480-6"),
    ("combo-code-value-concept", "LP-x$http://loinc.org|LP-x"),
    ("performer:identifier", "urn:lab|l1"),
    ("performer:identifier", "l1"),
    ("identifier:of-type", "http://types|MR|n1"),
    ("_profile", "http://p/a"),
    ("_profile:below", "http://p/a"),
    ("_profile:above", "http://p/a/b/c"),
    ("_tag", "http://tags|x"),
    ("_tag:not", "x"),
    ("_tag", "SUBSETTED"),
    ("_security", "R"),
    ("identifier", "urn:mrn|n1"),
    ("identifier", "n2"),
    ("_id", "observation1"),
    ("_id", "observation0,observation2,observation3"),
    ("_lastUpdated", "ge2026-01-05T08:00:07Z"),
    ("_lastUpdated", "lt2026-01-05T08:00:12Z"),
];

const PATIENT: &[(&str, &str)] = &[
    ("name", "smi"),
    ("name", "mull"),
    ("name:exact", "Smith"),
    ("name:contains", "maria"),
    ("family:contains", "SON"),
    ("given", "anna m"),
    ("gender", "female"),
    ("gender:missing", "true"),
    ("birthdate", "2020"),
    ("birthdate", "ge2020-03-05"),
    ("active", "true"),
    ("identifier", "urn:mrn|n1"),
    ("link", "Patient/ann"),
    ("identifier:of-type", "http://types|SS|n2"),
    ("_profile:below", "http://p"),
    ("_tag", "y"),
    ("general-practitioner", "Practitioner/practitioner2"),
    ("_id", "ann"),
    ("_id", "bob,dan"),
];

const CONDITION: &[(&str, &str)] = &[
    ("code", "http://snomed.info/sct|4548-4"),
    ("code:not", "8480-6"),
    ("patient", "bob"),
    ("subject", "Group/g"),
    ("asserter", "Patient/ann"),
    ("onset-date", "ge2020-03"),
    ("onset-date", "2020"),
    ("onset-date:missing", "false"),
    ("identifier", "n1,n2"),
];

const PRACTITIONER: &[(&str, &str)] = &[
    ("name", "o'br"),
    ("name:exact", "Müller"),
    ("active", "true"),
    ("identifier", "n0"),
    ("_id", "practitioner1"),
];

const APPOINTMENT: &[(&str, &str)] = &[
    ("actor", "Patient/ann"),
    ("actor", "Practitioner/practitioner1"),
    ("patient", "bob"),
    ("date", "ge2020"),
    ("status", "booked"),
];

const RELATED: &[(&str, &str)] = &[("name", "smith"), ("name:contains", "uller"), ("patient", "ann")];

const DOCUMENT: &[(&str, &str)] = &[
    ("description", "smith"),
    ("description:exact", "Smith"),
    ("description:contains", "RIEN"),
    ("subject", "Patient/bob"),
    ("author", "Patient/ann"),
    ("status", "current"),
];

/// Queries whose inclusions are compared.
pub const INCLUDES: &[(&str, &[(&str, &str)])] = &[
    ("Observation", &[("_include", "Observation:subject")]),
    ("Observation", &[("_include", "Observation:performer:Practitioner")]),
    ("Observation", &[("_include", "Observation:encounter"), ("_include:iterate", "Encounter:participant")]),
    ("Observation", &[("_include", "Observation:*")]),
    ("Observation", &[("code", "4548-4"), ("_include", "*")]),
    ("Patient", &[("_revinclude", "Observation:subject")]),
    ("Patient", &[("_revinclude", "Observation:performer"), ("_include:iterate", "Observation:encounter")]),
    ("Patient", &[("_id", "ann"), ("_revinclude:iterate", "Patient:link")]),
    ("Encounter", &[("_revinclude", "Observation:encounter"), ("_include", "Encounter:subject:Patient")]),
    ("Practitioner", &[("_revinclude", "Appointment:actor"), ("_revinclude", "Observation:*")]),
    ("Condition", &[("patient", "ann,bob"), ("_include", "Condition:asserter")]),
];
