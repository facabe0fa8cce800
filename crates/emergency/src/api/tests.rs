//! The stories of links and of breaking the glass, from outside.

use crate::link::jwe::tests::decrypt;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_access::Role;
use salus_http::testing::{TestApp, TestClient};
use salus_store::{Batch, Expect, Op};
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn start() -> (TestApp, TestClient) {
    let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
    let maria = app.person("maria").await;
    let about = |type_name: &str, more: Value| {
        let reference = json!({ "reference": format!("Patient/{}", maria.patient()) });
        let mut resource = json!({ "resourceType": type_name });
        let holder = if type_name == "AllergyIntolerance" { "patient" } else { "subject" };
        resource[holder] = reference;
        for (name, value) in more.as_object().unwrap() {
            resource[name] = value.clone();
        }
        resource
    };
    app.create(about(
        "AllergyIntolerance",
        json!({ "code": { "text": "Penicillin" }, "criticality": "high",
                "reaction": [{ "manifestation": [{ "text": "Hives" }] }], "recordedDate": "2002-03-04" }),
    ))
    .await;
    app.create(about(
        "MedicationRequest",
        json!({ "status": "active", "intent": "order", "authoredOn": "2025-04-01",
                "medicationCodeableConcept": { "text": "apixaban 2.5 MG Oral Tablet" },
                "dosageInstruction": [{ "text": "One tablet twice a day" }] }),
    ))
    .await;
    app.create(about("DocumentReference", json!({ "status": "current", "content": [{ "attachment": {} }] })))
        .await;
    (app, maria)
}

pub(super) async fn helper(app: &TestApp, name: &str, role: Role, is_verified: bool) -> TestClient {
    let client = app.account(name, vec![role], BTreeMap::new()).await;
    verify(app, &client, is_verified).await;
    client
}

async fn verify(app: &TestApp, client: &TestClient, is_verified: bool) {
    let change = salus_auth::AccountChange { is_verified: Some(is_verified), ..Default::default() };
    app.app().auth.change_account(client.account(), change).await.map(drop).unwrap();
}

fn card(person: &TestClient) -> String {
    format!("/api/v1/people/{}/emergency-card", person.patient())
}

#[tokio::test]
async fn the_card_tells_what_is_dangerous_and_what_is_not_recorded() {
    let (_app, maria) = start().await;
    let card = maria.get(&card(&maria)).await;
    assert_eq!(card.status(), 200);
    let card = card.json();
    assert_eq!(card["who"]["name"], "Maria");
    let allergy = &card["allergies"]["lines"][0];
    assert_eq!((&allergy["title"], &allergy["isCritical"]), (&json!("Penicillin"), &json!(true)));
    assert_eq!((&allergy["detail"], &allergy["date"]), (&json!("Hives"), &json!("2002-03-04")));
    assert_eq!(allergy["source"]["type"], "AllergyIntolerance");
    let medicine = &card["medicines"]["lines"][0];
    assert_eq!(medicine["marks"], json!([{ "kind": "anticoagulant", "label": "Blood thinner" }]));
    assert_eq!(card["conditions"]["known"], "not-recorded", "never told as none");
}

#[tokio::test]
async fn the_summary_is_a_fhir_operation() {
    let (app, maria) = start().await;
    let path = format!("/fhir/r4/Patient/{}/$summary", maria.patient());
    let summary = maria.get(&path).await;
    assert_eq!(summary.status(), 200);
    assert!(summary.header("content-type").starts_with("application/fhir+json"));
    assert_eq!(summary.json()["entry"][0]["resource"]["type"]["coding"][0]["code"], "60591-5");
    let john = app.person("john").await;
    assert_eq!(john.get(&path).await.status(), 404);
    assert_eq!(john.get(&card(&maria)).await.status(), 404);
    assert_eq!(app.open_doors(vec![crate::capability()]).await, Vec::<String>::new());
}

/// A link as its owner made it: the payload's url, key and flags.
struct Made {
    path: String,
    key: [u8; 32],
    flag: String,
    id: String,
}

async fn link(maria: &TestClient, more: Value) -> Made {
    let mut wish = json!({ "label": "Wallet", "content": "card", "minutes": 60 });
    for (name, value) in more.as_object().unwrap() {
        wish[name] = value.clone();
    }
    let links = format!("/api/v1/people/{}/emergency-links", maria.patient());
    let made = maria.post(&links, &wish).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let made = made.json();
    assert!(made["svg"].as_str().unwrap().contains("<svg"));
    let (viewer, payload) = made["url"].as_str().unwrap().split_once("#shlink:/").unwrap();
    assert_eq!(viewer, "http://salus.test/v");
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let url = payload["url"].as_str().unwrap();
    assert!(url.len() <= 128 && payload["exp"] == json!(1_767_603_600));
    Made {
        path: url.strip_prefix("http://salus.test").unwrap().to_owned(),
        key: URL_SAFE_NO_PAD.decode(payload["key"].as_str().unwrap()).unwrap().try_into().unwrap(),
        flag: payload["flag"].as_str().unwrap_or_default().to_owned(),
        id: made["link"]["id"].as_str().unwrap().to_owned(),
    }
}

fn bundle(jwe: &str, key: &[u8; 32]) -> Value {
    serde_json::from_slice(&decrypt(jwe, key).unwrap()).unwrap()
}

async fn openings(maria: &TestClient) -> String {
    let links = maria.get(&format!("/api/v1/people/{}/emergency-links", maria.patient())).await.json();
    let openings = links[0]["openings"].as_array().unwrap().iter();
    openings.map(|opening| opening["outcome"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_link_opens_with_its_passcode_and_each_opening_is_on_file() {
    let (app, maria) = start().await;
    let link = link(&maria, json!({ "passcode": "4711" })).await;
    assert_eq!(link.flag, "LP");
    let stranger = app.anonymous().with_header("sec-fetch-site", "cross-site");
    let ask = async |more: Value| {
        let mut wish = json!({ "recipient": "Riverton Hospital" });
        for (name, value) in more.as_object().unwrap() {
            wish[name] = value.clone();
        }
        stranger.post(&link.path, &wish).await
    };
    let wrong = ask(json!({ "passcode": "1234" })).await;
    assert_eq!((wrong.status(), wrong.json()), (401, json!({ "remainingAttempts": 4 })));
    assert_eq!(ask(json!({})).await.json(), json!({ "remainingAttempts": 3 }));

    let right = ask(json!({ "passcode": "4711" })).await;
    assert_eq!((right.status(), right.header("access-control-allow-origin").as_str()), (200, "*"));
    let file = &right.json()["files"][0];
    assert_eq!(file["contentType"], "application/fhir+json");
    let document = bundle(file["embedded"].as_str().unwrap(), &link.key);
    assert_eq!(document["type"], "document");
    assert!(document.to_string().contains("Penicillin"));
    assert!(document.to_string().contains("\"code\":\"anticoagulant\""));

    // Too long to stand in the manifest: fetched within ten minutes from its own place.
    let elsewhere = ask(json!({ "passcode": "4711", "embeddedLengthMax": 10 })).await.json();
    let place =
        elsewhere["files"][0]["location"].as_str().unwrap().strip_prefix("http://salus.test").unwrap();
    let fetched = stranger.get(place).await;
    assert_eq!((fetched.status(), fetched.header("content-type").as_str()), (200, "application/jose"));
    assert_eq!(bundle(&fetched.text(), &link.key)["type"], "document");
    assert_eq!(stranger.get(&format!("{place}x")).await.status(), 404, "an altered ticket");
    app.clock().advance_seconds(601);
    assert_eq!(stranger.get(place).await.status(), 404, "a ticket past its time");

    assert_eq!(openings(&maria).await, "opened opened wrong-passcode wrong-passcode");
    let unnamed = stranger.post(&link.path, &json!({ "passcode": "4711" })).await;
    assert_eq!(unnamed.status(), 422, "a visitor says who they are");
}

#[tokio::test]
async fn five_wrong_passcodes_close_a_link_for_good() {
    let (app, maria) = start().await;
    let link = link(&maria, json!({ "passcode": "4711" })).await;
    let ask = async |code: &str| {
        let wish = json!({ "recipient": "x", "passcode": code });
        app.anonymous().post(&link.path, &wish).await
    };
    for left in [4, 3] {
        assert_eq!(ask("0000").await.json()["remainingAttempts"], left);
    }
    assert_eq!(ask("4711").await.status(), 200, "a right one gives none of them back");
    for left in [2, 1, 0] {
        assert_eq!(ask("0000").await.json()["remainingAttempts"], left);
    }
    assert_eq!(ask("4711").await.status(), 404);
    assert!(openings(&maria).await.starts_with("locked wrong-passcode"));
}

#[tokio::test]
async fn many_guesses_at_once_are_five_all_the_same() {
    let (app, maria) = start().await;
    let link = link(&maria, json!({ "passcode": "4711" })).await;
    let guesses = (0..12).map(|guess| {
        let (app, path) = (app.clone(), link.path.clone());
        tokio::spawn(async move {
            let wish = json!({ "recipient": "x", "passcode": format!("{guess:04}") });
            app.anonymous().post(&path, &wish).await.status()
        })
    });
    let mut refused = 0;
    for guess in guesses.collect::<Vec<_>>() {
        refused += u32::from(guess.await.unwrap() == 401);
    }
    assert_eq!(refused, 5);
    let wish = json!({ "recipient": "x", "passcode": "4711" });
    assert_eq!(app.anonymous().post(&link.path, &wish).await.status(), 404);
}

#[tokio::test]
async fn a_link_past_its_time_taken_back_or_unknown_opens_nothing() {
    let (app, maria) = start().await;
    let stranger = app.anonymous();
    let ask = json!({ "recipient": "x" });
    let unknown = format!("/api/v1/links/{}", "A".repeat(43));
    assert_eq!(stranger.post(&unknown, &ask).await.status(), 404);

    let taken_back = link(&maria, json!({})).await;
    assert_eq!(stranger.post(&taken_back.path, &ask).await.status(), 200);
    let own = format!("/api/v1/people/{}/emergency-links/{}", maria.patient(), taken_back.id);
    let john = app.person("john").await;
    assert_eq!(john.get(&own).await.status(), 404);
    assert_eq!(john.delete(&own).await.status(), 404);
    assert!(maria.get(&own).await.json()["url"].as_str().unwrap().contains("#shlink:/"), "it is shown again");
    assert_eq!(maria.delete(&own).await.status(), 204);
    assert_eq!(stranger.post(&taken_back.path, &ask).await.status(), 404);

    let short = link(&maria, json!({})).await;
    app.clock().advance_seconds(3_599);
    assert_eq!(stranger.post(&short.path, &ask).await.status(), 200);
    app.clock().advance_seconds(1);
    assert_eq!(stranger.post(&short.path, &ask).await.status(), 404);
}

#[tokio::test]
async fn a_copy_stays_as_it_was_and_opens_directly() {
    let (app, maria) = start().await;
    let copy = link(&maria, json!({ "isLive": false })).await;
    let live = link(&maria, json!({ "content": "summary" })).await;
    assert_eq!((copy.flag.as_str(), live.flag.as_str()), ("U", "L"));
    app.create(json!({
        "resourceType": "Condition", "subject": { "reference": format!("Patient/{}", maria.patient()) },
        "code": { "text": "Epilepsy" },
    }))
    .await;
    let stranger = app.anonymous();
    let direct = stranger.get(&format!("{}?recipient=x", copy.path)).await;
    assert_eq!(direct.status(), 200);
    assert!(!bundle(&direct.text(), &copy.key).to_string().contains("Epilepsy"));
    let manifest = stranger.post(&live.path, &json!({ "recipient": "x" })).await.json();
    let document = bundle(manifest["files"][0]["embedded"].as_str().unwrap(), &live.key);
    assert!(document.to_string().contains("Epilepsy"));
    assert_eq!(
        stranger.get(&format!("{}?recipient=x", live.path)).await.status(),
        404,
        "only with the flag U"
    );
}

#[tokio::test]
async fn wrong_wishes_are_told_where() {
    let (app, maria) = start().await;
    let links = format!("/api/v1/people/{}/emergency-links", maria.patient());
    for (wish, field) in [
        (json!({ "label": "", "content": "card", "minutes": 60 }), "label"),
        (json!({ "label": "x".repeat(81), "content": "card", "minutes": 60 }), "label"),
        (json!({ "label": "x", "content": "card", "minutes": 14 }), "minutes"),
        (json!({ "label": "x", "content": "card", "minutes": 525_601 }), "minutes"),
        (json!({ "label": "x", "content": "all", "minutes": 60 }), "content"),
        (json!({ "label": "x", "content": "card", "minutes": 60, "passcode": "123" }), "passcode"),
    ] {
        let answer = maria.post(&links, &wish).await;
        assert_eq!((answer.status(), &answer.json()["errors"][0]["field"]), (422, &json!(field)), "{wish}");
    }
    let token = maria.post("/api/v1/tokens", &json!({ "label": "reader" })).await.json();
    let bearer = format!("Bearer {}", token["secret"].as_str().unwrap());
    let reader = app.anonymous().with_header("authorization", &bearer);
    let wish = json!({ "label": "x", "content": "card", "minutes": 60 });
    assert_eq!(reader.post(&links, &wish).await.status(), 403, "a key for reading shares nothing");
}

pub(super) fn wish(person: &TestClient) -> Value {
    json!({ "personId": person.patient(), "reason": "unconscious", "reasonText": "Found on the street" })
}

#[tokio::test]
async fn breaking_the_glass_opens_the_view_tells_the_person_and_is_reviewed() {
    let (app, maria) = start().await;
    let jonas = helper(&app, "jonas", Role::Emergency, true).await;
    assert_eq!(jonas.get(&card(&maria)).await.status(), 404);
    let opened = jonas.post("/api/v1/emergency/accesses", &wish(&maria)).await;
    assert_eq!(opened.status(), 201, "{}", opened.text());
    let opened = opened.json();
    assert_eq!((&opened["personName"], &opened["agreed"]), (&json!("Maria"), &json!("emergency-view")));
    assert_eq!(opened["expiresAt"], "2026-01-05T09:00:00Z");

    assert_eq!(jonas.get(&card(&maria)).await.status(), 200);
    let mut everything = app.app().auth.authenticate(&cookie(&app, "jonas").await).await.unwrap().unwrap();
    let about = |name: &str| json!({ "resourceType": name, "subject": { "reference": format!("Patient/{}", maria.patient()) } });
    let policy = &std::sync::Arc::make_mut(&mut everything.subject).policy;
    assert!(policy.decide(salus_access::Action::Read, &about("Condition")).is_allowed());
    assert!(!policy.decide(salus_access::Action::Read, &about("DocumentReference")).is_allowed());

    // The person was told in the same moment, and sees what was read.
    let told = app.app().store.as_user(subject(&app, "maria").await);
    let query = salus_fhir::search::Query::parse("Communication", &[]).unwrap();
    let messages = told.search(&query, salus_store::Page::first(10)).await.unwrap().matches;
    let message = messages[0].json().unwrap()["payload"][0]["contentString"].as_str().unwrap().to_owned();
    assert!(
        message
            .starts_with("Jonas (emergency helper) opened the emergency view of your record on 5 Jan 2026"),
        "{message}"
    );

    app.clock().advance_seconds(60);
    let id = opened["id"].as_str().unwrap();
    let path = format!("/api/v1/emergency/accesses/{id}");
    assert_eq!(maria.delete(&path).await.status(), 404, "only the helper ends it");
    assert_eq!(jonas.delete(&path).await.status(), 204);
    assert_eq!(jonas.get(&card(&maria)).await.status(), 404);
    let mine = jonas.get("/api/v1/emergency/accesses").await.json();
    assert_eq!((&mine[0]["needsNote"], &mine[0]["isOpen"]), (&json!(true), &json!(false)));
    let note = json!({ "note": "Brought her to Riverton Hospital." });
    assert_eq!(jonas.post(&format!("{path}/note"), &note).await.status(), 200);
    assert_eq!(jonas.post(&format!("{path}/note"), &note).await.status(), 409);

    let reviews = format!("/api/v1/people/{}/emergency-accesses", maria.patient());
    let review = maria.get(&reviews).await.json();
    assert_eq!(review[0]["who"], "Jonas");
    assert_eq!(review[0]["note"], "Brought her to Riverton Hospital.");
    let read: Vec<&str> =
        review[0]["read"].as_array().unwrap().iter().filter_map(|item| item["type"].as_str()).collect();
    assert_eq!(read, ["AllergyIntolerance", "MedicationRequest", "Patient"]);

    let objection = json!({ "objection": "I was at home and well." });
    assert_eq!(maria.post(&format!("{reviews}/{id}/objection"), &objection).await.status(), 204);
    assert_eq!(maria.post(&format!("{reviews}/{id}/objection"), &objection).await.status(), 409);
    let query = salus_fhir::search::Query::parse("Task", &[]).unwrap();
    let tasks = app.app().store.system("test").search(&query, salus_store::Page::first(10)).await.unwrap();
    let task = tasks.matches[0].json().unwrap();
    assert!(salus_fhir::validate(&task).is_empty());
    assert!(task["description"].as_str().unwrap().ends_with("I was at home and well."));
    assert_eq!(app.person("john").await.get(&reviews).await.status(), 404);
}

async fn cookie(app: &TestApp, name: &str) -> salus_auth::Credential {
    let body = json!({ "email": format!("{name}@example.org"), "password": salus_http::testing::PASSWORD });
    let signed_in = app.anonymous().post("/api/v1/session", &body).await;
    salus_auth::Credential::Cookie(salus_core::Secret::new(signed_in.cookie()))
}

async fn subject(app: &TestApp, name: &str) -> std::sync::Arc<salus_access::Subject> {
    app.app().auth.authenticate(&cookie(app, name).await).await.unwrap().unwrap().subject
}

/// How many refused attempts the audit holds.
async fn refusals(app: &TestApp) -> usize {
    let actions = vec![salus_store::AuditAction::BreakGlassBegin];
    let filter = salus_store::AuditFilter { actions, ..Default::default() };
    let entries = app.app().store.system("test").audit(&filter, 50).await.unwrap();
    entries.iter().filter(|entry| entry.outcome == salus_store::AuditOutcome::MinorFailure).count()
}

#[tokio::test]
async fn asvs_v8_2_1_only_verified_helpers_break_the_glass_and_attempts_are_on_file() {
    let (app, maria) = start().await;
    let open = "/api/v1/emergency/accesses";
    for (name, role, is_verified, status) in [
        ("unverified", Role::Emergency, false, 403),
        ("pharmacist", Role::Pharmacist, true, 403),
        ("admin", Role::Admin, true, 403),
        ("doctor", Role::Clinician, true, 201),
    ] {
        let client = helper(&app, name, role, is_verified).await;
        assert_eq!(client.post(open, &wish(&maria)).await.status(), status, "{name}");
    }
    assert_eq!(refusals(&app).await, 3);
    let jonas = helper(&app, "jonas", Role::Emergency, true).await;
    for (more, status) in [
        (json!({ "reasonText": " " }), 422),
        (json!({ "reasonText": null }), 422),
        (json!({ "reason": "curious" }), 422),
        (json!({ "personId": "nobody" }), 404),
        (json!({ "personId": null }), 422),
        (json!({ "personId": null, "name": "Maria", "birthDate": "12 March" }), 422),
        (json!({ "personId": null, "name": "Mar", "birthDate": "1984-03-12" }), 404),
        (json!({ "personId": null, "name": "Maria", "birthDate": "1984-03-13" }), 404),
        (json!({ "personId": null, "name": "maria", "birthDate": "1984-03-12" }), 201),
    ] {
        let mut wish = wish(&maria);
        for (name, value) in more.as_object().unwrap() {
            wish[name] = value.clone();
        }
        let answer = jonas.post(open, &wish).await;
        assert_eq!(answer.status(), status, "{more} {}", answer.text());
    }
}

#[tokio::test]
async fn people_who_cannot_be_told_apart_are_not_opened_and_nobody_fishes() {
    let (app, maria) = start().await;
    app.person("other").await;
    let twin = json!({
        "resourceType": "Patient", "name": [{ "given": ["María"] }], "birthDate": "1984-03-12",
        "identifier": [{ "value": "RV-7" }],
    });
    app.create(twin).await;
    let jonas = helper(&app, "jonas", Role::Emergency, true).await;
    let open = "/api/v1/emergency/accesses";
    let described = |identifier: Value| {
        json!({ "name": "Maria", "birthDate": "1984-03-12", "identifier": identifier,
                "reason": "urgent", "reasonText": "Chest pain" })
    };
    assert_eq!(jonas.post(open, &described(Value::Null)).await.status(), 409);
    let told_apart = jonas.post(open, &described("RV-7".into())).await;
    assert_eq!(told_apart.status(), 201);
    assert_ne!(told_apart.json()["personId"], maria.patient());
    for _ in 0..8 {
        jonas.post(open, &described("none".into())).await;
    }
    assert_eq!(jonas.post(open, &described("none".into())).await.status(), 429);
}

#[tokio::test]
async fn an_emergency_past_its_time_opens_nothing() {
    let (app, maria) = start().await;
    let jonas = helper(&app, "jonas", Role::Emergency, true).await;
    assert_eq!(jonas.post("/api/v1/emergency/accesses", &wish(&maria)).await.status(), 201);
    app.clock().advance_seconds(1_700);
    assert_eq!(jonas.get(&card(&maria)).await.status(), 200);
    app.clock().advance_seconds(1_700);
    assert_eq!(jonas.get(&card(&maria)).await.status(), 200);
    app.clock().advance_seconds(200);
    assert_eq!(jonas.get(&card(&maria)).await.status(), 404);
    assert_eq!(jonas.get(&format!("/fhir/r4/Patient/{}/$summary", maria.patient())).await.status(), 404);
}

#[tokio::test]
async fn what_is_read_through_a_broken_glass_is_on_file_as_an_emergency() {
    let (app, maria) = start().await;
    let john = app.person("john").await;
    let in_care = BTreeMap::from([(john.patient().to_owned(), salus_access::Relationship::InCare)]);
    let doctor = app.account("doctor", vec![Role::Clinician], in_care).await;
    verify(&app, &doctor, true).await;
    let paramedic = helper(&app, "jonas", Role::Emergency, true).await;
    for helper in [&doctor, &paramedic] {
        assert_eq!(helper.post("/api/v1/emergency/accesses", &wish(&maria)).await.status(), 201);
        assert_eq!(helper.get(&card(&maria)).await.status(), 200);
    }
    assert_eq!(doctor.get(&card(&john)).await.status(), 200);
    let purposes = async |patient: &TestClient, reader: &TestClient| {
        let (patient, actor) = (Some(patient.patient().to_owned()), Some(reader.account().to_owned()));
        let filter = salus_store::AuditFilter { patient, actor, ..Default::default() };
        let entries = app.app().store.system("test").audit(&filter, 50).await.unwrap();
        entries.into_iter().filter_map(|entry| entry.purpose).collect::<std::collections::BTreeSet<_>>()
    };
    let only = |code: &str| std::collections::BTreeSet::from([code.to_owned()]);
    assert_eq!(purposes(&maria, &doctor).await, only("BTG"));
    assert_eq!(purposes(&maria, &paramedic).await, only("BTG"));
    assert_eq!(purposes(&john, &doctor).await, only("TREAT"), "their own patient is no emergency");
    // Once it is over, it is no reason any more.
    app.clock().advance_seconds(3_600);
    let doctor = app.sign_in("doctor").await;
    assert_eq!(doctor.get(&card(&maria)).await.status(), 404);
    assert_eq!(purposes(&maria, &doctor).await.into_iter().collect::<Vec<_>>(), ["BTG", "TREAT"]);
}

#[tokio::test]
async fn a_person_may_forbid_it() {
    let (app, maria) = start().await;
    let consent = json!({
        "resourceType": "Consent", "id": "no", "status": "active",
        "scope": { "coding": [{ "code": "patient-privacy" }] },
        "category": [{ "coding": [{ "system": "http://loinc.org", "code": "59284-0" }] }],
        "patient": { "reference": format!("Patient/{}", maria.patient()) },
        "policyRule": { "text": "own words" },
        "provision": { "type": "deny", "purpose": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "ETREAT" }] },
    });
    let op = Op::Put { resource: consent, expect: Expect::Any };
    app.app().store.system("test").write(Batch::of(op)).await.unwrap();
    let jonas = helper(&app, "jonas", Role::Emergency, true).await;
    assert_eq!(jonas.post("/api/v1/emergency/accesses", &wish(&maria)).await.status(), 403);
    assert_eq!(jonas.get(&card(&maria)).await.status(), 404);
    assert_eq!(refusals(&app).await, 1);
}

#[tokio::test]
async fn a_hospitals_key_opens_emergencies_and_nothing_else() {
    let (app, maria) = start().await;
    let patients = BTreeMap::from([(maria.patient().to_owned(), salus_access::Relationship::InCare)]);
    let hospital = app.account("hospital", vec![Role::Clinician, Role::Admin], patients).await;
    verify(&app, &hospital, true).await;
    let token =
        hospital.post("/api/v1/tokens", &json!({ "label": "gate", "scope": "emergency" })).await.json();
    let bearer = format!("Bearer {}", token["secret"].as_str().unwrap());
    let key = app.anonymous().with_header("authorization", &bearer);
    assert_eq!(hospital.get(&card(&maria)).await.status(), 200, "by its own role");
    assert_eq!(key.get(&card(&maria)).await.status(), 404);
    assert_eq!(key.post("/api/v1/emergency/accesses", &wish(&maria)).await.status(), 201);
    assert_eq!(key.get(&card(&maria)).await.status(), 200);
    app.clock().advance_seconds(3_600);
    assert_eq!(key.get(&card(&maria)).await.status(), 404);
}

#[tokio::test]
async fn contacts_are_named_by_the_person_alone() {
    let (app, maria) = start().await;
    let path = format!("/api/v1/people/{}/emergency-contacts", maria.patient());
    let hanna = json!([{ "name": " Hanna ", "relationship": "sister", "phone": "+1 555 0203", "email": "" }]);
    let named = maria.put(&path, &hanna).await;
    assert_eq!(named.status(), 200, "{}", named.text());
    let hanna_named =
        json!({ "name": "Hanna", "relationship": "sister", "phone": "+1 555 0203", "isTold": true });
    let expect = json!({ "contacts": [hanna_named], "channels": [] });
    assert_eq!(named.json(), expect);
    assert_eq!(maria.get(&path).await.json(), expect);
    let silent = maria.put(&path, &json!([{ "name": "Hanna", "isTold": false }])).await.json();
    assert_eq!(silent["contacts"][0]["isTold"], false);
    maria.put(&path, &hanna).await;
    let contacts = maria.get(&card(&maria)).await.json()["contacts"].clone();
    let told =
        json!([{ "name": "Hanna", "relationship": "sister", "phone": "+1 555 0203", "isNamed": true }]);
    assert_eq!(contacts, told);
    assert_eq!(maria.put(&path, &json!([{ "name": "" }])).await.status(), 422);
    assert_eq!(maria.put(&path, &json!([{ "name": "x", "email": "nowhere" }])).await.status(), 422);
    assert_eq!(app.person("john").await.put(&path, &hanna).await.status(), 404);
}

#[tokio::test]
async fn an_erased_person_takes_links_and_emergencies_along() {
    let (app, maria) = start().await;
    let copy = link(&maria, json!({ "isLive": false })).await;
    let jonas = helper(&app, "jonas", Role::Emergency, true).await;
    jonas.post("/api/v1/emergency/accesses", &wish(&maria)).await;
    app.app().store.erase_patient(maria.patient(), "test").await.unwrap();
    let direct = app.anonymous().get(&format!("{}?recipient=x", copy.path)).await;
    assert_eq!(direct.status(), 404);
    assert_eq!(jonas.get("/api/v1/emergency/accesses").await.json(), json!([]));
    assert_eq!(jonas.get(&card(&maria)).await.status(), 404);
}
