//! The constraints that the definitions state in FHIRPath.

use super::table;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A constraint on an element, as its definition states it.
#[derive(Debug)]
pub struct Invariant {
    /// The element it holds for: `Patient.contact`, or a type: `Period`.
    pub path: &'static str,
    /// `pat-1`.
    pub key: &'static str,
    /// Breaking it makes the resource invalid; otherwise it is a warning.
    pub is_error: bool,
    /// FHIRPath, true where the constraint is kept.
    pub expression: &'static str,
    /// What it means, in English.
    pub human: &'static str,
}

/// The constraints stated at this path: a type (`Period`), or an element (`Patient.contact`).
/// Those of a base type are not repeated: ask for the base too.
pub fn invariants(path: &str) -> &'static [Invariant] {
    static ALL: OnceLock<HashMap<&'static str, Vec<Invariant>>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut all: HashMap<&'static str, Vec<Invariant>> = HashMap::new();
        for row in table::rows(include_str!("../tables/invariants.tsv")) {
            let [path, key, severity, expression, human] = row.columns();
            all.entry(path).or_default().push(Invariant {
                path,
                key,
                is_error: severity == "error",
                expression,
                human,
            });
        }
        all
    });
    all.get(path).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invariants_stand_where_they_are_stated() {
        let keys = |path| invariants(path).iter().map(|invariant| invariant.key).collect::<Vec<_>>();
        assert_eq!(keys("Period"), ["per-1"]);
        assert_eq!(keys("Patient.contact"), ["pat-1"]);
        assert_eq!(keys("DomainResource").len(), 5);
        assert!(keys("Patient").is_empty());
    }
}
