//! What of the scopes asked for is given. What a scope means stands in `salus_access::scope`.

use salus_access::Subject;
use salus_access::scope::{Grant, Level, Scopes, SmartScope};

/// Whether the person may leave it out. Without the others the client would not know whom it talks to.
pub fn is_optional(scope: &SmartScope) -> bool {
    use Grant::{FhirUser, Launch, LaunchEncounter, LaunchPatient, OpenId};
    !matches!(scope.grant, OpenId | FhirUser | Launch | LaunchPatient | LaunchEncounter)
}

/// Whether it lets the client change something.
pub fn changes(scope: &SmartScope) -> bool {
    scope.resources().is_some_and(|scope| !scope.actions.iter().all(|action| action.is_looking()))
}

/// Whether the grant is about one patient.
pub fn needs_patient(scopes: &Scopes) -> bool {
    scopes.needs_patient() || scopes.gives(&Grant::Launch)
}

/// Whether there is any health data in it.
pub(super) fn reaches_data(scopes: &Scopes) -> bool {
    scopes.known.iter().any(|scope| scope.resources().is_some())
}

/// Whether there is a way to come back for the next token.
pub(super) fn brings_refresh(scopes: &Scopes) -> bool {
    scopes.gives(&Grant::OfflineAccess) || scopes.gives(&Grant::OnlineAccess)
}

/// Those that make sense where a person decides.
pub(super) fn for_people(scopes: &Scopes) -> Scopes {
    only(scopes, |scope| !is_of_system(scope))
}

/// Those that make sense without a person.
pub(super) fn for_services(scopes: &Scopes) -> Scopes {
    only(scopes, is_of_system)
}

/// What is left when the person left only these ticked; what is not theirs to leave out stays.
pub(super) fn left_of(scopes: &Scopes, ticked: &[String]) -> Scopes {
    only(scopes, |scope| !is_optional(scope) || ticked.contains(&scope.to_string()))
}

/// Takes from somebody's rights what no scope names. `patient` is the record the grant is about.
pub(super) fn bound(subject: &mut Subject, scopes: &Scopes, patient: Option<&str>) {
    subject.policy.bounds.push(scopes.bound(patient));
}

fn is_of_system(scope: &SmartScope) -> bool {
    scope.resources().is_some_and(|scope| scope.level == Level::System)
}

fn only(scopes: &Scopes, keep: impl Fn(&SmartScope) -> bool) -> Scopes {
    let known = scopes.known.iter().filter(|scope| keep(scope)).cloned().collect();
    Scopes { known, unknown: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_v10_4_11_no_scope_is_given_that_the_client_is_not_registered_for() {
        let registered = "openid fhirUser launch/patient patient/*.rs user/Practitioner.r";
        for (asked, expect) in [
            ("openid patient/Observation.rs", "openid patient/Observation.rs"),
            ("patient/Observation.r", "patient/Observation.r"),
            ("patient/Observation.cruds", ""),
            ("patient/*.rs offline_access", "patient/*.rs"),
            ("user/Practitioner.r user/Patient.r", "user/Practitioner.r"),
            ("system/*.rs openid", "openid"),
            ("openid openid everything", "openid"),
        ] {
            let given = for_people(&Scopes::parse(asked)).within(&Scopes::parse(registered));
            assert_eq!(given.to_string(), expect, "{asked}");
        }
    }

    #[test]
    fn what_is_not_ticked_is_not_given() {
        let asked =
            Scopes::parse("openid launch/patient patient/Observation.rs patient/Condition.rs offline_access");
        for (ticked, expect) in [
            ("", "openid launch/patient"),
            ("patient/Condition.rs", "openid launch/patient patient/Condition.rs"),
            ("patient/*.cruds email", "openid launch/patient"),
        ] {
            let ticked: Vec<String> = ticked.split_ascii_whitespace().map(str::to_owned).collect();
            assert_eq!(left_of(&asked, &ticked).to_string(), expect);
        }
    }
}
