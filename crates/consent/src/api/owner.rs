//! Who may decide about a record: the person it is about, and a parent as long as the child is a minor.

use salus_access::Relationship;
use salus_http::{ApiError, Caller};

/// Goes on for somebody who decides about this person's record; gives the FHIR reference that stands for them.
pub(super) fn decides(caller: &Caller, person: &str) -> Result<String, ApiError> {
    let relationship = caller.subject.patients.get(person);
    let oneself = caller.subject.patients.iter().find(|(_, tie)| **tie == Relationship::Oneself);
    match (relationship, oneself) {
        (Some(Relationship::Oneself), _) => Ok(format!("Patient/{person}")),
        (Some(Relationship::Child), Some((own, _))) => Ok(format!("Patient/{own}")),
        (Some(Relationship::Child), None) => Ok(format!("Patient/{person}")),
        _ => Err(ApiError::not_found("record of yours to share")),
    }
}
