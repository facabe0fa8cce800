use crate::testing::{Door, MARIA, secret};
use crate::{Account, NewAccount};
use salus_access::{Relationship, Role};
use salus_store::{Batch, Expect, Op};
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn put(door: &Door, resource: Value) {
    door.store.system("test").write(Batch::of(Op::Put { resource, expect: Expect::Any })).await.unwrap();
}

async fn account(
    door: &Door,
    roles: &[Role],
    patients: &[(&str, Relationship)],
    work: [Option<&str>; 2],
) -> Account {
    let [practitioner, organization] = work.map(|id| id.map(str::to_owned));
    let new = NewAccount {
        email: MARIA.to_owned(),
        display_name: "Maria López".to_owned(),
        roles: roles.to_vec(),
        patients: patients.iter().map(|(id, relationship)| ((*id).to_owned(), *relationship)).collect(),
        practitioner,
        organization,
        password: secret("heron river turns twice"),
    };
    let id = door.auth.create_account(new).await.unwrap();
    door.auth.account(&id).await.unwrap().unwrap()
}

async fn reaches(door: &Door, account: &Account) -> BTreeMap<String, Relationship> {
    door.auth.subject(account).await.unwrap().patients
}

fn patient(id: &str, more: Value) -> Value {
    let mut patient = json!({ "resourceType": "Patient", "id": id });
    for (name, value) in more.as_object().unwrap() {
        patient[name] = value.clone();
    }
    patient
}

#[tokio::test]
async fn asvs_v8_4_1_staff_reach_the_patients_of_their_clinic_and_nobody_elses() {
    let door = Door::open().await;
    let clinic = |id: &str| json!({ "managingOrganization": { "reference": format!("Organization/{id}") } });
    put(&door, patient("ann", clinic("alder"))).await;
    put(&door, patient("bob", clinic("birch"))).await;
    put(&door, patient("cat", json!({ "generalPractitioner": [{ "reference": "Organization/alder" }] })))
        .await;
    let nurse = account(&door, &[Role::Clinician], &[], [None, Some("alder")]).await;
    let expect = ["ann", "cat"].map(|id| (id.to_owned(), Relationship::InCare));
    assert_eq!(reaches(&door, &nurse).await, BTreeMap::from(expect));

    // Who changes the clinic is the other clinic's patient from that moment on.
    put(&door, patient("ann", clinic("birch"))).await;
    assert!(!reaches(&door, &nurse).await.contains_key("ann"));
}

#[tokio::test]
async fn work_opens_nothing_to_those_who_do_no_such_work() {
    let door = Door::open().await;
    put(&door, patient("ann", json!({ "managingOrganization": { "reference": "Organization/alder" } })))
        .await;
    let clerk = account(&door, &[Role::Person], &[], [Some("dr-x"), Some("alder")]).await;
    assert!(reaches(&door, &clerk).await.is_empty());
}

#[tokio::test]
async fn a_care_team_brings_its_patient_as_long_as_it_is_active() {
    let door = Door::open().await;
    put(&door, patient("ann", json!({}))).await;
    put(&door, patient("bob", json!({ "generalPractitioner": [{ "reference": "Practitioner/dr-x" }] })))
        .await;
    let team = |status: &str| {
        json!({ "resourceType": "CareTeam", "id": "team", "status": status,
                "subject": { "reference": "Patient/ann" },
                "participant": [{ "member": { "reference": "Practitioner/dr-x" } }] })
    };
    put(&door, team("active")).await;
    let doctor = account(&door, &[Role::Clinician], &[], [Some("dr-x"), None]).await;
    assert_eq!(reaches(&door, &doctor).await.into_keys().collect::<Vec<_>>(), ["ann", "bob"]);
    put(&door, team("inactive")).await;
    assert_eq!(reaches(&door, &doctor).await.into_keys().collect::<Vec<_>>(), ["bob"]);
}

#[tokio::test]
async fn a_child_who_comes_of_age_takes_their_record_back() {
    let door = Door::open().await;
    put(&door, patient("kid", json!({ "birthDate": "2008-01-07" }))).await;
    put(&door, patient("mother", json!({ "birthDate": "1950-03-01" }))).await;
    let family = [("kid", Relationship::Child), ("mother", Relationship::Parent)];
    let parent = account(&door, &[Role::Caregiver], &family, [None, None]).await;
    assert_eq!(reaches(&door, &parent).await.len(), 2, "two days before the birthday");
    door.clock.advance_seconds(2 * 86_400);
    assert_eq!(reaches(&door, &parent).await.into_keys().collect::<Vec<_>>(), ["mother"]);
}

#[tokio::test]
async fn a_new_patient_of_the_clinic_is_seen_in_an_open_session() {
    let door = Door::open().await;
    account(&door, &[Role::Clinician], &[], [None, Some("alder")]).await;
    let session = door.sign_in(MARIA).await;
    assert!(door.who(&session).await.unwrap().subject.patients.is_empty());
    put(&door, patient("ann", json!({ "managingOrganization": { "reference": "Organization/alder" } })))
        .await;
    let seen = async {
        while door.who(&session).await.unwrap().subject.patients.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), seen).await.unwrap();
}

#[tokio::test]
async fn asking_who_somebody_is_leaves_no_trace_in_what_was_looked_at() {
    let door = Door::open().await;
    put(&door, patient("ann", json!({ "managingOrganization": { "reference": "Organization/alder" } })))
        .await;
    let nurse = account(&door, &[Role::Clinician], &[], [Some("dr-x"), Some("alder")]).await;
    let before = door.store.audit_trail("ann", 0, 100).await.unwrap().len();
    assert_eq!(reaches(&door, &nurse).await.len(), 1);
    assert_eq!(door.store.audit_trail("ann", 0, 100).await.unwrap().len(), before);
}

fn consent(id: &str, kind: &str, actor: &str, more: Value) -> Value {
    let mut provision = json!({ "type": kind, "actor": [{ "role": { "text": "recipient" }, "reference": { "reference": actor } }] });
    for (name, value) in more.as_object().unwrap() {
        provision[name] = value.clone();
    }
    json!({
        "resourceType": "Consent", "id": id, "status": "active",
        "scope": { "coding": [{ "code": "patient-privacy" }] }, "category": [{ "text": "privacy" }],
        "patient": { "reference": "Patient/ann" }, "policyRule": { "text": "opt-in" }, "provision": provision,
    })
}

fn observation() -> Value {
    json!({ "resourceType": "Observation", "id": "o", "subject": { "reference": "Patient/ann" } })
}

async fn may_read(door: &Door, account: &Account, resource: &Value) -> bool {
    door.auth.subject(account).await.unwrap().policy.decide(salus_access::Action::Read, resource).is_allowed()
}

#[tokio::test]
async fn a_consent_opens_a_record_to_somebody_who_does_not_reach_it_otherwise() {
    let door = Door::open().await;
    put(&door, patient("ann", json!({}))).await;
    let doctor = account(&door, &[Role::Clinician], &[], [Some("dr-x"), Some("alder")]).await;
    assert!(!may_read(&door, &doctor, &observation()).await);
    for (n, actor) in ["Practitioner/dr-x", "Organization/alder"].into_iter().enumerate() {
        let id = format!("c{n}");
        put(&door, consent(&id, "permit", actor, json!({}))).await;
        assert!(may_read(&door, &doctor, &observation()).await, "{actor}");
        assert_eq!(
            reaches(&door, &doctor).await.into_values().collect::<Vec<_>>(),
            [Relationship::Entrusted]
        );
        let mut over = consent(&id, "permit", actor, json!({}));
        over["status"] = "inactive".into();
        put(&door, over).await;
        assert!(!may_read(&door, &doctor, &observation()).await, "{actor}, taken back");
    }
    put(&door, consent("c9", "permit", "Practitioner/dr-y", json!({}))).await;
    assert!(!may_read(&door, &doctor, &observation()).await, "somebody else's");
}

#[tokio::test]
async fn a_denial_closes_what_work_would_open_and_wins_over_a_permission() {
    let door = Door::open().await;
    let of_clinic = json!({ "managingOrganization": { "reference": "Organization/alder" } });
    put(&door, patient("ann", of_clinic)).await;
    let doctor = account(&door, &[Role::Clinician], &[], [Some("dr-x"), Some("alder")]).await;
    assert!(may_read(&door, &doctor, &observation()).await);
    let class =
        json!({ "class": [{ "system": "http://hl7.org/fhir/resource-types", "code": "Observation" }] });
    put(&door, consent("deny", "deny", "Practitioner/dr-x", class)).await;
    put(&door, consent("permit", "permit", "Practitioner/dr-x", json!({}))).await;
    assert!(!may_read(&door, &doctor, &observation()).await);
    let condition =
        json!({ "resourceType": "Condition", "id": "c", "subject": { "reference": "Patient/ann" } });
    assert!(may_read(&door, &doctor, &condition).await, "other kinds stay open");
}

#[tokio::test]
async fn a_grown_up_child_may_open_the_record_to_their_parent_again() {
    let door = Door::open().await;
    put(&door, patient("ann", json!({ "birthDate": "2000-01-01" }))).await;
    let parent = account(&door, &[Role::Caregiver], &[("ann", Relationship::Child)], [None, None]).await;
    assert!(!may_read(&door, &parent, &observation()).await);
    let known_by = |email: &str| {
        json!({ "resourceType": "RelatedPerson", "id": "mum", "patient": { "reference": "Patient/ann" },
                "identifier": [{ "system": crate::EMAIL_SYSTEM, "value": email }] })
    };
    put(&door, known_by(MARIA)).await;
    put(&door, consent("c", "permit", "RelatedPerson/mum", json!({}))).await;
    assert!(may_read(&door, &parent, &observation()).await);
    put(&door, known_by("somebody.else@example.org")).await;
    assert!(!may_read(&door, &parent, &observation()).await);
}

#[tokio::test]
async fn a_consent_ends_under_an_open_session_at_its_hour() {
    let door = Door::open().await;
    put(&door, patient("ann", json!({}))).await;
    account(&door, &[Role::Clinician], &[], [Some("dr-x"), None]).await;
    let period = json!({ "period": { "start": "2026-01-01", "end": "2026-01-05T08:00:10Z" } });
    put(&door, consent("c", "permit", "Practitioner/dr-x", period)).await;
    let session = door.sign_in(MARIA).await;
    let may = async || {
        let subject = door.who(&session).await.unwrap().subject;
        subject.policy.decide(salus_access::Action::Read, &observation()).is_allowed()
    };
    assert!(may().await);
    door.clock.advance_seconds(11);
    assert!(!may().await, "eleven seconds later, though nothing was written");
}

#[tokio::test]
async fn a_person_is_told_who_reaches_their_record_and_how() {
    use crate::Way;
    let door = Door::open().await;
    put(
        &door,
        patient(
            "ann",
            json!({ "birthDate": "2000-01-01", "managingOrganization": { "reference": "Organization/alder" },
        "generalPractitioner": [{ "reference": "Practitioner/dr-x" }] }),
        ),
    )
    .await;
    let people = [
        ("self", Role::Person, Some(Relationship::Oneself), [None, None]),
        ("mother", Role::Caregiver, Some(Relationship::Child), [None, None]),
        ("husband", Role::Caregiver, Some(Relationship::Partner), [None, None]),
        ("doctor", Role::Clinician, None, [Some("dr-x"), None]),
        ("nurse", Role::Clinician, None, [Some("n-1"), Some("alder")]),
        ("stranger", Role::Clinician, None, [Some("dr-y"), Some("birch")]),
    ];
    for (name, role, tie, work) in people {
        let [practitioner, organization] = work.map(|id| id.map(str::to_owned));
        let new = NewAccount {
            email: format!("{name}@example.org"),
            display_name: name.to_owned(),
            roles: vec![role],
            patients: tie.map(|tie| ("ann".to_owned(), tie)).into_iter().collect(),
            practitioner,
            organization,
            password: secret("heron river turns twice"),
        };
        door.auth.create_account(new).await.unwrap();
    }
    let told = door.auth.reached_by("ann").await.unwrap();
    let told: Vec<_> = told.iter().map(|reach| (reach.name.as_str(), reach.way)).collect();
    assert_eq!(
        told,
        [("self", Way::Oneself), ("husband", Way::Family), ("nurse", Way::Clinic), ("doctor", Way::Practice)],
        "the mother of somebody grown up is not among them"
    );
}
