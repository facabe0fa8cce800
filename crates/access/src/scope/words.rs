//! What a scope means, in plain words, for whoever is asked to grant it.

use super::{Grant, Level, ResourceScope, SmartScope};
use crate::policy::Action;
use salus_fhir::search::Query;

/// What resource types are called by people who never heard of FHIR.
const CALLED: &[(&str, &str)] = &[
    ("AllergyIntolerance", "allergies"),
    ("Appointment", "appointments"),
    ("AuditEvent", "who looked at the record"),
    ("CarePlan", "care plans"),
    ("CareTeam", "care teams"),
    ("Claim", "bills sent to insurers"),
    ("Communication", "messages"),
    ("Condition", "diagnoses and problems"),
    ("Consent", "consents"),
    ("Coverage", "insurance"),
    ("Device", "medical devices"),
    ("DiagnosticReport", "reports of examinations"),
    ("DocumentReference", "documents"),
    ("Encounter", "visits and stays"),
    ("ExplanationOfBenefit", "what insurers paid"),
    ("FamilyMemberHistory", "illnesses in the family"),
    ("Goal", "health goals"),
    ("ImagingStudy", "X-rays and scans"),
    ("Immunization", "vaccinations"),
    ("Location", "places of care"),
    ("Medication", "medicines"),
    ("MedicationAdministration", "medicines given"),
    ("MedicationDispense", "medicines handed out"),
    ("MedicationRequest", "prescriptions"),
    ("MedicationStatement", "medicines taken"),
    ("Observation", "measurements and test results"),
    ("Organization", "hospitals, practices and other organizations"),
    ("Patient", "name, birth date and contact details"),
    ("Practitioner", "doctors and other professionals"),
    ("PractitionerRole", "what professionals do and where"),
    ("Procedure", "operations and other procedures"),
    ("Provenance", "where entries come from"),
    ("QuestionnaireResponse", "answers to questionnaires"),
    ("RelatedPerson", "relatives and other contacts"),
    ("ServiceRequest", "referrals and orders"),
    ("Specimen", "samples taken"),
];

/// What may be done, in the order in which it is told.
const DONE: [(Action, &str); 5] = [
    (Action::Read, "see"),
    (Action::Search, "search"),
    (Action::Create, "add"),
    (Action::Update, "change"),
    (Action::Delete, "delete"),
];

impl SmartScope {
    /// What an app with this scope can do, as the rest of a sentence that begins with "The app can".
    pub fn words(&self) -> String {
        let words = match &self.grant {
            Grant::Resources(scope) => return scope.words(),
            Grant::Launch => "know from where it was opened",
            Grant::LaunchPatient => "know whose record you choose for it",
            Grant::LaunchEncounter => "know which visit you choose for it",
            Grant::OpenId => "know that it is you",
            Grant::FhirUser => "know which entry of the record is you",
            Grant::Profile => "know your name",
            Grant::Email => "know your e-mail address",
            Grant::OfflineAccess => "come back without you, until you take the access away",
            Grant::OnlineAccess => "come back without asking again as long as you are signed in",
        };
        words.to_owned()
    }
}

impl ResourceScope {
    fn words(&self) -> String {
        let done = DONE.iter().filter(|(action, _)| self.actions.contains(action)).map(|(_, word)| *word);
        let what = self.type_name.as_deref().map_or_else(|| "everything".to_owned(), called);
        let whose = match self.level {
            Level::Patient => "in the record you choose",
            Level::User => "in every record you can open",
            Level::System => "in every record it was set up for, without anybody signed in",
        };
        let which =
            self.criteria.as_ref().map_or_else(String::new, |query| format!(", if {}", narrowed(query)));
        format!("{} {what} {whose}{which}", listed(&done.collect::<Vec<_>>()))
    }
}

/// What a type is called: its plain name, or the words its own name is made of.
pub fn called(type_name: &str) -> String {
    if let Some((_, words)) = CALLED.iter().find(|(name, _)| *name == type_name) {
        return (*words).to_owned();
    }
    let mut words = String::from("entries of the kind “");
    for (place, letter) in type_name.char_indices() {
        if letter.is_uppercase() && place > 0 {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words + "”"
}

/// The conditions of a search: a code without its system.
fn narrowed(query: &Query) -> String {
    let conditions = query.to_pairs().into_iter().map(|(name, value)| {
        let values: Vec<&str> = value
            .split(',')
            .map(|value| value.rsplit_once('|').map_or(value, |(_, code)| code))
            .filter(|code| !code.is_empty())
            .collect();
        let name = name.trim_start_matches('_').replace(['-', ':'], " ");
        format!("the {name} is {}", values.join(" or "))
    });
    conditions.collect::<Vec<_>>().join(" and ")
}

fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_fhir::defs::is_resource_type;

    #[test]
    fn scopes_are_told_in_plain_words() {
        for (scope, expect) in [
            (
                "patient/Observation.rs",
                "see and search measurements and test results in the record you choose",
            ),
            (
                "patient/Observation.rs?category=http://x|laboratory,http://x|vital-signs&code=1-8",
                "see and search measurements and test results in the record you choose, \
                 if the category is laboratory or vital-signs and the code is 1-8",
            ),
            ("user/*.cruds", "see, search, add, change and delete everything in every record you can open"),
            (
                "system/MeasureReport.c",
                "add entries of the kind “measure report” in every record it was set up for, without anybody signed in",
            ),
            ("offline_access", "come back without you, until you take the access away"),
        ] {
            assert_eq!(SmartScope::parse(scope).unwrap().words(), expect, "{scope}");
        }
    }

    #[test]
    fn every_type_with_a_plain_name_exists_once() {
        for (place, (name, _)) in CALLED.iter().enumerate() {
            assert!(is_resource_type(name), "{name}");
            assert!(CALLED.get(place + 1).is_none_or(|(next, _)| name < next), "{name}");
        }
    }
}
