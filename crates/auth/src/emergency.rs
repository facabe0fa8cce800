//! Open emergencies: what breaking the glass adds to what an account may do, and for how long.
//!
//! An [`EMERGENCY_ACCESS`] names an account, one patient and a time. While it runs, the account may look at [`TYPES`] of
//! that patient, as far as none of the patient's consents forbids it: **deny wins**, in an emergency as well. A consent
//! that names the account may give more. Whoever is no longer verified has no open emergency.

use crate::every::every;
use crate::{Account, Auth, Error};
use salus_access::consent::{Asker, said_by};
use salus_access::{AccessPolicy, Action, Purpose, Role, Rule, Scope, Subject, TypeSet};
use salus_core::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The type of an open (or ended) emergency in the store. It is internal, and belongs to the patient.
pub const EMERGENCY_ACCESS: &str = "EmergencyAccess";

/// What the emergency view is made of, and so all that breaking the glass opens.
pub const TYPES: &[&str] = &[
    "AllergyIntolerance",
    "Condition",
    "Consent",
    "Device",
    "DeviceUseStatement",
    "Immunization",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Patient",
    "Procedure",
    "RelatedPerson",
];

/// What these refer to and is nobody's in particular.
const SHARED: &[&str] = &["Device", "Medication", "Organization", "Practitioner"];

/// Why somebody looks who broke the glass. A consent that speaks of either is heard.
const PURPOSES: [Purpose; 2] = [Purpose::BreakTheGlass, Purpose::EmergencyTreatment];

impl Account {
    /// Whether this account may break the glass: a verified clinician, or a verified helper in emergencies.
    pub fn may_break_the_glass(&self) -> bool {
        let helps = |role: &Role| matches!(role, Role::Clinician | Role::Emergency);
        self.is_active && self.is_verified && self.roles.iter().any(helps)
    }
}

impl Auth {
    /// How many minutes an emergency stays open.
    pub fn emergency_minutes(&self) -> u32 {
        self.inner.config.emergency_minutes
    }

    /// What a subject may do in this patient's emergency and nowhere else; empty where a consent forbids it.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn emergency_policy(&self, subject: &Subject, patient: &str) -> Result<AccessPolicy, Error> {
        Ok(self.emergency(subject, patient).await?.0)
    }

    /// The subject with what its open emergencies add, and when that changes by itself.
    pub(crate) async fn with_emergencies(
        &self,
        mut subject: Subject,
        account: &Account,
    ) -> Result<(Subject, Option<Timestamp>), Error> {
        if !account.may_break_the_glass() {
            return Ok((subject, None));
        }
        let open = self.open_emergencies(&account.id).await?;
        let mut until = open.values().copied().min();
        for patient in open.keys() {
            let (policy, changes) = self.emergency(&subject, patient).await?;
            subject.policy.rules.extend(policy.rules);
            subject.policy.denials.extend(policy.denials);
            until = until.into_iter().chain(changes).min();
        }
        if !open.is_empty() && !subject.has_role(Role::Clinician) {
            subject.purpose = Purpose::BreakTheGlass;
        }
        subject.emergencies.extend(open.into_keys());
        Ok((subject, until))
    }

    async fn emergency(
        &self,
        subject: &Subject,
        patient: &str,
    ) -> Result<(AccessPolicy, Option<Timestamp>), Error> {
        let mut policy = AccessPolicy::of(rules(patient));
        let gate = self.inner.store.gate();
        let of_patient = [("patient", format!("Patient/{patient}")), ("status", "active".to_owned())];
        let mut until = None;
        for stored in every(&gate, "Consent", &of_patient).await? {
            let consent = stored.json()?;
            for purpose in PURPOSES {
                let asker = Asker { references: &subject.references, purpose, now: self.now() };
                let said = said_by(&consent, &asker);
                until = until.into_iter().chain(said.until).min();
                policy = policy.obeying(said);
            }
        }
        Ok((policy, until))
    }

    /// The patients whose emergencies the account has open, each with its end.
    async fn open_emergencies(&self, account: &str) -> Result<BTreeMap<String, Timestamp>, Error> {
        let gate = self.inner.store.gate();
        let now = self.now();
        let mut open = BTreeMap::new();
        let of_account = [("account", format!("UserAccount/{account}"))];
        for stored in every(&gate, EMERGENCY_ACCESS, &of_account).await? {
            if let Some((patient, end)) = running(&stored.json()?, now) {
                let latest = open.entry(patient).or_insert(end);
                *latest = end.max(*latest);
            }
        }
        Ok(open)
    }
}

/// Whose emergency it is and when it ends, where it runs at this moment.
fn running(access: &Value, now: Timestamp) -> Option<(String, Timestamp)> {
    let end: Timestamp = access["expiresAt"].as_str()?.parse().ok()?;
    let patient = access["patient"]["reference"].as_str()?.strip_prefix("Patient/")?;
    (access["endedAt"].is_null() && now < end).then(|| (patient.to_owned(), end))
}

/// How many rules open the emergency view; more of them are what a consent added.
pub const RULES: usize = 2;

fn rules(patient: &str) -> Vec<Rule> {
    let looking = || Action::ALL.into_iter().filter(|action| action.is_looking());
    let only = |names: &[&str]| TypeSet::Only(names.iter().map(|&name| name.to_owned()).collect());
    vec![
        Rule::new(only(TYPES), looking(), Scope::Patients(BTreeSet::from([patient.to_owned()]))),
        Rule::new(only(SHARED), looking(), Scope::Shared),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Door, MARIA};
    use salus_store::{Batch, Expect, Op};
    use serde_json::json;

    /// A verified helper with an emergency of `ann` that runs for an hour.
    async fn helper() -> (Door, Account) {
        let door = Door::open().await;
        let id = door.create(MARIA).await.unwrap();
        door.play(&id, &[Role::Emergency]).await;
        door.verify(&id, true).await;
        for patient in ["ann", "bob"] {
            put(&door, json!({ "resourceType": "Patient", "id": patient })).await;
        }
        put(&door, access(&id, Value::Null)).await;
        let account = door.auth.account(&id).await.unwrap().unwrap();
        (door, account)
    }

    async fn put(door: &Door, mut resource: Value) {
        if resource["endedAt"].is_null() {
            resource.as_object_mut().unwrap().remove("endedAt");
        }
        let op = Op::Put { resource, expect: Expect::Any };
        door.store.system("test").write(Batch::of(op)).await.unwrap();
    }

    fn access(account: &str, ended: Value) -> Value {
        json!({
            "resourceType": EMERGENCY_ACCESS, "id": "e1",
            "account": { "reference": format!("UserAccount/{account}") },
            "patient": { "reference": "Patient/ann" },
            "who": "Maria", "reason": "urgent", "reasonText": "x",
            "openedAt": "2026-01-05T08:00:00Z", "expiresAt": "2026-01-05T09:00:00Z", "endedAt": ended,
        })
    }

    fn of(type_name: &str, patient: &str) -> Value {
        let reference = json!({ "reference": format!("Patient/{patient}") });
        json!({ "resourceType": type_name, "id": "x", "subject": reference, "patient": reference })
    }

    /// What of these the account may read, as letters.
    async fn sees(door: &Door, account: &Account) -> String {
        let subject = door.auth.subject(account).await.unwrap();
        let (subject, _) = door.auth.with_emergencies(subject, account).await.unwrap();
        let asked = [
            ('a', of("AllergyIntolerance", "ann")),
            ('c', of("Condition", "ann")),
            ('d', of("DocumentReference", "ann")),
            ('b', of("Condition", "bob")),
        ];
        let may = |resource: &Value| subject.policy.decide(Action::Read, resource).is_allowed();
        asked.iter().filter(|(_, resource)| may(resource)).map(|(letter, _)| letter).collect()
    }

    #[tokio::test]
    async fn asvs_v8_2_2_an_emergency_opens_the_emergency_view_of_one_patient_and_ends_by_itself() {
        let (door, account) = helper().await;
        assert_eq!(sees(&door, &account).await, "ac");
        let subject = door.auth.subject(&account).await.unwrap();
        let (subject, until) = door.auth.with_emergencies(subject, &account).await.unwrap();
        assert_eq!(until, Some("2026-01-05T09:00:00Z".parse().unwrap()));
        assert_eq!(subject.purpose, Purpose::BreakTheGlass);
        assert!(!subject.policy.decide(Action::Update, &of("Condition", "ann")).is_allowed());
        door.clock.advance_seconds(3_599);
        assert_eq!(sees(&door, &account).await, "ac");
        door.clock.advance_seconds(1);
        assert_eq!(sees(&door, &account).await, "");
    }

    #[tokio::test]
    async fn an_open_session_loses_the_emergency_with_its_last_second() {
        let (door, account) = helper().await;
        let session = door.sign_in(MARIA).await;
        let may = async || {
            let identity = door.who(&session).await.unwrap();
            identity.subject.policy.decide(Action::Read, &of("Condition", "ann")).is_allowed()
        };
        door.clock.advance_seconds(1_500);
        assert!(may().await);
        door.clock.advance_seconds(1_500);
        assert!(may().await);
        // The session was remembered less than half a minute ago.
        door.clock.advance_seconds(585);
        assert!(may().await);
        door.clock.advance_seconds(15);
        assert!(!may().await);
        assert!(account.is_verified);
    }

    #[tokio::test]
    async fn it_ends_on_demand_and_with_the_verification() {
        let (door, account) = helper().await;
        put(&door, access(&account.id, "2026-01-05T08:00:00Z".into())).await;
        assert_eq!(sees(&door, &account).await, "");
        put(&door, access(&account.id, Value::Null)).await;
        door.verify(&account.id, false).await;
        let account = door.auth.account(&account.id).await.unwrap().unwrap();
        assert_eq!(sees(&door, &account).await, "");
    }

    #[tokio::test]
    async fn a_consent_that_forbids_wins_over_the_emergency() {
        let (door, account) = helper().await;
        for (purpose, class, expect) in [
            (Some("ETREAT"), None, ""),
            (Some("BTG"), None, ""),
            (None, None, ""),
            (Some("HRESCH"), None, "ac"),
            (Some("ETREAT"), Some("Condition"), "a"),
        ] {
            let mut provision = json!({ "type": "deny" });
            if let Some(code) = purpose {
                provision["purpose"] =
                    json!([{ "system": salus_access::purpose::PURPOSE_SYSTEM, "code": code }]);
            }
            if let Some(class) = class {
                provision["class"] =
                    json!([{ "system": "http://hl7.org/fhir/resource-types", "code": class }]);
            }
            put(
                &door,
                json!({
                    "resourceType": "Consent", "id": "no", "status": "active",
                    "scope": { "coding": [{ "code": "patient-privacy" }] },
                    "category": [{ "coding": [{ "system": "http://loinc.org", "code": "59284-0" }] }],
                    "patient": { "reference": "Patient/ann" },
                    "policyRule": { "text": "own words" },
                    "provision": provision,
                }),
            )
            .await;
            assert_eq!(sees(&door, &account).await, expect, "{purpose:?} {class:?}");
        }
    }
}
