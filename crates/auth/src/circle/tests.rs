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
