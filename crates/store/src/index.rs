//! From what a resource says to the rows that find it: who owns this mapping is this file.
//!
//! A row of `idx` is `(pat, k, ord, rid, hi)`, a row of `idx_str` is `(pat, k, norm, rid)`. They are narrow and
//! few, because they cost more disk than the bodies. They find **candidates**: a search verifies what they find
//! on the bodies with `fhir::search::matches_filter`, so a row may promise too much, but never too little.
//!
//! # Under which patient (`pat`)
//! Under every patient whose compartment holds the resource, or under [`SHARED`] (0) where there is none.
//! Rows of a Patient, and rows of the parameter `identifier` of any type, stand under `SHARED` as well: they
//! are looked for before one knows whose they are. See [`is_also_shared`].
//!
//! # Which key (`k`), which order (`ord`), which end (`hi`)
//! `k` = keyed hash (48 bits) of the type, the parameter and, per kind:
//!
//! | kind | key is made of | `ord` | `hi` |
//! |---|---|---|---|
//! | token | the code, lower case ([`Keys::token`]); the system, where there is no code ([`Keys::token_system`]) | principal date | – |
//! | reference | `Type/id` ([`Keys::reference`]); the url without `\|version` ([`Keys::uri`]); identifier ([`Keys::token`]) | principal date | – |
//! | uri | the uri without `\|version` ([`Keys::uri`]) | principal date | – |
//! | date | nothing more ([`Keys::whole`]) | start, µs | end, µs (exclusive) |
//! | number, quantity | nothing more ([`Keys::whole`]) | [`number_ord`] of the value | – |
//! | string | nothing more ([`Keys::whole`]); in `idx_str` by [`string_norm`] | | |
//! | composite | the lead (first) component ([`Keys::composite`]) | as the second component's kind says: value, start, or principal date | as there |
//! | every resource | `_lastUpdated` ([`Keys::whole`]): the listing of a type | last updated, µs | – |
//!
//! The *principal date* (µs) is the clinical date of the type (the first of `fhir::defs::principal_dates` that the
//! resource has, its earliest start), so that "this patient, this code, by date" is one range scan; [`UNDATED`] where the resource has none; last updated where
//! the type has none.
//!
//! A token's system is not in the key: two systems seldom share a code, and the second row would cost a tenth of
//! the disk. Nor is a quantity's unit. Both are verified on the body.
//!
//! # Parameters without rows of their own
//! [`stored_as`] names the parameters whose rows answer for another: `patient` where there is `subject`, and the
//! `combo-…` parameters of Observation. `_id` needs none. The status of what is on record as done has none: nearly
//! all have the same.
//! Strings in a patient's compartment have no rows ([`has_string_rows`]): their text is health data, and rows are
//! not sealed. A patient's other rows are read through, which is quick within one patient.

use crate::hash::KeyedHash;
use salus_fhir::defs::{self, SearchParam};
use salus_fhir::json::Value;
use salus_fhir::search::{IndexEntry, IndexValue, extract, normalise};

/// Raised when the same resource gets other rows than before: the rows of a record and the plans that look for them
/// must be of one make, or a search finds too little. It is kept in the record, which another make does not open.
pub(crate) const LAYOUT: i64 = 1;

/// The number of the scope of everything that belongs to no patient.
pub(crate) const SHARED: i64 = 0;

/// The `ord` of a resource that lacks the principal date of its type.
pub(crate) const UNDATED: i64 = i64::MIN;

/// Strings are indexed up to so many characters.
const STRING_LIMIT: usize = 60;

/// A row of `idx`, still without the number of its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) pat: i64,
    pub(crate) k: i64,
    pub(crate) ord: i64,
    pub(crate) hi: Option<i64>,
}

/// A row of `idx_str`, still without the number of its resource.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StringRow {
    pub(crate) pat: i64,
    pub(crate) k: i64,
    pub(crate) norm: String,
}

/// All rows of one version of a resource, sorted, each once.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    pub(crate) strings: Vec<StringRow>,
}

/// Makes the keys of rows, for those who write them and for those who look for them.
#[derive(Clone)]
pub(crate) struct Keys {
    hash: KeyedHash,
}

impl Keys {
    /// With the key of this installation.
    pub(crate) fn new(hash: KeyedHash) -> Self {
        Self { hash }
    }

    /// Of dates, numbers, quantities and strings, and, for `_lastUpdated`, of every resource of a type.
    pub(crate) fn whole(&self, type_name: &str, param: &str) -> i64 {
        self.hash.short(&[type_name, param])
    }

    /// Of a token's code, and of the value of a reference's identifier.
    pub(crate) fn token(&self, type_name: &str, param: &str, code: &str) -> i64 {
        self.hash.short(&[type_name, param, "code", &code.to_lowercase()])
    }

    /// Of a token that has a system and no code.
    pub(crate) fn token_system(&self, type_name: &str, param: &str, system: &str) -> i64 {
        self.hash.short(&[type_name, param, "system", system])
    }

    /// Of a reference to a resource of this server.
    pub(crate) fn reference(&self, type_name: &str, param: &str, target_type: &str, target_id: &str) -> i64 {
        self.hash.short(&[type_name, param, "ref", target_type, target_id])
    }

    /// Of a uri, and of a reference to elsewhere.
    pub(crate) fn uri(&self, type_name: &str, param: &str, uri: &str) -> i64 {
        let bare = uri.split_once('|').map_or(uri, |(bare, _)| bare);
        self.hash.short(&[type_name, param, "uri", bare])
    }

    /// Of a composite, by its lead: see [`composite_lead`].
    pub(crate) fn composite(&self, type_name: &str, param: &str, lead: &str) -> i64 {
        self.hash.short(&[type_name, param, "lead", &lead.to_lowercase()])
    }

    /// The rows of a resource that lies in the compartments of the patients `pats` (none = shared).
    pub(crate) fn rows(&self, resource: &Value, pats: &[i64], last_updated: i64) -> Rows {
        let Some(type_name) = resource.get("resourceType").and_then(Value::as_str) else {
            return Rows::default();
        };
        let entries = extract(resource);
        let date = principal_ord(type_name, &entries, last_updated);
        let mut out = Collected { pats, rows: Rows::default() };
        out.push(type_name, "_lastUpdated", self.whole(type_name, "_lastUpdated"), last_updated, None);
        for entry in &entries {
            if !has_own_rows(type_name, entry.param) {
                continue;
            }
            if let IndexValue::Text(text) = &entry.value {
                out.push_string(type_name, entry.param.code, self.whole(type_name, entry.param.code), text);
            } else {
                self.push_value(type_name, entry.param.code, &entry.value, date, &mut out);
            }
        }
        out.finish()
    }

    fn push_value(
        &self,
        type_name: &str,
        param: &str,
        value: &IndexValue,
        date: i64,
        out: &mut Collected<'_>,
    ) {
        match value {
            IndexValue::Token { code: Some(code), .. } => {
                out.push(type_name, param, self.token(type_name, param, code), date, None);
            }
            IndexValue::Token { system: Some(system), code: None, .. } => {
                out.push(type_name, param, self.token_system(type_name, param, system), date, None);
            }
            IndexValue::Token { .. } | IndexValue::TypedIdentifier { .. } | IndexValue::Text(_) => {}
            IndexValue::Date(range) => {
                out.push(type_name, param, self.whole(type_name, param), range.start, Some(range.end));
            }
            IndexValue::Number { value, .. } | IndexValue::Quantity { value, .. } => {
                out.push(type_name, param, self.whole(type_name, param), number_ord(*value), None);
            }
            IndexValue::Reference { type_name: target, id, url, identifier } => {
                if let (Some(target), Some(id)) = (target, id) {
                    out.push(type_name, param, self.reference(type_name, param, target, id), date, None);
                }
                if let Some(url) = url {
                    out.push(type_name, param, self.uri(type_name, param, url), date, None);
                }
                if let Some((_, value)) = identifier {
                    out.push(type_name, param, self.token(type_name, param, value), date, None);
                }
            }
            IndexValue::Uri(uri) => {
                out.push(type_name, param, self.uri(type_name, param, uri), date, None);
            }
            IndexValue::Composite(parts) => {
                let Some(lead) = parts.first().and_then(composite_lead) else { return };
                let (ord, hi) = match parts.get(1) {
                    Some(IndexValue::Number { value, .. } | IndexValue::Quantity { value, .. }) => {
                        (number_ord(*value), None)
                    }
                    Some(IndexValue::Date(range)) => (range.start, Some(range.end)),
                    _ => (date, None),
                };
                out.push(type_name, param, self.composite(type_name, param, &lead), ord, hi);
            }
        }
    }
}

/// What of a composite's first component goes into the key; none = the composite has no row.
pub(crate) fn composite_lead(first: &IndexValue) -> Option<String> {
    match first {
        IndexValue::Token { code: Some(code), .. } => Some(code.clone()),
        IndexValue::Reference { type_name: Some(type_name), id: Some(id), .. } => {
            Some(format!("{type_name}/{id}"))
        }
        IndexValue::Reference { url: Some(uri), .. } | IndexValue::Uri(uri) => Some(uri.clone()),
        _ => None,
    }
}

/// The place of a number among all numbers, as an integer: IEEE 754 §5.10 total order.
pub(crate) fn number_ord(value: f64) -> i64 {
    let bits = i64::from_ne_bytes((value + 0.0).to_ne_bytes());
    bits ^ ((bits >> 63) & i64::MAX)
}

/// How a string stands in `idx_str`; a search for the start of a string shortens its text in the same way.
pub(crate) fn string_norm(text: &str) -> String {
    let mut norm = normalise(text);
    if let Some((end, _)) = norm.char_indices().nth(STRING_LIMIT) {
        norm.truncate(end);
    }
    norm
}

/// Whether strings of a type have rows under a patient. Under [`SHARED`] all have.
pub(crate) fn has_string_rows(type_name: &str) -> bool {
    matches!(type_name, "Patient" | "Person" | "RelatedPerson")
}

/// Whether rows stand under [`SHARED`] besides their patients.
pub(crate) fn is_also_shared(type_name: &str, param: &str) -> bool {
    type_name == "Patient" || param == "identifier"
}

/// The parameters whose rows answer a search for `param`: itself, or those that stand for it; none where it has
/// no rows and is verified on the bodies alone.
pub(crate) fn stored_as(type_name: &str, param: &'static SearchParam) -> Vec<&'static SearchParam> {
    let others: &[&str] = match (type_name, param.code) {
        (_, "patient") if defs::search_param(type_name, "subject").is_some() => &["subject"],
        ("Observation", "combo-code") => &["code", "component-code"],
        ("Observation", "combo-data-absent-reason") => {
            &["data-absent-reason", "component-data-absent-reason"]
        }
        ("Observation", "combo-value-quantity") => &["value-quantity", "component-value-quantity"],
        ("Observation", "combo-value-concept") => &["value-concept", "component-value-concept"],
        ("Observation", "combo-code-value-quantity") => {
            &["code-value-quantity", "component-code-value-quantity"]
        }
        ("Observation", "combo-code-value-concept") => {
            &["code-value-concept", "component-code-value-concept"]
        }
        _ if !has_own_rows(type_name, param) => &[],
        _ => return vec![param],
    };
    others.iter().filter_map(|code| defs::search_param(type_name, code)).collect()
}

fn has_own_rows(type_name: &str, param: &'static SearchParam) -> bool {
    match param.code {
        "_id" | "_lastUpdated" => false,
        "patient" => defs::search_param(type_name, "subject").is_none(),
        "status" => !is_status_always_the_same(type_name),
        code => !(type_name == "Observation" && code.starts_with("combo-")),
    }
}

/// Of what is on record as done nearly everything has the same status, and a row of it would find everything.
fn is_status_always_the_same(type_name: &str) -> bool {
    matches!(
        type_name,
        "Claim"
            | "DiagnosticReport"
            | "Encounter"
            | "ExplanationOfBenefit"
            | "Immunization"
            | "Observation"
            | "Procedure"
    )
}

/// The principal date of a resource, from what [`extract`] gives: see the table at the top.
pub(crate) fn principal_ord(type_name: &str, entries: &[IndexEntry], last_updated: i64) -> i64 {
    let mut dates = defs::principal_dates(type_name).peekable();
    if dates.peek().is_none() {
        return last_updated;
    }
    let start_of = |principal: &SearchParam| {
        let starts = entries.iter().filter(|entry| entry.param.code == principal.code);
        let starts = starts.filter_map(|entry| match &entry.value {
            IndexValue::Date(range) => Some(range.start),
            _ => None,
        });
        starts.min()
    };
    dates.find_map(start_of).unwrap_or(UNDATED)
}

struct Collected<'a> {
    pats: &'a [i64],
    rows: Rows,
}

impl Collected<'_> {
    fn push(&mut self, type_name: &str, param: &str, k: i64, ord: i64, hi: Option<i64>) {
        for pat in self.scopes(type_name, param) {
            self.rows.rows.push(Row { pat, k, ord, hi });
        }
    }

    fn push_string(&mut self, type_name: &str, param: &str, k: i64, text: &str) {
        if !self.pats.is_empty() && !has_string_rows(type_name) {
            return;
        }
        let norm = string_norm(text);
        for pat in self.scopes(type_name, param) {
            self.rows.strings.push(StringRow { pat, k, norm: norm.clone() });
        }
    }

    fn scopes(&self, type_name: &str, param: &str) -> impl Iterator<Item = i64> + use<> {
        let shared = self.pats.is_empty() || is_also_shared(type_name, param);
        let pats = self.pats.to_vec();
        pats.into_iter().chain(shared.then_some(SHARED))
    }

    fn finish(mut self) -> Rows {
        self.rows.rows.sort_unstable();
        // The key of the table is (pat, k, ord, rid): of rows that differ in `hi` alone the longest stays.
        self.rows.rows.reverse();
        self.rows.rows.dedup_by_key(|row| (row.pat, row.k, row.ord));
        self.rows.rows.reverse();
        self.rows.strings.sort_unstable();
        self.rows.strings.dedup();
        self.rows
    }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
