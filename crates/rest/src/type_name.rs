//! The resource types that are reached from outside.

use salus_fhir::defs;
use salus_http::ApiError;

/// The type of this name, if people may know of it.
pub(crate) fn known(name: &str) -> Result<&'static str, ApiError> {
    let definition =
        defs::type_def(name).filter(|_| defs::is_resource_type(name) && !defs::is_internal(name));
    definition.map(|definition| definition.name).ok_or_else(|| ApiError::not_found("resource type"))
}

/// Those that R4 itself has, which a CapabilityStatement may name.
pub(crate) fn of_r4() -> impl Iterator<Item = &'static str> {
    let r4 = defs::value_set("http://hl7.org/fhir/ValueSet/resource-types");
    defs::resource_types().filter(move |name| r4.is_some_and(|r4| r4.has_code(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_types_do_not_exist_from_outside() {
        assert!(known("Patient").is_ok_and(|name| name == "Patient"));
        for name in ["UserAccount", "UserSession", "ApiToken", "Nothing", "HumanName", "DomainResource", ""] {
            assert!(known(name).is_err(), "{name}");
        }
        assert_eq!(of_r4().count(), 146);
        assert!(of_r4().all(|name| known(name).is_ok()));
    }
}
