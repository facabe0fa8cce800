//! What each role may do unless somebody wrote a policy of their own. Read [`GRANTS`]: it is the whole of it.

use crate::policy::{AccessPolicy, Action};
use crate::rule::{Rule, Scope, TypeSet};
use crate::subject::{Relationship, Role};
use salus_fhir::defs::{is_internal, resource_types};
use salus_fhir::search::Query;
use std::collections::{BTreeMap, BTreeSet};

/// One line of the table: the role may do the actions to the types, as far as they belong to `of`.
struct Grant {
    role: Role,
    of: Whose,
    types: Types,
    actions: &'static [Action],
}

/// Whose resources a grant is about.
enum Whose {
    /// Everybody's.
    Everyones,
    /// Nobody's: what lies in no patient's compartment.
    Shared,
    /// The patients in one of these relationships to the account.
    Patients(&'static [Relationship]),
}

/// Which resources of those.
enum Types {
    Every,
    EveryBut(&'static [&'static str]),
    These(&'static [&'static str]),
    /// Observations whose performer is one of the patients meant: what a laboratory reported stays as it is.
    OwnObservations,
}

use Action::{Create, Delete, Read, Search, Update};
use Relationship::{Child, Entrusted, InCare, Oneself, Parent, Partner};

const fn grant(role: Role, of: Whose, types: Types, actions: &'static [Action]) -> Grant {
    Grant { role, of, types, actions }
}

/// The table of role defaults. People bring whatever others know about them into their record, and change only their
/// own words. A clinician deletes nothing: what was wrong is marked `entered-in-error`. Who may read may also search.
#[rustfmt::skip]
static GRANTS: &[Grant] = &[
    grant(Role::Person, Whose::Patients(SELF), Types::Every, &[Read]),
    grant(Role::Person, Whose::Patients(SELF), Types::EveryBut(TESTIMONY), &[Create]),
    grant(Role::Person, Whose::Patients(SELF), Types::OwnObservations, &[Update]),
    grant(Role::Person, Whose::Patients(SELF), Types::These(CONTRIBUTED), &[Update]),
    grant(Role::Person, Whose::Patients(SELF), Types::These(UPLOADED), &[Delete]),
    grant(Role::Person, Whose::Shared, Types::These(DIRECTORY), &[Read]),

    grant(Role::Caregiver, Whose::Patients(ENTRUSTED), Types::Every, &[Read]),
    grant(Role::Caregiver, Whose::Patients(ENTRUSTED), Types::EveryBut(TESTIMONY), &[Create]),
    grant(Role::Caregiver, Whose::Patients(ENTRUSTED), Types::OwnObservations, &[Update]),
    grant(Role::Caregiver, Whose::Patients(ENTRUSTED), Types::These(CONTRIBUTED), &[Update]),
    grant(Role::Caregiver, Whose::Patients(ENTRUSTED), Types::These(UPLOADED), &[Delete]),
    grant(Role::Caregiver, Whose::Shared, Types::These(DIRECTORY), &[Read]),

    grant(Role::Clinician, Whose::Patients(IN_CARE), Types::These(CLINICAL), &[Read, Create, Update]),
    grant(Role::Clinician, Whose::Shared, Types::These(DIRECTORY), &[Read]),

    grant(Role::Pharmacist, Whose::Patients(IN_CARE), Types::These(MEDICATION), &[Read]),
    grant(Role::Pharmacist, Whose::Patients(IN_CARE), Types::These(DISPENSED), &[Create, Update]),
    grant(Role::Pharmacist, Whose::Shared, Types::These(DIRECTORY), &[Read]),

    // Emergency: no line. An open emergency adds a rule of its own.

    // Every step of an administrator is audited like anybody's, reads included.
    grant(Role::Admin, Whose::Everyones, Types::Every, &[Read, Create, Update, Delete]),
];

const SELF: &[Relationship] = &[Oneself];
const ENTRUSTED: &[Relationship] = &[Child, Parent, Partner, Entrusted];
const IN_CARE: &[Relationship] = &[InCare];

/// What says who did what, and is worth nothing from the hand of the one it is about.
const TESTIMONY: &[&str] = &["AuditEvent", "Provenance"];

/// What a person says in their own words, and may say otherwise later.
const CONTRIBUTED: &[&str] = &[
    "Appointment",
    "Communication",
    "Consent",
    "DocumentReference",
    "FamilyMemberHistory",
    "MedicationStatement",
    "QuestionnaireResponse",
];

/// What a person may take back.
const UPLOADED: &[&str] = &["DocumentReference", "MedicationStatement", "QuestionnaireResponse"];

/// What is nobody's in particular, and open to every role that has a record to understand.
const DIRECTORY: &[&str] = &[
    "ActivityDefinition",
    "CodeSystem",
    "ConceptMap",
    "Device",
    "DeviceDefinition",
    "Endpoint",
    "HealthcareService",
    "InsurancePlan",
    "Library",
    "Location",
    "Medication",
    "MedicationKnowledge",
    "Organization",
    "OrganizationAffiliation",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "Questionnaire",
    "Schedule",
    "Slot",
    "Substance",
    "ValueSet",
];

/// What treating somebody needs.
const CLINICAL: &[&str] = &[
    "AdverseEvent",
    "AllergyIntolerance",
    "Appointment",
    "AppointmentResponse",
    "BodyStructure",
    "CarePlan",
    "CareTeam",
    "ClinicalImpression",
    "Communication",
    "CommunicationRequest",
    "Composition",
    "Condition",
    "Consent",
    "DetectedIssue",
    "Device",
    "DeviceRequest",
    "DeviceUseStatement",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "EpisodeOfCare",
    "FamilyMemberHistory",
    "Flag",
    "Goal",
    "ImagingStudy",
    "Immunization",
    "ImmunizationEvaluation",
    "ImmunizationRecommendation",
    "List",
    "Media",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "MolecularSequence",
    "NutritionOrder",
    "Observation",
    "Patient",
    "Procedure",
    "Provenance",
    "QuestionnaireResponse",
    "RelatedPerson",
    "RequestGroup",
    "RiskAssessment",
    "ServiceRequest",
    "Specimen",
    "Task",
    "VisionPrescription",
];

/// What dispensing a medicine safely needs to be known.
const MEDICATION: &[&str] = &[
    "AllergyIntolerance",
    "Condition",
    "Coverage",
    "DetectedIssue",
    "Immunization",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Patient",
];

/// What dispensing writes.
const DISPENSED: &[&str] = &["DetectedIssue", "MedicationDispense"];

impl AccessPolicy {
    /// The default policy of somebody who plays these roles for these patients.
    pub fn for_roles(roles: &[Role], patients: &BTreeMap<String, Relationship>) -> Self {
        let rules = roles.iter().flat_map(|role| Self::for_role(*role, patients).rules);
        Self::of(rules.collect())
    }

    /// The default policy of one role, which looks only at the patients in a relationship that the role is about:
    /// a clinician's own record is opened by [`Role::Person`], not by [`Role::Clinician`].
    pub fn for_role(role: Role, patients: &BTreeMap<String, Relationship>) -> Self {
        let grants = GRANTS.iter().filter(|grant| grant.role == role);
        Self::of(grants.filter_map(|grant| grant.rule(patients)).collect())
    }
}

impl Grant {
    /// The line as a rule for these patients; `None` when it is about none of them.
    fn rule(&self, patients: &BTreeMap<String, Relationship>) -> Option<Rule> {
        let scope = match self.of {
            Whose::Everyones => Scope::Everyone,
            Whose::Shared => Scope::Shared,
            Whose::Patients(relationships) => {
                let meant = patients.iter().filter(|(_, relationship)| relationships.contains(relationship));
                let ids: BTreeSet<String> = meant.map(|(id, _)| id.clone()).collect();
                if ids.is_empty() {
                    return None;
                }
                Scope::Patients(ids)
            }
        };
        let (types, criteria) = match self.types {
            Types::Every => (TypeSet::All, None),
            Types::EveryBut(names) => (all_but(names), None),
            Types::These(names) => (TypeSet::only(names), None),
            Types::OwnObservations => (TypeSet::only(&["Observation"]), Some(performed_by(&scope)?)),
        };
        let search = self.actions.contains(&Read).then_some(Search);
        let rule = Rule::new(types, self.actions.iter().copied().chain(search), scope);
        Some(Rule { criteria, ..rule })
    }
}

fn all_but(names: &[&str]) -> TypeSet {
    let types = resource_types().filter(|name| !is_internal(name) && !names.contains(name));
    TypeSet::Only(types.map(str::to_owned).collect())
}

/// The search for observations that one of the patients in scope performed.
fn performed_by(scope: &Scope) -> Option<Query> {
    let Scope::Patients(ids) = scope else { return None };
    let references: Vec<String> = ids.iter().map(|id| format!("Patient/{id}")).collect();
    Query::parse("Observation", &[("performer".to_owned(), references.join(","))]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patients() -> BTreeMap<String, Relationship> {
        BTreeMap::from([("me".to_owned(), Oneself), ("kid".to_owned(), Child), ("case".to_owned(), InCare)])
    }

    /// Which of read, create, update and delete the role may do to a resource, as `rcud`, a dash for each it may not.
    fn rights(role: Role, resource: &serde_json::Value) -> String {
        let policy = AccessPolicy::for_role(role, &patients());
        [(Read, 'r'), (Create, 'c'), (Update, 'u'), (Delete, 'd')]
            .into_iter()
            .map(|(action, letter)| if policy.decide(action, resource).is_allowed() { letter } else { '-' })
            .collect()
    }

    #[test]
    fn each_role_may_do_what_the_table_says_and_no_more() {
        use Role::{Admin, Caregiver, Clinician, Emergency, Person, Pharmacist};
        let of = |type_name: &str, patient: &str| {
            json!({"resourceType": type_name, "id": "x",
                   "subject": {"reference": format!("Patient/{patient}")},
                   "patient": {"reference": format!("Patient/{patient}")}})
        };
        let entered = |patient: &str, performer: &str| {
            json!({"resourceType": "Observation", "id": "x",
                   "subject": {"reference": format!("Patient/{patient}")},
                   "performer": [{"reference": performer}]})
        };
        let doctor = json!({"resourceType": "Practitioner", "id": "d"});
        let orphan = json!({"resourceType": "Observation", "id": "o"});
        let account = json!({"resourceType": "UserAccount", "id": "a"});

        let table = [
            (Person, of("Condition", "me"), "rc--"),
            (
                Person,
                json!({"resourceType": "AuditEvent", "id": "x",
                             "agent": [{"who": {"reference": "Patient/me"}}]}),
                "r---",
            ),
            (Person, of("DocumentReference", "me"), "rcud"),
            (Person, of("Condition", "kid"), "----"),
            (Person, entered("me", "Patient/me"), "rcu-"),
            (Person, entered("me", "Organization/lab"), "rc--"),
            (Person, entered("stranger", "Patient/me"), "r---"),
            (Person, doctor.clone(), "r---"),
            (Person, orphan.clone(), "----"),
            (Caregiver, of("Condition", "kid"), "rc--"),
            (Caregiver, of("DocumentReference", "kid"), "rcud"),
            (Caregiver, of("Condition", "me"), "----"),
            (Clinician, of("Condition", "case"), "rcu-"),
            (Clinician, of("Condition", "kid"), "----"),
            (Clinician, of("Coverage", "case"), "----"),
            (Clinician, doctor.clone(), "r---"),
            (Pharmacist, of("AllergyIntolerance", "case"), "r---"),
            (Pharmacist, of("MedicationDispense", "case"), "rcu-"),
            (Pharmacist, of("DocumentReference", "case"), "----"),
            (Emergency, of("AllergyIntolerance", "case"), "----"),
            (Emergency, doctor.clone(), "----"),
            (Admin, of("Condition", "stranger"), "rcud"),
            (Admin, orphan, "rcud"),
            (Admin, account.clone(), "----"),
            (Person, account, "----"),
        ];
        for (role, resource, expect) in table {
            assert_eq!(rights(role, &resource), expect, "{role} on {resource}");
        }
    }

    #[test]
    fn every_type_in_the_table_exists() {
        for grant in GRANTS {
            let Types::These(names) = grant.types else { continue };
            for name in names {
                assert!(TypeSet::only(names).contains(name), "{name}");
            }
        }
    }

    #[test]
    fn who_may_read_may_search() {
        for role in Role::ALL {
            for rule in AccessPolicy::for_role(role, &patients()).rules {
                assert_eq!(rule.actions.contains(&Read), rule.actions.contains(&Search), "{role}");
            }
        }
    }

    #[test]
    fn roles_add_up() {
        let policy = AccessPolicy::for_roles(&[Role::Person, Role::Caregiver], &patients());
        for patient in ["me", "kid"] {
            let condition = json!({"resourceType": "Condition",
                                   "subject": {"reference": format!("Patient/{patient}")}});
            assert!(policy.decide(Read, &condition).is_allowed(), "{patient}");
        }
    }
}
