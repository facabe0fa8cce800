//! From scopes to a bound on a policy.

use super::{Level, ResourceScope, Scopes};
use crate::rule::{Rule, Scope, TypeSet};
use salus_fhir::defs::{compartment_params, is_internal, resource_types};

impl Scopes {
    /// What an app with these scopes may at most do, whatever its user may. Without a scope for resources that is
    /// nothing.
    ///
    /// Scopes of the level `patient` reach the compartment of the patient of the launch, and, for looking at, what is
    /// in nobody's compartment: the practitioners and organizations that a record refers to. Without a patient they
    /// reach nothing. The levels `user` and `system` reach whatever the policy that is bounded reaches.
    pub fn bound(&self, patient: Option<&str>) -> Vec<Rule> {
        self.known
            .iter()
            .filter_map(|scope| scope.resources())
            .flat_map(|scope| scope.rules(patient))
            .collect()
    }
}

impl ResourceScope {
    fn rules(&self, patient: Option<&str>) -> Vec<Rule> {
        let types = match &self.type_name {
            None => TypeSet::All,
            Some(name) => TypeSet::only(&[name]),
        };
        let rule = |types, scope| Rule {
            criteria: self.criteria.clone(),
            ..Rule::new(types, self.actions.iter().copied(), scope)
        };
        match (self.level, patient) {
            (Level::User | Level::System, _) => vec![rule(types, Scope::Everyone)],
            (Level::Patient, None) => Vec::new(),
            (Level::Patient, Some(patient)) => {
                let mut shared = rule(types.outside_compartments(), Scope::Shared);
                shared.actions.retain(|action| action.is_looking());
                vec![rule(types, Scope::patient(patient)), shared]
            }
        }
    }
}

impl TypeSet {
    /// Those of the types whose resources are never in a patient's compartment.
    fn outside_compartments(&self) -> Self {
        let is_outside = |name: &&str| {
            *name != "Patient"
                && !is_internal(name)
                && compartment_params(name).is_empty()
                && self.contains(name)
        };
        Self::Only(resource_types().filter(is_outside).map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{AccessPolicy, Action};
    use salus_fhir::json::Value;
    use serde_json::json;

    fn observation(patient: &str, category: &str) -> Value {
        json!({"resourceType": "Observation", "subject": {"reference": format!("Patient/{patient}")},
            "category": [{"coding": [{"system": "urn:c", "code": category}]}]})
    }

    /// Which of `cruds` somebody who may do everything may do through an app with these scopes.
    fn rights(scopes: &str, patient: Option<&str>, resource: &Value) -> String {
        let policy = AccessPolicy::everything().within(Scopes::parse(scopes).bound(patient));
        [
            (Action::Create, 'c'),
            (Action::Read, 'r'),
            (Action::Update, 'u'),
            (Action::Delete, 'd'),
            (Action::Search, 's'),
        ]
        .into_iter()
        .filter(|(action, _)| policy.decide(*action, resource).is_allowed())
        .map(|(_, letter)| letter)
        .collect()
    }

    #[test]
    fn asvs_v8_2_2_an_app_reaches_what_its_scopes_name_and_nothing_else() {
        let lab = "patient/Observation.rs?category=urn:c|lab";
        let doctor = json!({"resourceType": "Practitioner", "id": "d"});
        let orphan = json!({"resourceType": "Observation"});
        for (scopes, patient, resource, expect) in [
            ("patient/Observation.rs", Some("ann"), &observation("ann", "lab"), "rs"),
            ("patient/Observation.rs", Some("ann"), &observation("bob", "lab"), ""),
            ("patient/Observation.rs", None, &observation("ann", "lab"), ""),
            (lab, Some("ann"), &observation("ann", "lab"), "rs"),
            (lab, Some("ann"), &observation("ann", "vital"), ""),
            ("patient/Condition.rs", Some("ann"), &observation("ann", "lab"), ""),
            ("patient/*.cruds", Some("ann"), &observation("ann", "lab"), "cruds"),
            ("patient/*.cruds", Some("ann"), &doctor, "rs"),
            ("patient/Practitioner.r", Some("ann"), &doctor, "r"),
            ("patient/Observation.rs", Some("ann"), &doctor, ""),
            ("patient/*.cruds", Some("ann"), &orphan, ""),
            ("user/*.rs", None, &observation("bob", "lab"), "rs"),
            ("system/Observation.c", None, &observation("bob", "lab"), "c"),
            ("openid fhirUser launch/patient", Some("ann"), &observation("ann", "lab"), ""),
            ("", Some("ann"), &observation("ann", "lab"), ""),
            ("patient/Observation.rs patient/Observation.u", Some("ann"), &observation("ann", "lab"), "rus"),
        ] {
            assert_eq!(rights(scopes, patient, resource), expect, "{scopes} on {resource}");
        }
    }
}
