//! What becomes of a part of a resource, by the table.

use crate::tables::{self, SAFE_HARBOR};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Keep,
    Walk,
    Drop,
    Date,
    Birth,
    Age,
    Pseudonym,
    Reference,
    Address,
    Attachment,
    Scan,
    Extension,
}

static TABLE: LazyLock<HashMap<&'static str, Action>> = LazyLock::new(|| {
    tables::rows(SAFE_HARBOR).filter_map(|[path, action, _]| Some((path, named(action)?))).collect()
});

fn named(action: &str) -> Option<Action> {
    Some(match action {
        "keep" => Action::Keep,
        "walk" => Action::Walk,
        "drop" => Action::Drop,
        "date" => Action::Date,
        "birth" => Action::Birth,
        "age" => Action::Age,
        "pseudonym" => Action::Pseudonym,
        "reference" => Action::Reference,
        "address" => Action::Address,
        "attachment" => Action::Attachment,
        "scan" => Action::Scan,
        "extension" => Action::Extension,
        _ => return None,
    })
}

/// The row of a resource type, an element or a data type.
pub(super) fn action_of(path: &str) -> Option<Action> {
    TABLE.get(path).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_fhir::defs::type_def;

    #[test]
    fn every_row_names_something_that_is_defined_and_an_action() {
        for [path, action, _] in tables::rows(SAFE_HARBOR) {
            assert!(named(action).is_some(), "{path}: {action}");
            let is_type = type_def(path).is_some();
            let is_element = path.rsplit_once('.').is_some_and(|(of, element)| {
                type_def(of).is_some_and(|of| of.element(element.trim_end_matches("[x]")).is_some())
            });
            assert!(is_type || is_element, "{path}");
        }
    }
}
