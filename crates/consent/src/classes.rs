//! The kinds of data that can be shared apart.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A kind of data, and the resource types it is made of.
pub(crate) struct Class {
    /// The word for it in the API.
    pub(crate) code: &'static str,
    /// What people call it.
    pub(crate) words: &'static str,
    /// FHIR resource types.
    pub(crate) types: Vec<&'static str>,
}

/// A share of any kind shows who the record is about.
pub(crate) const ALWAYS: &str = "Patient";

/// All of them, in the order in which they are shown.
pub(crate) static CLASSES: LazyLock<Vec<Class>> = LazyLock::new(|| {
    let lines = include_str!("tables/classes.tsv").lines().filter(|line| !line.starts_with('#'));
    let class = |line: &'static str| {
        let mut columns = line.split('\t');
        Some(Class {
            code: columns.next()?,
            words: columns.next()?,
            types: columns.next()?.split(' ').collect(),
        })
    };
    lines.filter_map(class).collect()
});

/// The class of this code.
pub(crate) fn class(code: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.code == code)
}

/// The classes whose types are all among these; none where there is a type that belongs to no class among them.
pub(crate) fn classes_of(types: &BTreeSet<&str>) -> Option<Vec<&'static Class>> {
    let whole: Vec<_> =
        CLASSES.iter().filter(|class| class.types.iter().all(|name| types.contains(name))).collect();
    let known = |name: &&str| *name == ALWAYS || whole.iter().any(|class| class.types.contains(name));
    types.iter().all(known).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_exists_and_belongs_to_one_class() {
        let mut seen = BTreeSet::new();
        assert!(CLASSES.len() > 10);
        for name in CLASSES.iter().flat_map(|class| &class.types) {
            assert!(salus_fhir::defs::is_resource_type(name), "{name}");
            assert!(seen.insert(*name), "{name} stands twice");
        }
    }

    #[test]
    fn types_read_back_as_the_classes_they_came_from() {
        let codes = |types: &[&str]| {
            let types = types.iter().copied().collect();
            classes_of(&types).map(|found| found.iter().map(|class| class.code).collect::<Vec<_>>())
        };
        assert_eq!(codes(&["Patient", "FamilyMemberHistory"]), Some(vec!["family"]));
        assert_eq!(codes(&["Patient"]), Some(vec![]));
        assert_eq!(codes(&["Observation"]), None, "a part of a class is no class");
        assert_eq!(codes(&["Patient", "Basic"]), None);
    }
}
